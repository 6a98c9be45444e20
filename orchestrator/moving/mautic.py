"""MAUTIC: the export of contacts, and tables or reports of its database (docs/moving-in.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from orchestrator.consents.models import ConsentState, SuppressionReason
from orchestrator.customers.imports.kinds import Field, Kind, Setting
from orchestrator.customers.imports.table import Row
from orchestrator.customers.people import Person
from orchestrator.domain.shown import shown
from orchestrator.domain.systems import MAUTIC
from orchestrator.domain.wording import Wrong
from orchestrator.moving import cells as read
from orchestrator.moving import fields
from orchestrator.moving.contacts import Allowed, Blocked, Contact, Who, addresses, contact
from orchestrator.moving.happened import Happened, What
from orchestrator.moving.reader import HistoryReader, PeopleReader

_UTC = ZoneInfo("UTC")
_NOBODY = ("null", "\\n", "0")  # as dumps write that there is none
_LEFT, _BOUNCED, _MANUAL = "unsubscribed", "bounced", "manual"
_REASONS = {
    **dict.fromkeys(("1", "unsubscribed", "wypisany"), _LEFT),
    **dict.fromkeys(("2", "bounced", "odbity"), _BOUNCED),
    **dict.fromkeys(("3", "manual", "manually_unsubscribed", "ręcznie"), _MANUAL),
}  # fmt: skip
_CHANNELS = {
    "": "email",
    "email": "email",
    "sms": "sms",
    "text_message": "sms",
    "notification": "push",
    "push": "push",
}


def _who(cells: Mapping[str, str], found: Mapping[str, str]) -> Who:
    lead = read.first(cells, ("contact_id", "lead_id"))
    return Who(MAUTIC, cells.get("external_id", ""), "" if lead.lower() in _NOBODY else lead, found)


def _zone(cells: Mapping[str, str], setting: Setting) -> ZoneInfo:
    """Mautic's tables hold times in UTC; its exports and reports tell them on the clock of whoever asks."""
    return _UTC if "lead_id" in cells else setting.zone


def _contact(row: Row, setting: Setting) -> Iterable[Contact]:
    said = fields.person(row.cells, setting, _OWN, when=("since", "date_identified", "date_added"))
    found = (fields.allowed(row.cells, channel, setting, "contact") for channel in fields.CHANNELS)
    who = _who(row.cells, said.found.addresses)
    allowed = [one for one in found if one is not None]
    yield contact(who, said.person, said.found.problems, allowed=allowed, since=said.since)


def _do_not_contact(row: Row, setting: Setting) -> Iterable[Contact]:
    """Whom Mautic writes to no more. By hand is taken as a no too: nobody knows any better."""
    cells = row.cells
    reason = _REASONS.get(read.plain(cells.get("reason", "")))
    if read.plain(cells.get("reason", "")) in ("0", "contactable"):
        return
    if reason is None:
        raise Wrong(
            "the reason %(reason)s is none of Mautic's: 1 unsubscribed, 2 bounced, 3 by hand",
            reason=shown(cells.get("reason", "")),
        )
    channel = _CHANNELS.get(read.plain(cells.get("channel", "")))
    if channel is None:
        raise Wrong(
            "the channel %(channel)s is none that we know: email, sms or notification",
            channel=shown(cells["channel"]),
        )
    found = addresses({"email": cells.get("email", "")}, "")
    who = _who(cells, found.addresses)
    if reason == _BOUNCED:
        yield contact(
            who, Person(), found.problems, blocked=[Blocked(channel, SuppressionReason.BOUNCE, MAUTIC)]
        )
        return
    at = read.said_at(cells.get("at", ""), ConsentState.WITHDRAWN, _zone(cells, setting), "date_added")
    columns = {name: cells[name] for name in ("reason", "at", "comments") if cells.get(name)}
    said = Allowed(channel, ConsentState.WITHDRAWN, at, f"do not contact, {reason}", columns, listed=True)
    yield contact(who, Person(), found.problems, allowed=[said])


def _email(row: Row, setting: Setting) -> Iterable[Happened]:
    """One message, and its last opening if it was read."""
    cells = row.cells
    sent_at = read.moment(cells.get("sent_at", ""), _zone(cells, setting), "date_sent")
    if sent_at is None:
        raise Wrong("the row has no date_sent; fill it")
    if read.is_yes(cells.get("is_failed", ""), "is_failed"):
        return  # nothing was sent
    who = _who(cells, addresses({"email": cells.get("email", "")}, "").addresses)
    title = read.first(cells, ("subject", "name", "title"))
    name = f"email_stats {cells['id']}" if cells.get("id") else ""
    yield fields.happened(who, What.SENT, sent_at, cells, "email", title, name=name)
    if read.is_yes(cells.get("is_read", ""), "is_read"):
        read_at = read.moment(
            read.first(cells, ("read_at", "last_opened")), _zone(cells, setting), "date_read"
        )
        if read_at is not None:
            yield fields.happened(who, What.OPENED, read_at, cells, "email", title, name=name)


