"""What can stand in a customer's timeline: where each kind is read, and how one of it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext as _

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.models import Customer
from orchestrator.domain import systems
from orchestrator.domain.definition.audiences import ENTERED, LEFT
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Decision, Message, PastMessage
from orchestrator.segments.models import Segment
from orchestrator.studio import words
from orchestrator.studio.evidence import explain
from orchestrator.studio.links import url_of
from orchestrator.studio.orders import say_goods
from orchestrator.studio.sentences import say_message
from orchestrator.studio.titles import title_of, titled

_SEGMENTS = (ENTERED, LEFT)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. `tone` colours the icon; the words say it all. `codes` are for programs."""

    at: datetime
    kind: str
    icon: str
    tone: str
    title: str
    detail: str = ""
    url: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    codes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A row with its place in the column."""

    at: datetime
    rank: int
    row: Any


@dataclass(frozen=True, slots=True)
class Names:
    """What journeys and segments are called: by key, and journeys by id as well."""

    journeys: Mapping[str | int, str]
    segments: Mapping[str, str]

    def place(self, message: Any) -> str:
        """ "First steps · how was it" """
        title = self.journeys.get(message.journey, message.journey)
        return " · ".join(part for part in (title, words.spaced(message.step)) if part)


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of row: which are the customer's (and whether all of them are asked for), by when, and its words."""

    kind: str
    at: str
    rows: Callable[[Customer, bool], QuerySet[Any]]
    tell: Callable[[datetime, Any, Names], Item]


def tell(found: Sequence[Found]) -> list[Item]:
    """These rows in words: two queries for what journeys and segments are called."""
    names = Names(_journeys(found), _segments_named(found))
    return [SOURCES[one.rank].tell(one.at, one.row, names) for one in found]


def _journeys(found: Sequence[Found]) -> dict[str | int, str]:
    rows = [one.row for one in found]
    keys = {row.journey for row in rows if isinstance(row, Message)}
    keys |= {row.message.journey for row in rows if isinstance(row, Decision)}
    ids = {row.journey_id for row in rows if isinstance(row, Enrollment)}
    named: dict[str | int, str] = {}
    for journey in titled(Journey.objects.filter(Q(key__in=keys) | Q(pk__in=ids))) if keys or ids else ():
        named[journey.key] = named[journey.pk] = title_of(journey)
    return named


def _segments_named(found: Sequence[Found]) -> dict[str, str]:
    events = [one.row for one in found if isinstance(one.row, Event)]
    keys = {str(row.properties.get("segment")) for row in events if row.name in _SEGMENTS}
    rows = Segment.objects.filter(key__in=keys).values_list("key", "title") if keys else ()
    return {key: title or key for key, title in rows}


def _events(customer: Customer, all_of_them: bool) -> QuerySet[Any]:
    return Event.objects.filter(customer=customer).exclude(name__in=_SEGMENTS)


def _segment_changes(customer: Customer, all_of_them: bool) -> QuerySet[Any]:
    return Event.objects.filter(customer=customer, name__in=_SEGMENTS)


def _consents(customer: Customer, all_of_them: bool) -> QuerySet[Any]:
    return ConsentRecord.objects.filter(customer=customer)


def _passages(when: str) -> Callable[[Customer, bool], QuerySet[Any]]:
    def rows(customer: Customer, all_of_them: bool) -> QuerySet[Any]:
        return Enrollment.objects.filter(customer=customer, **{f"{when}__isnull": False})

    return rows


def _messages(customer: Customer, all_of_them: bool) -> QuerySet[Any]:
    happened_at = Coalesce("final_at", "handed_off_at", "created_at")
    return Message.objects.filter(customer=customer).annotate(happened_at=happened_at)


def _decisions(customer: Customer, all_of_them: bool) -> QuerySet[Any]:
    rows = Decision.objects.filter(message__customer=customer).select_related("message")
    # What was allowed shows as its message: among all else stand the times when something spoke against it.
    return rows if all_of_them else rows.exclude(outcome="allow")


def _past_messages(customer: Customer, all_of_them: bool) -> QuerySet[Any]:
    return PastMessage.objects.filter(customer=customer)


def _event(at: datetime, event: Any, names: Names) -> Item:
    detail = ", ".join(
        f"{words.spaced(key)}: {say_goods(value) or words.shown(value)}"
        for key, value in event.properties.items()
    )
    amount = formats.number_format(event.amount, 2) if event.amount is not None else ""
    told = " · ".join(part for part in (amount, detail) if part)
    codes = {"event": event.name, "properties": event.properties, "amount": event.amount}
    return Item(at, "events", "bolt", "", event.name, told, url_of("events_event", event.pk), codes=codes)


def _segment_change(at: datetime, event: Any, names: Names) -> Item:
    key = str(event.properties.get("segment", ""))
    form, icon = (
        (_("Came into the segment “%(segment)s”"), "group_add")
        if event.name == ENTERED
        else (_("Left the segment “%(segment)s”"), "group_remove")
    )
    told = form % {"segment": names.segments.get(key, key)}
    codes = {"event": event.name, "segment": key}
    return Item(at, "segments", icon, "", told, "", url_of("events_event", event.pk), codes=codes)


