"""The card of a customer that an agent on the phone reads in five seconds: who, may we, what last, what next, what is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import formats
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.consents.models import ConsentState
from orchestrator.customers.models import Customer
from orchestrator.domain.definition.audiences import ENTERED, LEFT
from orchestrator.domain.outbox import State
from orchestrator.events.models import Event
from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Message
from orchestrator.studio import words
from orchestrator.studio.coming import Next
from orchestrator.studio.links import url_of
from orchestrator.studio.person import Who, language, wishes, zone_of
from orchestrator.studio.sentences import say_message
from orchestrator.studio.titles import title_of, titled

MOST_MESSAGES = 20  # of the newest, among which the last that left and what is in doubt are looked for
DOUBTED_FOR = timedelta(days=30)
_DOUBTFUL = (State.UNCERTAIN.value, State.UNKNOWN.value)
_SIGNS = {
    "allowed": "check_circle",
    "withdrawn": "cancel",
    "asked": "hourglass_empty",
    "none": "remove_circle",
}
_TONES = {"allowed": "success", "withdrawn": "danger", "asked": "warning", "none": ""}


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether marketing may use a channel: a sign and a word, never the colour alone."""

    channel: str
    icon: str
    sign: str
    said: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, how long ago, and its page."""

    text: str
    when: str
    ago: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """All of it, in the order in which it is read."""

    name: str
    about: Sequence[str]
    club: Sequence[tuple[str, str]]
    marks: Sequence[Mark]
    last_event: Line | None
    last_message: Line | None
    coming: str
    doubt: Line | None
    tickets: str = ""


def read_card(customer: Customer, who: Who, coming: Next, now: datetime) -> Card:
    """Three queries beside what the page has read: the newest event, the newest messages, what their journeys are called."""
    messages = list(Message.objects.filter(customer=customer).order_by("-pk")[:MOST_MESSAGES])
    left = next((one for one in messages if one.handed_off_at is not None), None)
    doubted = next((one for one in messages if _in_doubt(one, now)), None)
    keys = {one.journey for one in (left, doubted) if one is not None}
    titles = {one.key: title_of(one) for one in titled(Journey.objects.filter(key__in=keys))} if keys else {}
    return Card(
        who.name,
        list(_about(customer, now)),
        who.club,
        _marks(who),
        _last_event(customer, now),
        _line(left, titles, now) if left is not None else None,
        _coming(coming),
        _line(doubted, titles, now) if doubted is not None else None,
        _tickets(customer),
    )


def _tickets(customer: Customer) -> str:
    """How many matters the helpdesk has open with them: an agent asks about those first."""
    count = customer.attributes.get("open_tickets")
    if not isinstance(count, int) or count < 1:
        return ""
    return ngettext("%(count)s open ticket", "%(count)s open tickets", count) % {"count": count}


def _about(customer: Customer, now: datetime) -> Iterator[str]:
    if customer.external_id:
        yield customer.external_id
    if customer.language:
        yield language(customer.language)
    yield from wishes(customer, now)
    local = now.astimezone(zone_of(customer).zone)
    yield _("%(time)s where they are") % {"time": formats.time_format(local, "TIME_FORMAT")}


def _marks(who: Who) -> list[Mark]:
    """One a channel, whether it is known by an address, by what they said, or by both."""
    return [_mark(channel, state, channel in who.usable) for channel, state in who.consents.items()]


def _mark(channel: str, state: str, usable: bool) -> Mark:
    kind = {
        ConsentState.GRANTED.value: "allowed",
        ConsentState.WITHDRAWN.value: "withdrawn",
        ConsentState.PENDING.value: "asked",
    }.get(state, "none")
    said = {
        "allowed": _("allowed"),
        "withdrawn": _("withdrawn"),
        "asked": _("asked, not confirmed"),
        "none": _("no consent"),
    }[kind]
    tone, sign = _TONES[kind], _SIGNS[kind]
    if not usable:
        said = _("%(state)s, no usable address") % {"state": said}
        tone, sign = ("warning", "error") if kind == "allowed" else (tone, sign)
    return Mark(words.channel(channel), words.icon(channel), sign, said, tone)


def _last_event(customer: Customer, now: datetime) -> Line | None:
    events = Event.objects.filter(customer=customer).exclude(name__in=(ENTERED, LEFT))
    event = events.order_by("-occurred_at", "-pk").first()
    if event is None:
        return None
    amount = f" · {formats.number_format(event.amount, 2)}" if event.amount is not None else ""
    at, url = event.occurred_at, url_of("events_event", event.pk)
    return Line(event.name + amount, words.moment(at), _ago(at, now), url)


def _line(message: Message, titles: Mapping[str, str], now: datetime) -> Line:
    at = message.final_at or message.handed_off_at or message.created_at
    text = f"{say_message(message)} · {titles.get(message.journey, words.spaced(message.journey))}"
    return Line(text, words.moment(at), _ago(at, now), url_of("messaging_message", message.pk))


def _ago(at: datetime, now: datetime) -> str:
    return _("%(time)s ago") % {"time": timesince(at, now, depth=1)} if at < now else ""


def _in_doubt(message: Message, now: datetime) -> bool:
    at = message.final_at or message.handed_off_at or message.created_at
    return message.state in _DOUBTFUL and at > now - DOUBTED_FOR


def _coming(coming: Next) -> str:
    """The nearest thing, on one line."""
    if coming.passages:
        first = coming.passages[0]
        told = f"{first.title}: {first.text}"
        more = len(coming.passages) - 1
        others = _("And %(count)s more.") % {"count": more}
        return f"{told} {others}" if more else told
    return coming.openings[0].text if coming.openings else coming.text
