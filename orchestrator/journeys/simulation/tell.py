"""TELL: what a simulation did, counted in its twins. Plain values, which a page, a terminal and a file can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, QuerySet, Sum

from orchestrator.customers.models import Customer
from orchestrator.domain.reactions import Rate
from orchestrator.journeys.models import Enrollment, Journey, StepRun
from orchestrator.journeys.simulation.asked import Asked
from orchestrator.journeys.simulation.collisions import Collision, collisions
from orchestrator.journeys.simulation.examples import Example, examples
from orchestrator.journeys.simulation.twins import NEW
from orchestrator.messaging.models import Decision, Message
from orchestrator.workspace.models import Workspace

SENT = "accepted"
SHOWN = 10  # people of a reason


@dataclass(frozen=True, slots=True)
class Reason:
    """Why messages were held or ended otherwise than sent, how many people that concerned, and ten of them by their ids."""

    outcome: str
    reason: str
    messages: int
    people: int
    whom: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Volume:
    """Messages sent over a channel on a day, or in an hour of the day, of the workspace's zone."""

    when: str
    channel: str
    messages: int


@dataclass(frozen=True, slots=True)
class Busiest:
    """The fullest tick of a provider: what a rate limit would have to carry."""

    provider: str
    at: str
    messages: int


@dataclass(frozen=True, slots=True)
class Visits:
    """What came of a step, and for how many visits to it."""

    step: str
    outcome: str
    visits: int


