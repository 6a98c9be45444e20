"""COMPUTE: once a day, how often each group is bought by those who buy it; and the timers that lean on it follow.

The medians that people have of their own stand in their timers, so a group is one count over an index and no look at
anybody's events: about half a second for a million people. The price is that it is up to a day old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.replenishment import FEWEST_INTERVALS, Habit, Usual, set_to, usual
from orchestrator.journeys.models import EntryTimer, UsualInterval
from orchestrator.journeys.timers.kinds import Door
from orchestrator.journeys.timers.replenishing import reckon, stands
from orchestrator.journeys.timers.rows import BATCH, READ, People, Timer, write
from orchestrator.journeys.versions import live
from orchestrator.store import bulk, deadlines
from orchestrator.store.prepared import Given, prepared

GROUPS = 500
EVERY = timedelta(days=1)

Doors = Mapping[tuple[int, int], Door]


def compute(now: datetime, limit: int = GROUPS) -> int:
    """Compute the groups that are due, and set the timers of those that changed; answers how many were looked at.

    Answers `limit` where timers of a group are left: they are set in batches, by whoever looks next.
    """
    with transaction.atomic():
        deadlines.extend()
        rows = list(_due(now)[:limit])
        doors = _doors()
        _measure([row for row in rows if row.moved_to is None], doors, now)
        left = _move([row for row in rows if row.moved_to is not None], doors, now)  # those that changed too
        columns = ("days", "people", "intervals", "computed_at", "due_at", "moved_to")
        bulk.update(
            UsualInterval, columns, [(row.id, *(getattr(row, name) for name in columns)) for row in rows]
        )
    return limit if left else len(rows)


def _due(now: datetime) -> QuerySet[UsualInterval]:
    due = UsualInterval.objects.filter(due_at__lte=now).order_by("due_at", "id")
    return due.select_for_update(skip_locked=True)


def _doors() -> Doors:
    return {
        (one.journey_id, place): Door(one, place, trigger)
        for one in live()
        for place, trigger in enumerate(one.definition.entry.triggers)
        if isinstance(trigger, ReplenishmentTrigger)
    }


def _measure(rows: Sequence[UsualInterval], doors: Doors, now: datetime) -> None:
    """Those of a door in one statement. A journey that is not live asks for nothing, and is looked at tomorrow."""
    by_door: dict[tuple[int, int], list[UsualInterval]] = defaultdict(list)
    for row in rows:
        row.due_at = now + EVERY
        by_door[row.journey_id, row.trigger].append(row)
    for at in set(by_door) & set(doors):
        counted = _counted(at, [row.part for row in by_door[at]])
        for row in by_door[at]:
            _note(row, usual(counted[row.part]), now)


def _note(row: UsualInterval, found: Usual, now: datetime) -> None:
    if found.days != row.days:
        row.moved_to, row.due_at = 0, now
    row.days, row.people, row.intervals, row.computed_at = found.days, found.people, found.intervals, now


def _counted(at: tuple[int, int], parts: Collection[str]) -> dict[str, dict[int, tuple[int, int]]]:
    answer: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for part, days, people, intervals in _medians().rows(journey=at[0], trigger=at[1], parts=list(parts)):
        answer[part][days] = (people, intervals)
    return answer


@prepared
def _medians() -> QuerySet[Any]:
    of_group = EntryTimer.objects.filter(
        journey_id=Given("journey"),
        trigger=Given("trigger"),
        part__among=Given("parts"),
        intervals__gte=1,
    )
    grouped = of_group.order_by().values_list("part", "days")
    return grouped.annotate(people=Count("id"), counted=Sum("intervals"))


def _move(rows: Sequence[UsualInterval], doors: Doors, now: datetime) -> bool:
    """Set the timers that lean on these groups, a batch of them; answers whether some are left."""
    budget = BATCH
    for row in rows:
        door = doors.get((row.journey_id, row.trigger))
        timers = _leaning(row, budget) if door is not None and budget else []
        if door is not None:
            _lean(door, row, timers, now)
        budget -= len(timers)
        if door is not None and not budget:
            row.moved_to = timers[-1].customer_id if timers else row.moved_to
        else:
            row.moved_to, row.due_at = None, (row.computed_at or now) + EVERY
    return not budget


def _leaning(row: UsualInterval, limit: int) -> list[Timer]:
    """Those whose own purchases say too little, and who were not let in since the last of them."""
    theirs = EntryTimer.objects.filter(
        journey_id=row.journey_id,
        trigger=row.trigger,
        part=row.part,
        intervals__isnull=False,
        intervals__lt=FEWEST_INTERVALS,
        customer_id__gt=row.moved_to or 0,
        key="",
    )
    locked = theirs.order_by("customer_id").select_for_update(skip_locked=True)
    return [Timer(*values) for values in locked.values_list(*READ)[:limit]]


def _lean(door: Door, row: UsualInterval, timers: Sequence[Timer], now: datetime) -> None:
    people = People([one.customer_id for one in timers])
    group = Usual(row.days, row.people, row.intervals)
    moved = [_set(door, one, group, people, now) for one in timers]
    write([new for new, old in zip(moved, timers, strict=True) if new != old])


def _set(door: Door, one: Timer, group: Usual, people: People, now: datetime) -> Timer:
    zone = people.zone(one.customer_id)
    assert one.anchor_at is not None  # it is never written without
    reckoned = reckon(door.trigger, Habit(one.anchor_at, one.days, one.intervals or 0), group, zone)
    return one._replace(due_at=set_to(reckoned.moment, reckoned.on, stands(one, zone), now))
