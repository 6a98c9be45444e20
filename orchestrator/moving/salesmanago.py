"""SALESMANAGO: the export of contacts with their statuses, and of events (docs/moving-in.md). Headers in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from orchestrator.consents.models import ConsentState, SuppressionReason
from orchestrator.customers.imports.kinds import Field, Kind, Setting
from orchestrator.customers.imports.table import Row
from orchestrator.domain.systems import SALESMANAGO
from orchestrator.domain.wording import Wrong
from orchestrator.moving import cells as read
from orchestrator.moving import fields
from orchestrator.moving.contacts import Allowed, Blocked, Contact, Who, addresses, contact
from orchestrator.moving.happened import Happened, What
from orchestrator.moving.reader import HistoryReader, PeopleReader

_WORDS: Mapping[str, tuple[What | None, str]] = {
    **dict.fromkeys(("sent", "email_sent", "wysłano", "wysłany", "wysłana", "wysłanie_wiadomości"), (What.SENT, "email")),
    **dict.fromkeys(("opened", "open", "otwarto", "otwarty", "otwarcie", "otwarcie_wiadomości"), (What.OPENED, "email")),
    **dict.fromkeys(("clicked", "click", "kliknięto", "kliknięcie", "klik"), (What.CLICKED, "email")),
    **dict.fromkeys(("bounced", "hard_bounce", "odbicie", "odbicie_twarde"), (What.BOUNCED, "email")),
    **dict.fromkeys(("soft_bounce", "odbicie_miękkie"), (What.BOUNCED, "email")),
    **dict.fromkeys(("complained", "spam", "complaint", "skarga"), (What.COMPLAINED, "email")),
    **dict.fromkeys(("unsubscribed", "opt_out", "optout", "wypisanie", "wypisano"), (What.UNSUBSCRIBED, "email")),
    **dict.fromkeys(("sms_sent", "wysłano_sms", "wysłanie_sms"), (What.SENT, "sms")),
    **dict.fromkeys(("push_sent", "web_push_sent", "wysłano_push", "wysłano_web_push"), (What.SENT, "push")),
    **dict.fromkeys(("purchase", "zakup", "transakcja"), (What.PLACED, "")),
    **dict.fromkeys(("return", "zwrot"), (What.RETURNED, "")),
    **dict.fromkeys(("cancellation", "cancelled", "anulowanie", "anulowano"), (What.CANCELLED, "")),
    **dict.fromkeys(("cart", "koszyk"), (What.CART, "")),
    **dict.fromkeys(("visit", "wizyta"), (What.VIEWED, "")),
}  # fmt: skip
_HARD = ("hard_bounce", "odbicie_twarde")
_DATES = {  # the export dates each of the two ways out and in
    ("email", ConsentState.GRANTED): "opted_in_at",
    ("email", ConsentState.WITHDRAWN): "opted_out_at",
    ("sms", ConsentState.GRANTED): "opted_in_phone_at",
    ("sms", ConsentState.WITHDRAWN): "opted_out_phone_at",
}
_OUT = {"email": "opted_out", "sms": "opted_out_phone"}


def _who(cells: Mapping[str, str], found: Mapping[str, str]) -> Who:
    return Who(SALESMANAGO, cells.get("external_id", ""), cells.get("contact_id", ""), found)


def _contact(row: Row, setting: Setting) -> Iterable[Contact]:
    said = fields.person(row.cells, setting, _OWN)
    found = (_allowed(row.cells, channel, setting) for channel in fields.CHANNELS)
    blocked = []
    if read.is_yes(row.cells.get("invalid", ""), "invalid"):
        blocked = [Blocked("email", SuppressionReason.BOUNCE, SALESMANAGO)]
    who, allowed = _who(row.cells, said.found.addresses), [one for one in found if one is not None]
    yield contact(who, said.person, said.found.problems, allowed=allowed, blocked=blocked, since=said.since)


def _allowed(cells: Mapping[str, str], channel: str, setting: Setting) -> Allowed | None:
    """By the status, else by the yes or no of having opted out; dated by the date of that way."""
    column = f"consent_{channel}"
    state = read.state_of(cells.get(column, ""), column)
    out = _OUT.get(channel, "")
    if cells.get(out):
        is_out = read.is_yes(cells[out], out)
        if is_out or state is None:  # of two columns that disagree the no holds
            column, state = out, ConsentState.WITHDRAWN if is_out else ConsentState.GRANTED
    if state is None:
        return None
    dated = _DATES.get((channel, state), "")
    if not cells.get(dated):
        dated = f"consent_{channel}_at"
    at = read.said_at(cells.get(dated, ""), state, setting.zone, dated)
    columns = {name: cells[name] for name in (column, dated, "consent_source") if cells.get(name)}
    source = cells.get("consent_source", "") or "contact"
    return Allowed(channel, state, at, source, columns, cells.get("consent_text", ""))


def _event(row: Row, setting: Setting) -> Iterable[Happened]:
    cells = row.cells
    word = read.plain(cells.get("event", ""))
    if word not in _WORDS:
        return  # of the shop's own events nothing is taken: what they mean is not known
    what, channel = _WORDS[word]
    if what is None:
        return
    at = read.moment(cells.get("at", ""), setting.zone, "the date")
    if at is None:
        raise Wrong("the row has no date; fill it")
    given = {"email": cells.get("email", ""), "sms": cells.get("phone", "")}
    who = _who(cells, addresses(given, read.country(cells.get("country", ""))).addresses)
    title = read.first(cells, ("title", "subject"))
    yield fields.happened(who, what, at, cells, channel, title, hard=word in _HARD)


_OWN = (
    frozenset(
        [
            "external_id",
            "contact_id",
            "invalid",
            "opted_in_at",
            "opted_in_phone_at",
            "opted_out_at",
            "opted_out_phone_at",
        ]
    )
    | frozenset(_OUT.values())
    | fields.OF_PEOPLE
)
_IDS = (
    Field(
        "contact_id",
        _("SALESmanago's id of the contact"),
        ("contactid", "smclient", "id_kontaktu", "identyfikator"),
    ),
    Field("external_id", _("your own id of the person"), ("externalid", "id_zewnętrzne", "zewnętrzne_id")),
)

PEOPLE = Kind(
    "salesmanago_people",
    _("SALESmanago: contacts with their statuses"),
    _(
        "In SALESmanago: Audiences, Contacts, Contact management, Export: CSV, with the opt-in and opt-out columns, their"
        " dates, tags and your external id."
    ),
    (
        *_IDS,
        *fields.people_fields(
            email=("status_e_mail_marketingu", "email_marketing_status", "status_email", "zgoda_e_mail", "opt_in"),
            email_at=("data_zgody_e_mail",),
            sms=("status_mobile_marketingu", "mobile_marketing_status", "status_sms", "zgoda_sms"),
            sms_at=("data_zgody_sms",),
            push=("web_push_status", "zgoda_web_push"),
            source=("źródło_zgody", "opt_in_source"),
            since=("created_on", "createdon", "data_utworzenia", "data_dodania"),
        ),
        Field("opted_out", _("whether they are out of email"), ("optedout", "opt_out", "wypisany")),
        Field("opted_in_at", _("when they agreed to email"), ("opt_in_date", "optindate", "data_opt_in", "data_zapisania")),
        Field("opted_out_at", _("when they left email"), ("opt_out_date", "optoutdate", "data_opt_out", "data_wypisania")),
        Field("opted_out_phone", _("whether they are out of text messages"), ("optedoutphone", "opt_out_phone", "wypisany_sms")),
        Field("opted_in_phone_at", _("when they agreed to text messages"), ("phone_opt_in_date", "data_opt_in_sms")),
        Field("opted_out_phone_at", _("when they left text messages"), ("phone_opt_out_date", "data_opt_out_sms")),
        Field("invalid", _("whether the address is invalid"), ("is_invalid", "nieprawidłowy", "niepoprawny")),
    ),
    lambda columns, setting: PeopleReader(setting, _contact),
    others=True,
)  # fmt: skip
EVENTS = Kind(
    "salesmanago_events",
    _("SALESmanago: messages and external events"),
    _(
        "In SALESmanago: the export of a message's recipients (sent, opened, clicked) and of external events (PURCHASE,"
        " RETURN, CART). Take the last 90 days at least."
    ),
    (
        *_IDS,
        Field("email", _("email address"), ("e_mail", "adres_e_mail", "email_address", "contact_email")),
        Field("phone", _("phone number"), ("telefon", "phone_number")),
        Field("country", _("country"), ("kraj",)),
        Field("event", _("what happened"), ("contactexteventtype", "event_type", "type", "zdarzenie", "typ_zdarzenia"), True),
        Field("at", _("when"), ("date", "data", "event_date", "data_zdarzenia", "timestamp"), True),
        Field("event_id", _("the event's own id"), ("eventid", "id_zdarzenia")),
        Field("title", _("the message's name"), ("message", "campaign", "wiadomość", "kampania")),
        Field("subject", _("the subject"), ("temat",)),
        *(one for one in fields.HAPPENED if one.name != "order_id"),
        Field("order_id", _("the order's number"), ("numer_zamówienia", "transaction_id", "id_transakcji")),
    ),
    lambda columns, setting: HistoryReader(setting, _event),
)  # fmt: skip
KINDS = (PEOPLE, EVENTS)