@dataclass(frozen=True, slots=True)
class Assumed:
    """What people are taken to do after a message: a share in basis points, measured on so many messages."""

    what: str
    channel: str
    share: int
    of: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """What would have happened between two moments, to the people known by the end.

    `states`: the journey's messages by state; `passages`: its enrollments by status and reason. `cost` in the workspace's
    currency, of what was sent; None where nothing has a price.
    """

    journey: str
    title: str
    begins: str
    ends: str
    tick_minutes: int
    zone: str
    people: int
    entered: int
    entered_people: int
    held_out: int
    sent: int
    sent_people: int
    most_for_one: int
    passages: dict[str, int]
    states: dict[str, int]
    by_day: tuple[Volume, ...]
    by_hour: tuple[Volume, ...]
    holds: tuple[Reason, ...]
    losses: tuple[Reason, ...]
    steps: tuple[Visits, ...]
    collisions: tuple[Collision, ...]
    busiest: tuple[Busiest, ...]
    parts: int
    cost: str | None
    currency: str
    examples: tuple[Example, ...]
    question: str
    assumed: tuple[Assumed, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told, with what only counting together needs: messages by provider and tick."""

    simulated: Simulated
    ticks: Mapping[tuple[str, str], int]


def tell(asked: Asked, key: str, rates: Sequence[Rate] = ()) -> Told:
    """Count what the journey `key` did; what those lived beside it did shows in the collisions.

    `rates`: what people were taken to do after its messages.
    """
    workspace = Workspace.get()
    zone = ZoneInfo(workspace.time_zone)
    journey = Journey.objects.get(key=key)
    entered = Enrollment.objects.filter(journey=journey, id__gte=NEW)
    messages = Message.objects.filter(journey=key, id__gte=NEW)
    sent = messages.filter(state=SENT)
    days, hours = _volumes(sent, zone)
    each = sent.order_by().values("customer").annotate(count=Count("pk")).aggregate(most=Max("count"))
    total = sent.aggregate(parts=Sum("parts"), cost=Sum("cost"))
    ticks = {
        (provider, _written(at)): count for provider, at, count in _counted(sent, "provider", "handed_off_at")
    }
    simulated = Simulated(
        journey=key,
        title=journey.title,
        begins=_written(asked.begins),
        ends=_written(asked.ends),
        tick_minutes=int(asked.tick.total_seconds() // 60),
        zone=zone.key,
        people=Customer.objects.filter(erased_at=None, merged_into=None, restricted_at=None).count(),
        entered=entered.count(),
        entered_people=_people(entered),
        held_out=entered.filter(held_out=True).count(),
        sent=sent.count(),
        sent_people=_people(sent),
        most_for_one=each["most"] or 0,
        passages={
            f"{status} {reason}".strip(): count
            for status, reason, count in _counted(entered, "status", "reason")
        },
        states=dict(_counted(messages, "state")),
        by_day=days,
        by_hour=hours,
        holds=_holds(messages),
        losses=_losses(messages),
        steps=tuple(Visits(*row) for row in _counted(_runs(entered), "step", "outcome")),
        collisions=collisions(key),
        busiest=fullest(ticks),
        parts=total["parts"] or 0,
        cost=_amount(total["cost"]),
        currency=workspace.currency,
        examples=examples(key),
        question=asked.question,
        assumed=tuple(Assumed(one.what, one.channel, one.share, one.of) for one in rates),
    )
    return Told(simulated, ticks)


def _written(moment: datetime) -> str:
    return moment.isoformat()


def _amount(cost: Decimal | None) -> str | None:
    return None if cost is None else f"{cost:.2f}"


def _people(rows: QuerySet[Any]) -> int:
    return int(rows.order_by().values("customer").distinct().count())


def _counted(rows: QuerySet[Any], *columns: str) -> list[tuple[Any, ...]]:
    """Groups with their sizes, in the order of their names."""
    return list(rows.order_by(*columns).values_list(*columns).annotate(count=Count("pk")))


def _runs(entered: QuerySet[Enrollment]) -> QuerySet[StepRun]:
    return StepRun.objects.filter(enrollment__in=entered.values("pk"))


def _volumes(sent: QuerySet[Message], zone: ZoneInfo) -> tuple[tuple[Volume, ...], tuple[Volume, ...]]:
    """By day, and by hour of the day. The moments are few: all messages leave at ticks."""
    days: dict[tuple[str, str], int] = {}
    hours: dict[tuple[str, str], int] = {}
    for at, channel, count in _counted(sent, "handed_off_at", "channel"):
        local = at.astimezone(zone)
        for volume, when in ((days, f"{local:%Y-%m-%d}"), (hours, f"{local:%H}")):
            volume[when, channel] = volume.get((when, channel), 0) + count
    return _as_volumes(days), _as_volumes(hours)


def _as_volumes(counted: dict[tuple[str, str], int]) -> tuple[Volume, ...]:
    return tuple(Volume(when, channel, count) for (when, channel), count in sorted(counted.items()))


def _holds(messages: QuerySet[Message]) -> tuple[Reason, ...]:
    """Messages that waited, whatever became of them, each counted once a reason; the most people first."""
    held = Decision.objects.filter(message__in=messages.values("pk"), outcome="hold").order_by()
    rows = held.values_list("reason").annotate(
        messages=Count("message", distinct=True), people=Count("message__customer", distinct=True)
    )
    return ranked(
        Reason("hold", reason, count, people, _whom(held.filter(reason=reason), "message__customer"))
        for reason, count, people in rows
    )


def _losses(messages: QuerySet[Message]) -> tuple[Reason, ...]:
    """Messages that ended without being sent, by state and reason; the most people first."""
    lost = messages.exclude(state=SENT).filter(final_at__isnull=False).order_by()
    rows = lost.values_list("state", "reason").annotate(
        messages=Count("pk"), people=Count("customer", distinct=True)
    )
    return ranked(
        Reason(state, reason, count, people, _whom(lost.filter(state=state, reason=reason), "customer"))
        for state, reason, count, people in rows
    )


def _whom(rows: QuerySet[Any], column: str) -> tuple[int, ...]:
    return tuple(rows.order_by(column).values_list(column, flat=True).distinct()[:SHOWN])


def ranked(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Those that concern the most people first."""
    return tuple(sorted(reasons, key=lambda one: (-one.people, one.outcome, one.reason)))


def fullest(ticks: Mapping[tuple[str, str], int]) -> tuple[Busiest, ...]:
    """The fullest tick of each provider, the first of them where several are."""
    found: dict[str, Busiest] = {}
    for (provider, at), count in sorted(ticks.items()):
        if provider not in found or found[provider].messages < count:
            found[provider] = Busiest(provider, at, count)
    return tuple(found.values())