def _hit(row: Row, setting: Setting) -> Iterable[Happened]:
    """A page that was looked at; out of an email it is a click."""
    cells = row.cells
    at = read.moment(cells.get("at", ""), _zone(cells, setting), "date_hit")
    if at is None:
        raise Wrong("the row has no date_hit; fill it")
    who = _who(cells, addresses({"email": cells.get("email", "")}, "").addresses)
    if not who.ids and not who.addresses:
        return  # of somebody whom Mautic does not know either
    clicked = cells.get("email_id", "").lower() not in ("", "0", "null", "\\n")
    what, channel = (What.CLICKED, "email") if clicked else (What.VIEWED, "")
    name = f"page_hits {cells['id']}" if cells.get("id") else ""
    yield fields.happened(who, what, at, cells, channel, "", name=name)


_OWN = (
    frozenset(["external_id", "contact_id", "date_identified", "date_added", "last_active"])
    | fields.OF_PEOPLE
)
_CONTACT = Field("contact_id", _("Mautic's id of the contact"), ("mautic_id", "id_kontaktu"))
_LEAD = Field("lead_id", _("the same in a table of the database: its times are UTC"))
_OWN_ID = Field("external_id", _("your own id of the person"), ("customer_id",))
_EMAIL = Field("email", _("email address"), ("email_address", "adres_e_mail", "e_mail"))

PEOPLE = Kind(
    "mautic_people",
    _("Mautic: contacts"),
    _(
        "In Mautic: Contacts, Export to CSV. Mautic keeps no consents: where you have a field of your own for them, call"
        " the columns consent_email and consent_email_at. Whoever is in no list of it has given none."
    ),
    (
        Field("contact_id", _("Mautic's id of the contact"), ("id", "mautic_id", "id_kontaktu")),
        _OWN_ID,
        *fields.people_fields(email=("gdpr_consent", "newsletter"), email_at=("gdpr_consent_date",)),
    ),
    lambda columns, setting: PeopleReader(setting, _contact),
    others=True,
)
DO_NOT_CONTACT = Kind(
    "mautic_do_not_contact",
    _("Mautic: do not contact"),
    _(
        "The table lead_donotcontact, or a report on “Do Not Contact”: reason 1 unsubscribed, 2 bounced, 3 by hand."
    ),
    (
        _CONTACT,
        _LEAD,
        _OWN_ID,
        _EMAIL,
        Field("reason", _("why: 1, 2 or 3"), ("dnc_reason", "powód"), required=True),
        Field("channel", _("channel"), ("dnc_channel", "kanał")),
        Field("at", _("since when"), ("date_added", "dnc_date_added", "data_dodania")),
        Field("comments", _("comments"), ("komentarz",)),
    ),
    lambda columns, setting: PeopleReader(setting, _do_not_contact),
)
EMAILS = Kind(
    "mautic_emails",
    _("Mautic: emails sent"),
    _(
        "The table email_stats, or a report on “Emails Sent” with the contact's id, dates sent and read, and whether it failed."
    ),
    (
        Field("id", _("the row's own id"), ("stat_id",)),
        _CONTACT,
        _LEAD,
        _OWN_ID,
        _EMAIL,
        Field("sent_at", _("when it was sent"), ("date_sent", "data_wysłania"), required=True),
        Field("is_read", _("whether it was read"), ("read", "odczytane")),
        Field("read_at", _("when it was read"), ("date_read", "data_odczytania")),
        Field("last_opened", _("when it was opened last"), ()),
        Field("is_failed", _("whether it failed"), ("failed",)),
        Field("subject", _("subject"), ("temat",)),
        Field("name", _("the email's name"), ("nazwa",)),
        Field("purpose", _("marketing or transactional"), ("send_type",)),
    ),
    lambda columns, setting: HistoryReader(setting, _email),
)
HITS = Kind(
    "mautic_hits",
    _("Mautic: page hits"),
    _("The table page_hits, or a report on “Page hits”. A hit that names an email is a click in it."),
    (
        Field("id", _("the row's own id"), ("hit_id",)),
        _CONTACT,
        _LEAD,
        _OWN_ID,
        _EMAIL,
        Field("at", _("when"), ("date_hit", "data_odsłony"), required=True),
        Field("link", _("address"), ("url", "adres_url")),
        Field("email_id", _("the email it came from"), ()),
    ),
    lambda columns, setting: HistoryReader(setting, _hit),
)
KINDS = (PEOPLE, DO_NOT_CONTACT, EMAILS, HITS)
