"""TIMERS: entries that time alone brings about: silence, and days of the year."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from orchestrator.customers.models import Customer
from orchestrator.domain.dates import next_occurrence, parse_birthday
from orchestrator.domain.definition.entries import DateTrigger, InactiveTrigger
from orchestrator.domain.zones import local
from orchestrator.events.models import Event
from orchestrator.journeys.changed import look_again
from orchestrator.journeys.doorstep import ask_again
from orchestrator.journeys.enroll import Candidate, enroll
from orchestrator.journeys.exits import let_out_changed
from orchestrator.journeys.models import EntryTimer
from orchestrator.journeys.versions import Live, live
from orchestrator.messaging.facts import PersonRow, read_people, zone_of
from orchestrator.segments.refresh import refresh
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

if TYPE_CHECKING:
    from orchestrator.journeys.pull import Happening

BATCH = 2000
# A timer found this late (after downtime, or a long pause) is set on without letting anybody in.
LATE = timedelta(hours=24)

Setting = tuple[
    int, int, int, datetime | None, datetime | None, str
]  # journey, trigger, customer, due, anchor, key


def reset(doors: Sequence[Live], happenings: Sequence[Happening], now: datetime) -> None:
    """Events set silence timers anew, and the first of its name starts an anniversary."""
    names = {one.name for one in happenings}
    settings: list[Setting] = []
    for door, place, trigger in _timed(doors):
        event = trigger.event if isinstance(trigger, InactiveTrigger) else trigger.anniversary_of
        if event in names:
            customers = {one.customer_id for one in happenings if one.name == event}
            settings += _settings(door, place, trigger, customers, now)
    _set(settings)


def replan(now: datetime, limit: int = BATCH) -> int:
    """Plan the dates of customers who changed, and look again where they wait; answers how many were looked at."""
    with transaction.atomic():
        ids = _changed(limit).column()
        if not ids:
            return 0
        settings: list[Setting] = []
        for door, place, trigger in _timed(live()):
            if isinstance(trigger, DateTrigger) and trigger.attribute:
                settings += _settings(door, place, trigger, ids, now)
        _set(settings)
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


def triggers() -> dict[tuple[int, int], InactiveTrigger | DateTrigger]:
    """The triggers of live journeys that timers wait for, by journey and place."""
    return {(door.journey_id, place): trigger for door, place, trigger in _timed(live())}


def plan_anew(places: Collection[tuple[int, int, int]], now: datetime) -> None:
    """Set these timers (journey, trigger, customer) by what is known of their customers now."""
    for door, place, trigger in _timed(live()):
        customers = {one for journey, at, one in places if (journey, at) == (door.journey_id, place)}
        if customers:
            _set(_settings(door, place, trigger, customers, now))


def seed(door: Live, now: datetime) -> None:
    """Set the timers of a newly published journey for the people who are there already.

    Those whose time has passed are left out: publishing never lets a crowd in; a backfill does, by wish and preview.
    """
    for _, place, trigger in _timed([door]):
        if isinstance(trigger, DateTrigger) and trigger.attribute:
            Customer.objects.filter(changed_pending=False).update(changed_pending=True)
            continue
        event = trigger.event if isinstance(trigger, InactiveTrigger) else trigger.anniversary_of
        customers = (
            Event.objects.filter(name=event)
            .order_by("customer_id")
            .values_list("customer_id", flat=True)
            .distinct()
        )
        for chunk in _chunks(customers.iterator(chunk_size=BATCH)):
            _set(
                [
                    one
                    for one in _settings(door, place, trigger, chunk, now)
                    if one[3] is not None and one[3] > now
                ]
            )


def fire(now: datetime, limit: int = BATCH) -> int:
    """Let in those whose timer is due, and set the timer on; answers how many timers were due."""
    doors = {(door.journey_id, place): (door, trigger) for door, place, trigger in _timed(live())}
    with transaction.atomic():
        rows = _due_timers(limit).rows(now=now)
        entering: list[Candidate] = []
        settings: list[Setting] = []
        for (journey, place), mine in _grouped(rows).items():
            found = doors.get((journey, place))
            if found is None:
                settings += [(journey, place, row[2], None, row[4], "") for row in mine]
                continue
            door, trigger = found
            entering += _due(door, trigger, mine, now)
            settings += _next(door, place, trigger, mine, now)
        _set(settings)
        enroll(entering, now)
    return len(rows)


@prepared
def _due_timers(limit: int) -> QuerySet[Any]:
    due = EntryTimer.objects.filter(due_at__lte=Given("now")).order_by("due_at")
    columns = ("journey_id", "trigger", "customer_id", "due_at", "anchor_at", "key", "id")
    return due.select_for_update(skip_locked=True).values_list(*columns)[:limit]


def _timed(doors: Iterable[Live]) -> list[tuple[Live, int, InactiveTrigger | DateTrigger]]:
    return [
        (door, place, trigger)
        for door in doors
        for place, trigger in enumerate(door.definition.entry.triggers)
        if isinstance(trigger, (InactiveTrigger, DateTrigger))
    ]


def _settings(
    door: Live, place: int, trigger: InactiveTrigger | DateTrigger, customers: Iterable[int], now: datetime
) -> list[Setting]:
    people = read_people(list(customers))
    workspace = Workspace.get()
    if isinstance(trigger, InactiveTrigger):
        anchors = _extreme(trigger.event, people, now, Max)
        return [
            (
                door.journey_id,
                place,
                customer,
                trigger.quiet_for.after(at, _zone(people, customer, workspace)),
                at,
                "",
            )
            for customer, at in anchors.items()
        ]
    if trigger.attribute:
        dated = {customer: person.attributes.get(trigger.attribute) for customer, person in people.items()}
        return [
            _yearly(door, place, trigger, customer, on, None, _zone(people, customer, workspace), now)
            for customer, on in dated.items()
        ]
    anchors = _extreme(trigger.anniversary_of, people, now, Min)
    answer = []
    for customer, at in anchors.items():
        zone = _zone(people, customer, workspace)
        answer.append(_yearly(door, place, trigger, customer, local(at, zone).date(), at, zone, now))
    return answer


def _yearly(
    door: Live,
    place: int,
    trigger: DateTrigger,
    customer: int,
    on: Any,
    anchor: datetime | None,
    zone: ZoneInfo,
    now: datetime,
) -> Setting:
    """The next coming of a day; none for a date that cannot be read."""
    nothing: Setting = (door.journey_id, place, customer, None, anchor, "")
    if on is None:
        return nothing
    try:
        day = parse_birthday(on)
    except ValueError:
        return nothing
    # An anniversary is at the earliest a year on: the day itself is no anniversary.
    after = max(now, anchor + timedelta(days=300)) if anchor else now
    coming = next_occurrence(day.month, day.day, trigger.at, zone, after, trigger.leap, trigger.offset_days)
    return (door.journey_id, place, customer, coming.instant, anchor, f"{trigger.name}:{coming.year}")


def _extreme(
    event: str, people: Collection[int], now: datetime, which: type[Max | Min]
) -> dict[int, datetime]:
    return dict(_extremes(which).rows(customers=list(people), event=event, now=now))


@prepared
def _extremes(which: type[Max | Min]) -> QuerySet[Any]:
    events = Event.objects.filter(
        customer_id__among=Given("customers"), name=Given("event"), occurred_at__lte=Given("now")
    )
    return events.order_by().values_list("customer_id").annotate(at=which("occurred_at"))


def _due(
    door: Live, trigger: InactiveTrigger | DateTrigger, rows: Sequence[tuple[Any, ...]], now: datetime
) -> list[Candidate]:
    rows = [row for row in rows if row[3] > now - LATE]
    if isinstance(trigger, InactiveTrigger):
        # An event that has not been pulled yet has not reset the timer; it counts all the same.
        customers = {row[2]: row[4] for row in rows}
        last = _extreme(trigger.event, customers, now, Max)
        rows = [row for row in rows if last.get(row[2]) == row[4]]
        return [Candidate(door, row[2], _inactive_key(door, row)) for row in rows]
    return [Candidate(door, row[2], row[5]) for row in rows]


def _inactive_key(door: Live, row: tuple[Any, ...]) -> str:
    return f"inactive:{row[4]:%Y-%m-%d}" if door.definition.entry.again.kind in ("per_key", "always") else ""


def _next(
    door: Live,
    place: int,
    trigger: InactiveTrigger | DateTrigger,
    rows: Sequence[tuple[Any, ...]],
    now: datetime,
) -> list[Setting]:
    if isinstance(trigger, InactiveTrigger):
        return [(door.journey_id, place, row[2], None, row[4], "") for row in rows]
    return _settings(door, place, trigger, [row[2] for row in rows], now)


def _set(settings: Sequence[Setting]) -> None:
    """Insert or overwrite: one timer for a person at a door's trigger."""
    if not settings:
        return
    columns = ("journey", "trigger", "customer", "due_at", "anchor_at", "key")
    bulk.insert(EntryTimer, columns, settings, ignore_conflicts=True)
    bulk.update(EntryTimer, columns[3:], settings, match=columns[:3])


def _grouped(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[int, int], list[tuple[Any, ...]]]:
    answer: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for row in rows:
        answer.setdefault((row[0], row[1]), []).append(row)
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


def _zone(people: Mapping[int, PersonRow], customer: int, workspace: Workspace) -> ZoneInfo:
    return zone_of(people.get(customer), workspace).zone
