"""What came of it, counted in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from orchestrator.customers.models import Customer
from orchestrator.domain.outbox import State
from orchestrator.events.imports import PLACED
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Decision, Message

MILESTONES = ("order_5", "order_10", "spent_500")
LOYALTY = "loyalty_milestones"


@dataclass(frozen=True, slots=True)
class Line:
    """One journey's people. `converted`: those who met its goal."""

    journey: str
    entered: int
    completed: int
    active: int
    held_out: int
    converted: int


@dataclass(frozen=True, slots=True)
class Summary:
    """`held`: messages that were held at least once, by reason; one may have several. `skipped`: for good."""

    customers: int
    orders: int
    journeys: tuple[Line, ...]
    accepted: dict[str, int]
    held_once: int
    held: dict[str, int]
    skipped: dict[str, int]
    milestones: dict[str, int]

    def as_json(self, seconds: float) -> dict[str, Any]:
        """The object that `--json` prints last."""
        return {
            "customers": self.customers,
            "orders": self.orders,
            "entered": {line.journey: line.entered for line in self.journeys},
            "completed": sum(line.completed for line in self.journeys),
            "messages": {
                "accepted": sum(self.accepted.values()),
                "held": self.held_once,
                "skipped": self.skipped,
            },
            "milestones": self.milestones,
            "seconds": seconds,
        }


def summarise() -> Summary:
    """A few counts over everything there is."""
    accepted = Message.objects.filter(state=State.ACCEPTED)
    skipped = Message.objects.filter(state__in=(State.SKIPPED, State.EXPIRED))
    held = Decision.objects.filter(outcome="hold")
    return Summary(
        customers=Customer.objects.count(),
        orders=Event.objects.filter(name=PLACED).count(),
        journeys=tuple(_line(journey) for journey in Journey.objects.order_by("key")),
        accepted=_by(accepted, "channel"),
        held_once=Message.objects.filter(first_held_at__isnull=False).count(),
        held=_by(held, "reason", "message"),
        skipped=_by(skipped, "reason"),
        milestones={mark: _crossed(mark) for mark in MILESTONES},
    )


def _line(journey: Journey) -> Line:
    mine = Enrollment.objects.filter(journey=journey)
    return Line(
        journey.key,
        **mine.aggregate(
            entered=Count("id"),
            completed=Count("id", filter=Q(status=Enrollment.Status.COMPLETED)),
            active=Count("id", filter=Q(status=Enrollment.Status.ACTIVE)),
            held_out=Count("id", filter=Q(held_out=True)),
            converted=Count("id", filter=Q(goal_met_at__isnull=False)),
        ),
    )


def _by(rows: Any, column: str, counted: str = "id") -> dict[str, int]:
    """Counts by a column, most first."""
    counts = rows.order_by().values_list(column).annotate(n=Count(counted, distinct=True))
    return dict(counts.order_by("-n", column))


def _crossed(mark: str) -> int:
    mine = Enrollment.objects.filter(journey__key=LOYALTY, entry_key=mark)
    return mine.order_by().values("customer").distinct().count()
