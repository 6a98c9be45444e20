"""Set timers, and let in those whose timer is due: the same for every kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.entries import DateTrigger, InactiveTrigger
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.orders import CHANGES, PLACED
from orchestrator.events.models import Event
from orchestrator.journeys.changed import look_again
from orchestrator.journeys.doorstep import ask_again
from orchestrator.journeys.enroll import Candidate, enroll
from orchestrator.journeys.exits import let_out_changed
from orchestrator.journeys.timers.kinds import Door, Kind
from orchestrator.journeys.timers.replenishing import Replenishing
from orchestrator.journeys.timers.rows import BATCH, Timer, due_timers, write
from orchestrator.journeys.timers.silence import Silence
from orchestrator.journeys.timers.yearly import Yearly
from orchestrator.journeys.versions import Live, live
from orchestrator.segments.refresh import refresh
from orchestrator.store.prepared import prepared

if TYPE_CHECKING:
    from orchestrator.journeys.pull import Happening

KINDS: dict[type, Kind] = {
    InactiveTrigger: Silence(),
    DateTrigger: Yearly(),
    ReplenishmentTrigger: Replenishing(),
}


def reset(doors: Sequence[Live], happenings: Sequence[Happening], now: datetime) -> None:
    """Events set the timers anew that count from them, and the first of its name starts an anniversary.

    Who cancels an order or gives it back is set as if they had not placed it.
    """
    customers: dict[str, set[int]] = defaultdict(set)
    for one in happenings:
        customers[PLACED if one.name in CHANGES else one.name].add(one.customer_id)
    timers: list[Timer] = []
    for door, kind in _timed(doors):
        if theirs := customers.get(kind.event(door.trigger)):
            timers += kind.timers(door, theirs, now)
    write(timers)


def replan(now: datetime, limit: int = BATCH) -> int:
    """Set the timers of customers who changed, and look again where they wait; answers how many were looked at."""
    with transaction.atomic():
        ids = _changed(limit).column()
        if not ids:
            return 0
        timers: list[Timer] = []
        for door, kind in _timed(live()):
            if kind.follows(door.trigger):
                timers += kind.timers(door, ids, now)
        write(timers)
        refresh(ids, now)
        ask_again(ids, now)
        let_out_changed(ids, now)
        look_again(ids, now)
        Customer.objects.filter(id__among=ids).update(changed_pending=False)
    return len(ids)


@prepared
def _changed(limit: int) -> QuerySet[Any]:
    changed = Customer.objects.filter(changed_pending=True).order_by("id")
    return changed.select_for_update(skip_locked=True).values_list("id")[:limit]


def triggers() -> dict[tuple[int, int], Any]:
    """The triggers of live journeys that timers wait for, by journey and place."""
    return {door.at: door.trigger for door, _ in _timed(live())}


def plan_anew(places: Collection[tuple[int, int, int]], now: datetime) -> None:
    """Set the timers of these customers (journey, trigger, customer) by what is known of them now."""
    for door, kind in _timed(live()):
        customers = {one for journey, at, one in places if (journey, at) == door.at}
        if customers:
            write(kind.timers(door, customers, now))


def seed(door: Live, now: datetime) -> None:
    """Set the timers of a newly published journey for the people who are there already.

    Those whose time has passed are left out: publishing never lets a crowd in; a backfill does, by wish and preview.
    """
    for one, kind in _timed([door]):
        event = kind.event(one.trigger)
        if not event:
            Customer.objects.filter(changed_pending=False).update(changed_pending=True)
            continue
        customers = Event.objects.filter(name=event).order_by("customer_id")
        ids = customers.values_list("customer_id", flat=True).distinct().iterator(chunk_size=BATCH)
        for chunk in _chunks(ids):
            write([timer for timer in kind.timers(one, chunk, now) if kind.seeded(timer, now)])


def fire(now: datetime, limit: int = BATCH) -> int:
    """Let in those whose timer is due, and set the timer on; answers how many timers were due."""
    doors = {door.at: (door, kind) for door, kind in _timed(live())}
    with transaction.atomic():
        rows = due_timers(now, limit)
        entering: list[Candidate] = []
        timers: list[Timer] = []
        for at, mine in _grouped(rows).items():
            known = [one for one in mine if at in doors and doors[at][1].knows(one)]
            timers += [one.stopped for one in mine if one not in known]
            if known:
                door, kind = doors[at]
                fired = kind.fire(door, known, now)
                entering += fired.entering
                timers += fired.timers
        write(timers)
        enroll(entering, now)
    return len(rows)


def _timed(doors: Iterable[Live]) -> list[tuple[Door, Kind]]:
    return [
        (Door(one, place, trigger), KINDS[type(trigger)])
        for one in doors
        for place, trigger in enumerate(one.definition.entry.triggers)
        if type(trigger) in KINDS
    ]


def _grouped(rows: Sequence[Timer]) -> dict[tuple[int, int], list[Timer]]:
    answer: dict[tuple[int, int], list[Timer]] = defaultdict(list)
    for row in rows:
        answer[row.journey_id, row.trigger].append(row)
    return answer


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    chunk: list[int] = []
    for one in ids:
        chunk.append(one)
        if len(chunk) == BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
