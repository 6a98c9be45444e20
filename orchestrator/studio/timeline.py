"""What happened between a customer and us, in one column, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from orchestrator.consents.models import ConsentRecord
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Decision, Message
from orchestrator.studio import words
from orchestrator.studio.links import url_of
from orchestrator.studio.sentences import say_message
from orchestrator.studio.titles import title_of, titled, titles_of

MOST = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. `tone` colours the icon; the words say it all."""

    at: datetime
    icon: str
    tone: str
    title: str
    detail: str = ""
    url: str = ""


def read_timeline(customer: Customer) -> list[Item]:
    """The last hundred things of all kinds: at most a hundred rows of each, by the customer's indexes."""
    messages = list(Message.objects.filter(customer=customer).order_by("-id")[:MOST])
    titles = titles_of(message.journey for message in messages)
    kinds = (
        _events(customer),
        _messages(messages, titles),
        _decisions(messages, titles),
        _consents(customer),
        _enrollments(customer),
    )
    return heapq.nlargest(MOST, (item for kind in kinds for item in kind), key=lambda item: item.at)


def _events(customer: Customer) -> Iterator[Item]:
    for event in Event.objects.filter(customer=customer).order_by("-occurred_at")[:MOST]:
        detail = ", ".join(
            f"{words.spaced(key)}: {words.shown(value)}" for key, value in event.properties.items()
        )
        amount = formats.number_format(event.amount, 2) if event.amount is not None else ""
        told = " · ".join(part for part in (amount, detail) if part)
        yield Item(event.occurred_at, "bolt", "", event.name, told, url_of("events_event", event.pk))


def _messages(messages: Iterable[Message], titles: Mapping[str, str]) -> Iterator[Item]:
    for message in messages:
        at = message.final_at or message.handed_off_at or message.created_at
        yield Item(
            at,
            words.icon(message.channel),
            words.tone(message.state),
            say_message(message),
            _place(message, titles),
            url_of("messaging_message", message.pk),
        )


def _decisions(messages: Iterable[Message], titles: Mapping[str, str]) -> Iterator[Item]:
    # What was allowed shows as its message; here stand the times when something spoke against it.
    asked = {message.pk: message for message in messages}
    decisions = Decision.objects.filter(message_id__in=asked).exclude(outcome="allow")
    for decision in decisions.order_by("-decided_at")[:MOST]:
        message = asked[decision.message_id]
        title = f"{words.outcome(decision.outcome)}: {words.reason(decision.reason)}"
        detail = f"{words.channel(message.channel)} · {_place(message, titles)}"
        if decision.until is not None:
            detail += " · " + _("until %(when)s") % {"when": words.moment(decision.until)}
        yield Item(
            decision.decided_at,
            "gavel",
            words.tone(decision.outcome),
            title,
            detail,
            url_of("messaging_message", message.pk),
        )


def _place(message: Message, titles: Mapping[str, str]) -> str:
    """ "First steps · how was it" """
    return " · ".join(part for part in (titles[message.journey], words.spaced(message.step)) if part)


def _consents(customer: Customer) -> Iterator[Item]:
    for record in ConsentRecord.objects.filter(customer=customer).order_by("-number")[:MOST]:
        title = _("Consent to %(channel)s, %(purpose)s: %(state)s") % {
            "channel": words.channel(record.channel),
            "purpose": words.purpose(record.purpose),
            "state": record.get_state_display(),
        }
        detail = " · ".join(part for part in (record.topic, record.source) if part)
        yield Item(
            record.recorded_at,
            "verified_user",
            words.tone(record.state),
            title,
            detail,
            url_of("consents_consentrecord", record.pk),
        )


def _enrollments(customer: Customer) -> Iterator[Item]:
    found = list(Enrollment.objects.filter(customer=customer).order_by("-entered_at")[:MOST])
    known = titled(Journey.objects.filter(pk__in={one.journey_id for one in found}))
    titles = {journey.pk: title_of(journey) for journey in known}
    for enrollment in found:
        journey = titles.get(enrollment.journey_id, f"#{enrollment.journey_id}")
        url = url_of("journeys_enrollment", enrollment.pk)
        entered = _("Entered “%(journey)s”") % {"journey": journey}
        yield Item(enrollment.entered_at, "login", "info", entered, enrollment.entry_key, url)
        if enrollment.goal_met_at is not None:
            met = _("Met the goal of “%(journey)s”") % {"journey": journey}
            yield Item(enrollment.goal_met_at, "flag", "success", met, "", url)
        if enrollment.finished_at is not None:
            yield Item(enrollment.finished_at, "logout", "", _left(enrollment, journey), "", url)


def _left(enrollment: Enrollment, journey: str) -> str:
    if enrollment.status == Enrollment.Status.COMPLETED:
        return _("Completed “%(journey)s”") % {"journey": journey}
    if enrollment.status == Enrollment.Status.FAILED:
        left = _("Could not go on in “%(journey)s”") % {"journey": journey}
    else:
        left = _("Left “%(journey)s”") % {"journey": journey}
    why = words.reason(enrollment.reason)
    return f"{left}: {why}" if why else left
