"""STANDING: who is inside a journey, on which version, at which step, and what has not left yet. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from orchestrator.domain.outbox import OPEN
from orchestrator.journeys.models import Enrollment, EntryTimer, Journey
from orchestrator.messaging.models import Message


@dataclass(frozen=True, slots=True)
class Inside:
    """Active people on one version: how many stand at which step, in the order of the steps."""

    number: int
    steps: Mapping[str, int]

    @property
    def people(self) -> int:
        """All of them."""
        return sum(self.steps.values())


@dataclass(frozen=True, slots=True)
class Draining:
    """How far a version has emptied. `next_at`: when the next one moves on by time; `last_at`: by when all are out."""

    inside: Inside
    entered: int
    unsent: int
    next_at: datetime | None
    last_at: datetime | None


def inside(row: Journey, order: Iterable[str]) -> tuple[Inside, ...]:
    """Active people by version, the newest first; the index by journey and status carries the count."""
    counted = (
        Enrollment.objects.filter(journey=row, status=Enrollment.Status.ACTIVE)
        .order_by()
        .values_list("version", "step")
        .annotate(people=Count("id"))
    )
    numbers = dict(row.versions.values_list("id", "number"))
    answer: dict[int, dict[str, int]] = {}
    for version_id, step, people in counted:
        answer.setdefault(numbers.get(version_id, 0), {})[step] = people
    places = {step: place for place, step in enumerate(order)}
    return tuple(
        Inside(number, dict(sorted(steps.items(), key=lambda one: (places.get(one[0], len(places)), one[0]))))
        for number, steps in sorted(answer.items(), reverse=True)
    )


def unsent(row: Journey) -> dict[int, dict[str, int]]:
    """Messages that are planned or under way, by version and step."""
    found = Message.objects.filter(journey=row.key, state__in=OPEN).order_by("version", "step")
    answer: dict[int, dict[str, int]] = {}
    for number, step, count in found.values_list("version", "step").annotate(count=Count("id")):
        answer.setdefault(number, {})[step] = count
    return answer


def timers(row: Journey) -> int:
    """How many people have a time set at which the journey will look at them."""
    return EntryTimer.objects.filter(journey=row, due_at__isnull=False).count()


def draining(row: Journey, number: int, order: Iterable[str]) -> Draining:
    """One version: who is left in it."""
    people = Enrollment.objects.filter(journey=row, version__number=number)
    times = people.filter(status=Enrollment.Status.ACTIVE).aggregate(
        next_at=Min("due_at"), last_at=Max("expires_at")
    )
    here = next((one for one in inside(row, order) if one.number == number), Inside(number, {}))
    waiting = sum(unsent(row).get(number, {}).values())
    return Draining(here, people.count(), waiting, times["next_at"], times["last_at"])
