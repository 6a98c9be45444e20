"""LAUNCH: let an audience in, chunk by chunk and wave by wave, when its time has come.

A launch is a row that remembers how far it has come: killed between two chunks it goes on with the next. The entry's
key holds the day, so that whoever is looked at twice enters once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.audiences import (
    AudienceTrigger,
    Launched,
    ScheduleTrigger,
    zone_of_launch,
)
from orchestrator.domain.definition.rules import AllOf
from orchestrator.domain.schedules import FIRST_CLOCK, LAST_CLOCK, moment_on, opens_at
from orchestrator.domain.splits import bucket
from orchestrator.domain.waves import too_many
from orchestrator.journeys.calls import CHANNEL
from orchestrator.journeys.due import moving
from orchestrator.journeys.enroll import Candidate, enroll
from orchestrator.journeys.models import Enrollment, Journey, Launch
from orchestrator.journeys.reached import reached
from orchestrator.journeys.versions import Live, version
from orchestrator.messaging import queues
from orchestrator.messaging.facts import read_people, zone_of
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import following
from orchestrator.store import bulk, deadlines
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

BATCH = 2000
# An occurrence found this late (after downtime, or a long pause) lets nobody in; the next one does.
LATE = timedelta(hours=24)
AROUND_THE_WORLD = FIRST_CLOCK + LAST_CLOCK
EVERYBODY = AllOf(())
# A launch lets nobody in while so many are on their way over its channels: the outbox stays as small as the workers are
# fast, nobody's message grows old in it, and a launch can still be stopped before most of it is written.
BACKLOG = 20_000
LOOK_AGAIN = timedelta(seconds=2)
_OPEN = (Launch.State.PLANNED, Launch.State.RUNNING)


def launched(door: Live) -> Iterator[tuple[int, Launched]]:
    """The triggers of a journey that let many in at a time, with their places."""
    for place, trigger in enumerate(door.definition.entry.triggers):
        if isinstance(trigger, AudienceTrigger | ScheduleTrigger):
            yield place, trigger


def plan_launches(door: Live, now: datetime) -> None:
    """Set the next launch of each trigger of a newly published version, and put away those planned otherwise.

    What a schedule would have begun before it was published is not made up for.
    """
    Launch.objects.filter(journey_id=door.journey_id, state=Launch.State.PLANNED).delete()
    for place, trigger in launched(door):
        on = trigger.next_on(now.date() - timedelta(days=2))  # nowhere on earth is it earlier
        while on and isinstance(trigger, ScheduleTrigger) and _opens(trigger, on) <= now:
            on = trigger.next_on(on)
        _plan(door.journey_id, place, trigger, on)


def is_over(trigger: AudienceTrigger, now: datetime) -> bool:
    """Whether an audience's moment has passed, for everybody on earth where it goes by their own clocks."""
    return moments_of(trigger)[1] < now


def moments_of(trigger: AudienceTrigger) -> tuple[datetime, datetime]:
    """When an audience's moment comes first, and last: one and the same, unless it goes by everybody's own clock."""
    begins = _opens(trigger, trigger.on)
    return begins, begins + (AROUND_THE_WORLD if _zone(trigger) is None else timedelta(0))


def _opens(trigger: Launched, on: date) -> datetime:
    return opens_at(on, trigger.at, _zone(trigger))


def _plan(journey: int, place: int, trigger: Launched, on: date | None) -> None:
    if on is None:
        return
    opens = _opens(trigger, on)
    columns = (
        "journey",
        "trigger",
        "on",
        "opens_at",
        "due_at",
        "state",
        "wave",
        "cursor",
        "entered",
        "numbers",
    )
    row: tuple[Any, ...] = (journey, place, on, opens, opens, Launch.State.PLANNED, 0, 0, 0, {})
    bulk.insert(Launch, columns, [row], ignore_conflicts=True)


def launch(now: datetime, limit: int = BATCH) -> int:
    """Let in the next at most `limit` people of a launch that is due; answers how many were looked at."""
    with transaction.atomic():
        row = _due(now)
        if row is None:
            return 0
        door = _door(row)
        trigger = dict(launched(door)).get(row.trigger) if door else None
        if door is None or trigger is None or trigger.next_on(row.on - timedelta(days=1)) != row.on:
            return _finish(row, Launch.State.STOPPED, now)
        if row.state == Launch.State.PLANNED:
            _plan(row.journey_id, row.trigger, trigger, trigger.next_on(row.on))
            if now - row.opens_at > LATE:
                return _finish(row, Launch.State.MISSED, now)
        if ahead := backlog(door, now):
            return _wait(row, ahead, now)
        if _over(row, door, trigger):
            return _finish(row, Launch.State.HALTED, now)
        return _chunk(row, door, trigger, now, limit)


def backlog(door: Live, now: datetime) -> int:
    """People about to be walked, and messages that are due over the journey's channels; 0 while there is room.

    Counted by the indexes, and no further than `BACKLOG`.
    """
    count = moving().filter(due_at__lte=now).values("pk")[:BACKLOG].count()
    for channel in sorted(_channels(door)):
        count += queues.count_over(channel, now, BACKLOG - count)
    return count if count >= BACKLOG else 0


def _channels(door: Live) -> set[str]:
    steps = [door.definition.step(step) for step in door.definition.step_ids()]
    told = {channel for step in steps for channel in getattr(step.params, "via", ())}
    return told | ({CHANNEL} if any(step.kind.webhook(step.params) is not None for step in steps) else set())


