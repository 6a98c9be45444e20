"""How often a group is usually bought: read for those whose own purchases do not say, and begun when first met."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.replenishment import Usual
from orchestrator.journeys.models import EntryTimer, UsualInterval
from orchestrator.journeys.timers.kinds import Door
from orchestrator.journeys.timers.rows import READ, Timer
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared


def usual_of(door: Door, parts: Collection[str]) -> dict[str, Usual]:
    """The groups that were met before, as they were last computed."""
    rows = _usual().rows(journey=door.live.journey_id, trigger=door.place, parts=sorted(parts))
    return {row[0]: Usual(*row[1:]) for row in rows}


@prepared
def _usual() -> QuerySet[Any]:
    rows = UsualInterval.objects.filter(
        journey_id=Given("journey"), trigger=Given("trigger"), part__among=Given("parts")
    )
    return rows.values_list("part", "days", "people", "intervals")


def begin(door: Door, parts: Collection[str], now: datetime) -> None:
    """Groups that nobody bought of before are computed as soon as a worker has time."""
    columns = ("journey", "trigger", "part", "people", "intervals", "due_at")
    rows = [(*door.at, part, 0, 0, now) for part in sorted(parts)]
    bulk.insert(UsualInterval, columns, rows, ignore_conflicts=True)


def standing(door: Door, customers: Collection[int]) -> dict[tuple[int, str], Timer]:
    """The timers of these customers at the door, by customer and group."""
    rows = _standing().rows(journey=door.live.journey_id, trigger=door.place, customers=list(customers))
    return {(row[2], row[3]): Timer(*row) for row in rows}


@prepared
def _standing() -> QuerySet[Any]:
    theirs = EntryTimer.objects.filter(
        journey_id=Given("journey"), trigger=Given("trigger"), customer_id__among=Given("customers")
    )
    return theirs.values_list(*READ)
