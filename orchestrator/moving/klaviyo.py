"""KLAVIYO: exports of lists and segments, of suppressed profiles, and of metrics (docs/moving-in.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from django.utils.translation import gettext_lazy as _

from orchestrator.consents.models import ConsentState, SuppressionReason
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Field, Kind, Reader, Setting
from orchestrator.customers.imports.table import Row
from orchestrator.customers.people import Person
from orchestrator.domain.shown import shown
from orchestrator.domain.systems import KLAVIYO
from orchestrator.domain.wording import Wrong
from orchestrator.moving import cells as read
from orchestrator.moving import fields
from orchestrator.moving.contacts import Allowed, Blocked, Contact, Who, addresses, contact
from orchestrator.moving.happened import Happened, What
from orchestrator.moving.reader import HistoryReader, PeopleReader

_REASONS: Mapping[str, SuppressionReason | None] = {
    **dict.fromkeys(("unsubscribe", "unsubscribed", "global_unsubscribe"), None),  # a withdrawal, and no more
    **dict.fromkeys(("hard_bounce", "bounced", "invalid_email", "invalid"), SuppressionReason.BOUNCE),
    **dict.fromkeys(("spam_complaint", "spam", "marked_email_as_spam"), SuppressionReason.COMPLAINT),
}  # fmt: skip
_LEAVES = (SuppressionReason.COMPLAINT, None)
Metric = tuple[What | None, str]
# None: it says that nothing was sent, or what another row says better.
METRICS: Mapping[str, Metric] = {
    "received_email": (What.SENT, "email"),
    "opened_email": (What.OPENED, "email"),
    "clicked_email": (What.CLICKED, "email"),
    "bounced_email": (What.BOUNCED, "email"),
    "dropped_email": (None, "email"),
    "marked_email_as_spam": (What.COMPLAINED, "email"),
    "unsubscribed": (What.UNSUBSCRIBED, "email"),
    "unsubscribed_from_email_marketing": (What.UNSUBSCRIBED, "email"),
    "received_sms": (What.SENT, "sms"),
    "clicked_sms": (What.CLICKED, "sms"),
    "failed_to_deliver_sms": (None, "sms"),
    "unsubscribed_from_sms_marketing": (What.UNSUBSCRIBED, "sms"),
    "received_push": (What.SENT, "push"),
    "opened_push": (What.OPENED, "push"),
    "bounced_push": (None, "push"),
    "placed_order": (What.PLACED, ""),
    "refunded_order": (What.RETURNED, ""),
    "cancelled_order": (What.CANCELLED, ""),
    "started_checkout": (What.CHECKOUT, ""),
    "added_to_cart": (What.CART, ""),
    "viewed_product": (What.VIEWED, ""),
    "active_on_site": (What.VIEWED, ""),
}


def _who(cells: Mapping[str, str], found: Mapping[str, str]) -> Who:
    return Who(KLAVIYO, cells.get("external_id", ""), cells.get("klaviyo_id", ""), found)


def _contact(row: Row, setting: Setting) -> Iterable[Contact]:
    said = fields.person(row.cells, setting, OWN_OF_PEOPLE, when=("since", "date_added", "first_active"))
    allowed = [
        one
        for channel in ("email", "sms", "push")
        if (one := fields.allowed(row.cells, channel, setting, "list")) is not None
    ]
    blocked, left = _suppressions(row.cells.get("suppressions", ""))
    for reason in left:
        at = read.moment(row.cells.get("suppressions_at", ""), setting.zone, "Email Suppressions Timestamp")
        columns = {"Email Suppressions": reason}
        allowed.append(Allowed("email", ConsentState.WITHDRAWN, at, "suppressed", columns, listed=True))
    who = _who(row.cells, said.found.addresses)
    yield contact(who, said.person, said.found.problems, allowed=allowed, blocked=blocked, since=said.since)


def _suppressions(cell: str) -> tuple[list[Blocked], list[str]]:
    """Which of the reasons block the address, and which say that its owner left."""
    reasons = [read.plain(one) for one in read.names(cell) if read.plain(one) not in ("no", "false", "0")]
    manual = SuppressionReason.MANUAL
    blocked = [
        Blocked("email", why, KLAVIYO) for one in reasons if (why := _REASONS.get(one, manual)) is not None
    ]
    return blocked, [one for one in reasons if _REASONS.get(one, manual) in _LEAVES]


def _suppressed(row: Row, setting: Setting) -> Iterable[Contact]:
    found = addresses({"email": row.cells.get("email", "")}, "")
    reason = row.cells.get("reason", "") or "user_suppressed"
    blocked, left = _suppressions(reason)
    at = read.said_at(row.cells.get("at", ""), ConsentState.WITHDRAWN, setting.zone, "Timestamp")
    columns = {name: row.cells[name] for name in ("reason", "at") if row.cells.get(name)}
    allowed = [
        Allowed("email", ConsentState.WITHDRAWN, at, "suppressed", columns, listed=True) for _reason in left
    ]
    yield contact(
        _who(row.cells, found.addresses), Person(), found.problems, allowed=allowed[:1], blocked=blocked
    )


def _event(row: Row, setting: Setting, metric: str = "") -> Iterable[Happened]:
    cells = row.cells
    named = metric or cells.get("metric", "")
    if read.plain(named) not in METRICS:
        return  # of the shop's own metrics nothing is taken: what they mean is not known
    what, channel = METRICS[read.plain(named)]
    at = read.moment(cells.get("at", ""), setting.zone, "Timestamp")
    if at is None:
        raise Wrong("the row has no time; fill its Timestamp")
    if what is None:
        return
    country = cells.get("country", "")
    found = addresses({"email": cells.get("email", ""), "sms": cells.get("phone", "")}, country)
    who = _who(cells, found.addresses)
    title = read.first(cells, ("title", "campaign_name", "message_name", "subject", "flow"))
    yield fields.happened(who, what, at, cells, channel, title, hard=_is_hard(cells))


def _is_hard(cells: Mapping[str, str]) -> bool:
    """Klaviyo writes to nobody any more whose mail came back hard; of what it does not call hard the list knows more."""
    return read.plain(cells.get("bounce_type", "")) in ("hard", "hard_bounce", "permanent")


OWN_OF_PEOPLE = fields.OF_PEOPLE | {
    "external_id", "klaviyo_id", "suppressions", "suppressions_at", "last_open", "last_click", "date_added",
    "first_active", "last_active",
}  # fmt: skip
_ID = Field(
    "klaviyo_id",
    _("Klaviyo's id"),
    ("profile_id", "person_id", "klaviyo_profile_id", "identyfikator_klaviyo"),
)

PEOPLE = Kind(
    "klaviyo_people",
    _("Klaviyo: profiles with their consents"),
    _(
        "In Klaviyo: Audience, Lists & segments, a segment of everybody, Manage, Export to CSV. Choose all columns: Email"
        " Marketing Consent and its Timestamp are among them."
    ),
    (
        Field("external_id", _("your own id of the person"), ("external_identifier",)),
        _ID,
        *fields.people_fields(
            email=("email_marketing_consent", "email_subscription_status"),
            email_at=("email_marketing_consent_timestamp", "email_subscription_timestamp", "consent_timestamp"),
            sms=("sms_marketing_consent", "sms_subscription_status"),
            sms_at=("sms_marketing_consent_timestamp", "sms_subscription_timestamp", "sms_consent_timestamp"),
            push=("push_marketing_consent", "mobile_push_marketing_consent"),
            push_at=("push_marketing_consent_timestamp", "mobile_push_marketing_consent_timestamp"),
            source=("email_subscription_method", "consent_method"),
            since=("profile_created_on", "created"),
        ),
        Field("suppressions", _("why Klaviyo writes to them no more"), ("email_suppressions", "suppressed")),
        Field("suppressions_at", _("since when it does not"), ("email_suppressions_timestamp", "suppressed_at")),
        Field("last_open", _("last opening (not taken: it is in the metrics)"), ()),
        Field("last_click", _("last click (not taken: it is in the metrics)"), ()),
    ),
    lambda columns, setting: PeopleReader(setting, _contact),
    others=True,
)  # fmt: skip

SUPPRESSED = Kind(
    "klaviyo_suppressed",
    _("Klaviyo: suppressed profiles"),
    _("In Klaviyo: Audience, Profiles, Suppressed profiles, Export. The reason decides what becomes of it."),
    (
        Field("email", _("email address"), ("email_address", "adres_e_mail", "e_mail"), required=True),
        _ID,
        Field("external_id", _("your own id of the person"), ()),
        Field("reason", _("why"), ("suppression_reason", "suppressed_reason", "powód")),
        Field("at", _("since when"), ("timestamp", "suppressed_at", "date_suppressed", "date", "data")),
    ),
    lambda columns, setting: PeopleReader(setting, _suppressed),
)


def begin_events(metric: str, columns: Sequence[str], setting: Setting) -> Reader:
    """A reader of events; of one metric alone where the file has no column of it."""
    if not metric and "metric" not in columns:
        names = "Received Email, Opened Email, Placed Order"
        raise FileError(
            "the header has no metric; add a column Metric (%(names)s …), or give the file the metric's name",
            names=names,
        )
    if not {"email", "phone", "klaviyo_id"}.intersection(columns):
        raise FileError("the header names nobody; add a column Email or Klaviyo ID")
    if metric and read.plain(metric) not in METRICS:
        raise FileError(
            "the metric %(metric)s is none that is taken; there are: %(known)s",
            metric=shown(metric),
            known=", ".join(METRICS),
        )
    begin: Callable[[Row, Setting], Iterable[Happened]] = partial(_event, metric=metric)
    return HistoryReader(setting, begin)


EVENTS = Kind(
    "klaviyo_events",
    _("Klaviyo: metrics (messages, openings, clicks, orders)"),
    _(
        "In Klaviyo: Analytics, Metrics, a metric such as Received Email, Activity feed, Export. Take the last 90 days at"
        " least: frequency caps look back a month, and best hours need five answers of a person."
    ),
    (
        Field("metric", _("what happened"), ("event", "event_name", "metric_name", "zdarzenie")),
        Field("at", _("when"), ("timestamp", "time", "date", "datetime", "event_timestamp", "event_date", "data"), True),
        Field("email", _("email address"), ("profile_email", "person_email", "recipient_email", "e_mail", "email_address")),
        Field("phone", _("phone number"), ("phone_number", "profile_phone_number", "telefon")),
        _ID,
        Field("external_id", _("your own id of the person"), ()),
        Field("event_id", _("the event's own id"), ("uuid", "unique_id", "id")),
        Field("title", _("the message's name"), ("temat",)),
        Field("flow", _("the flow's name"), ("flow_name",)),
        Field("campaign_name", _("the campaign's name"), ()),
        Field("subject", _("the subject"), ()),
        Field("message_id", _("the message's id"), ()),
        *fields.HAPPENED,
        Field("bounce_type", _("kind of the bounce"), ("bounce", "type_of_bounce")),
    ),
    partial(begin_events, ""),
)  # fmt: skip
KINDS = (PEOPLE, SUPPRESSED, EVENTS)