def _wait(row: Launch, ahead: int, now: datetime) -> int:
    """Nobody comes in for now. It has begun nevertheless: however long it waits, it is not missed."""
    row.state, row.waits_for, row.due_at = Launch.State.RUNNING, ahead, now + LOOK_AGAIN
    row.save()
    return 0


def launching() -> QuerySet[Launch]:
    """Launches with a time to go on at; in a paused journey nothing goes on."""
    return Launch.objects.filter(due_at__isnull=False).exclude(journey__status=Journey.Status.PAUSED)


def _due(now: datetime) -> Launch | None:
    due = launching().filter(due_at__lte=now)
    return due.order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",)).first()


def _door(row: Launch) -> Live | None:
    """The version people enter now; None where the journey is not live."""
    found = Journey.objects.filter(pk=row.journey_id, status=Journey.Status.LIVE).values_list(
        "current_id", flat=True
    )
    current = found.first()
    return version(current) if current else None


def _over(row: Launch, door: Live, trigger: Launched) -> bool:
    """Whether too many complained or bounced for another wave to begin. What they did is kept with the launch."""
    pace = trigger.pace
    if pace is None or row.wave == 0 or row.cursor:
        return False
    numbers = reached(door.key, row.opens_at)
    over = too_many(pace, numbers)
    seen = {"accepted": numbers.accepted, "complaints": numbers.complaints, "bounces": numbers.bounces}
    row.numbers = {**row.numbers, str(row.wave): seen | ({"over": dict(over)} if over else {})}
    return bool(over)


def _chunk(row: Launch, door: Live, trigger: Launched, now: datetime, limit: int) -> int:
    deadlines.extend()
    workspace = Workspace.get()
    scope = Scope(CUSTOMERS, now, ZoneInfo(workspace.time_zone), door.brand_id)
    ids = following(Customer, trigger.who or EVERYBODY, scope, row.cursor, limit)
    entered = enroll(list(_candidates(row, door, trigger, ids, workspace)), now)
    row.state, row.waits_for, row.entered = Launch.State.RUNNING, 0, row.entered + len(entered)
    row.cursor = ids[-1] if ids else row.cursor
    if len(ids) < limit:
        _next_wave(row, trigger, workspace, now)
    row.save()
    return len(ids)


def _candidates(
    row: Launch, door: Live, trigger: Launched, ids: Collection[int], workspace: Workspace
) -> Iterator[Candidate]:
    """Those of this wave, each with the moment at which it begins for them."""
    pace, salt = trigger.pace, f"{workspace.salt}:{door.key}"
    begins = _beginnings(row, trigger, ids, workspace)
    been = _been(row, ids)
    keyed = door.definition.entry.again.kind in ("per_key", "always")
    key, said = f"{trigger.name}:{row.on}" if keyed else "", {"on": row.on.isoformat()}
    for id_ in ids:
        if id_ in been or (pace and pace.wave_of(bucket(salt, "wave", str(id_))) != row.wave):
            continue
        yield Candidate(door, id_, key, said, begins_at=begins.get(id_))


def _beginnings(
    row: Launch, trigger: Launched, ids: Collection[int], workspace: Workspace
) -> dict[int, datetime]:
    """When it begins for each, where it goes by their own clocks; empty where it is one moment for all."""
    if _zone(trigger) is not None:
        return {}
    people, of_zone = read_people(ids), dict[ZoneInfo, datetime]()
    answer = {}
    for id_ in ids:
        theirs = zone_of(people.get(id_), workspace).zone
        if theirs not in of_zone:
            begins = moment_on(row.on, trigger.at, theirs)
            of_zone[theirs] = trigger.pace.begins(row.wave, begins, theirs) if trigger.pace else begins
        answer[id_] = of_zone[theirs]
    return answer


@prepared
def _merged() -> QuerySet[Any]:
    merged = Customer.objects.filter(merged_into_id__among=Given("ids"))
    return merged.values_list("merged_into_id")


def _been(row: Launch, ids: Collection[int]) -> set[int]:
    """Those who had been let in by this launch as somebody else, and were merged since: once is enough."""
    merged = _merged().column(ids=ids)
    if not merged:
        return set()
    theirs = Enrollment.objects.filter(
        journey_id=row.journey_id, customer_id__in=set(merged), entered_at__gte=row.opens_at
    )
    return set(theirs.filter(entry_properties__on=row.on.isoformat()).values_list("customer_id", flat=True))


def _next_wave(row: Launch, trigger: Launched, workspace: Workspace, now: datetime) -> None:
    if trigger.pace is None or row.wave + 1 >= len(trigger.pace.waves):
        row.state, row.due_at, row.finished_at = Launch.State.DONE, None, now
        return
    row.wave, row.cursor = row.wave + 1, 0
    row.due_at = trigger.pace.begins(row.wave, row.opens_at, ZoneInfo(workspace.time_zone))


def stop_launches(journey_id: int, now: datetime) -> int:
    """Nobody else comes in by a launch of this journey; answers how many launches were open."""
    running = Launch.objects.filter(journey_id=journey_id, state__in=_OPEN)
    return running.update(state=Launch.State.STOPPED, due_at=None, waits_for=0, finished_at=now)


def _finish(row: Launch, state: str, now: datetime) -> int:
    row.state, row.due_at, row.waits_for, row.finished_at = state, None, 0, now
    row.save()
    return 0


def _zone(trigger: Launched) -> ZoneInfo | None:
    return zone_of_launch(trigger, Workspace.get().time_zone)