def _consent(at: datetime, record: Any, names: Names) -> Item:
    title = _("Consent to %(channel)s, %(purpose)s: %(state)s") % {
        "channel": words.channel(record.channel),
        "purpose": words.purpose(record.purpose),
        "state": record.get_state_display(),
    }
    detail = " · ".join(part for part in (record.topic, record.source) if part)
    url = url_of("consents_consentrecord", record.pk)
    columns = ("channel", "purpose", "topic", "state", "source")
    codes = {name: getattr(record, name) for name in columns}
    return Item(at, "consents", "verified_user", words.tone(record.state), title, detail, url, codes=codes)


def _entered(at: datetime, row: Any, names: Names) -> Item:
    told = _("Entered “%(journey)s”") % {"journey": _named(row, names)}
    return _of_passage(at, row, "login", "info", told, row.entry_key)


def _goal_met(at: datetime, row: Any, names: Names) -> Item:
    told = _("Met the goal of “%(journey)s”") % {"journey": _named(row, names)}
    return _of_passage(at, row, "flag", "success", told)


def _finished(at: datetime, row: Any, names: Names) -> Item:
    return _of_passage(at, row, "logout", "", _left(row, _named(row, names)))


def _of_passage(at: datetime, row: Any, icon: str, tone: str, told: str, detail: str = "") -> Item:
    codes = {"enrollment": row.pk, "status": row.status, "reason": row.reason, "entry_key": row.entry_key}
    url = url_of("journeys_enrollment", row.pk)
    return Item(at, "enrollments", icon, tone, told, detail, url, codes=codes)


def _named(row: Any, names: Names) -> str:
    return names.journeys.get(row.journey_id, f"#{row.journey_id}")


def _left(row: Any, journey: str) -> str:
    if row.status == Enrollment.Status.COMPLETED:
        return _("Completed “%(journey)s”") % {"journey": journey}
    if row.status == Enrollment.Status.FAILED:
        left = _("Could not go on in “%(journey)s”") % {"journey": journey}
    else:
        left = _("Left “%(journey)s”") % {"journey": journey}
    why = words.reason(row.reason)
    return f"{left}: {why}" if why else left


def _message(at: datetime, message: Any, names: Names) -> Item:
    columns = ("channel", "journey", "step", "state", "reason", "key")
    return Item(
        at,
        "messages",
        words.icon(message.channel),
        words.tone(message.state),
        say_message(message),
        names.place(message),
        url_of("messaging_message", message.pk),
        codes={"message": message.pk} | {name: getattr(message, name) for name in columns},
    )


def _past_message(at: datetime, row: Any, names: Names) -> Item:
    """Of the system before us: it sent it, and of its content only the title is known."""
    told = _("%(channel)s, sent by %(system)s") % {
        "channel": words.channel(row.channel),
        "system": systems.title(row.system),
    }
    columns = ("system", "channel", "purpose", "topic", "title")
    codes = {name: getattr(row, name) for name in columns}
    return Item(at, "messages", words.icon(row.channel), "", told, row.title, codes=codes)


def _decision(at: datetime, row: Any, names: Names) -> Item:
    """What the gate said, and in its evidence what it rests on."""
    message, found = row.message, {k: v for k, v in row.evidence.items() if k != "check"}
    title = f"{words.outcome(row.outcome)}: {words.reason(row.reason)}"
    detail = f"{words.channel(message.channel)} · {names.place(message)}"
    if row.until is not None:
        detail += " · " + _("until %(when)s") % {"when": words.moment(row.until)}
    why = explain(row.reason, found, message.channel)
    facts = [(_("In words"), words.stopped(why[:1].upper() + why[1:]))] if found and why else []
    codes = {"message": message.pk, "outcome": row.outcome, "reason": row.reason, "until": row.until}
    return Item(
        at,
        "decisions",
        "gavel",
        words.tone(row.outcome),
        title,
        detail,
        url_of("messaging_message", message.pk),
        [*facts, *(words.facts(found) if facts else ())],
        codes | {"evidence": row.evidence},
    )


# In this order of two things of one moment the later one is shown above.
SOURCES: tuple[Source, ...] = (
    Source("events", "occurred_at", _events, _event),
    Source("segments", "occurred_at", _segment_changes, _segment_change),
    Source("consents", "recorded_at", _consents, _consent),
    Source("messages", "sent_at", _past_messages, _past_message),
    Source("enrollments", "entered_at", _passages("entered_at"), _entered),
    Source("decisions", "decided_at", _decisions, _decision),
    Source("messages", "happened_at", _messages, _message),
    Source("enrollments", "goal_met_at", _passages("goal_met_at"), _goal_met),
    Source("enrollments", "finished_at", _passages("finished_at"), _finished),
)
