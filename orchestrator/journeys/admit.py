"""ADMIT: let those in who wait in line at a door, as far as there is room: first come, first served."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.domain.limits import FILTER, STOPPED, House
from orchestrator.journeys.doorstep import KNOCKS, Stopped, turn_away
from orchestrator.journeys.enroll import ask, let_in
from orchestrator.journeys.house import house, next_look
from orchestrator.journeys.knock import COLUMNS, Waiting, candidate, leave
from orchestrator.journeys.limits import hold
from orchestrator.journeys.models import Door, Doorstep, Journey
from orchestrator.journeys.versions import Live, version
from orchestrator.workspace.models import Workspace

BATCH = 1000


def admitting() -> QuerySet[Door]:
    """Doors at which somebody waits; in a paused journey they go on waiting."""
    return Door.objects.filter(due_at__isnull=False).exclude(journey__status=Journey.Status.PAUSED)


def look_again(key: str, now: datetime) -> None:
    """Another limit holds for this journey, or it was stopped: those who wait are seen to at once.

    Locks its door, which whoever lets people in locks before they point to the journey: here it comes first, too.
    """
    Door.objects.filter(journey__key=key, due_at__gt=now).update(due_at=now)


def admit(now: datetime, limit: int = BATCH) -> int:
    """Let in at most `limit` from the line of a door whose time has come; answers how many left the line."""
    with transaction.atomic():
        due = admitting().filter(due_at__lte=now).order_by("due_at", "journey_id")
        found = due.values_list("journey_id", "journey__status", "journey__current_id").first()
        if found is None:
            return 0
        journey, status, current = found
        door = version(current)
        workspace = Workspace.get()
        hold([door], {customer for _, customer in _line(journey, now, limit)}, workspace)
        locked = due.filter(journey_id=journey).select_for_update(of=("self",)).values_list("journey_id")
        if not list(locked):
            return 0  # another has just seen to it
        if status != Journey.Status.LIVE:
            return _dissolve(door, now, limit)
        return _admit(door, workspace, now, limit)


def _line(journey: int, now: datetime, limit: int) -> list[tuple[int, int]]:
    """The first of the line and their customers; whose wait is over is no longer in it."""
    line = Doorstep.objects.filter(journey_id=journey, in_line=True, until__gt=now).order_by("id")
    return list(line.values_list("id", "customer_id")[:limit])


def _admit(door: Live, workspace: Workspace, now: datetime, limit: int) -> int:
    """The door is locked: what is counted now stays so, but for those who leave."""
    rule, zone = door.definition.entry.limit, ZoneInfo(workspace.time_zone)
    room = house(door.journey_id, rule, zone, now, from_line=True).room(rule) if rule else None
    rows = _first(door, now, limit if room is None else min(limit, room))
    waiting = [candidate(one, door) for one in rows]
    asked = ask(waiting, now)
    leave({one.id for one in rows})
    let_in(asked.welcome, now, from_line=True)
    turn_away([Stopped(one, FILTER, {}, now, now) for one in asked.turned_away], now)
    _set(door, _next(door, bool(rows), zone, now))
    return len(rows)


def _first(door: Live, now: datetime, many: int) -> list[Waiting]:
    ids = [id_ for id_, _ in _line(door.journey_id, now, many)]
    locked = Doorstep.objects.filter(pk__in=ids).order_by("id").select_for_update(skip_locked=True)
    return [Waiting(*row) for row in locked.values_list(*COLUMNS)]


def _next(door: Live, moved: bool, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the next of the line can come in; None if it has come to its end."""
    if not Doorstep.objects.filter(journey_id=door.journey_id, in_line=True).exists():
        return None
    rule = door.definition.entry.limit
    there = house(door.journey_id, rule, zone, now) if rule else House()
    if there.room(rule) == 0 and rule is not None:
        return next_look(door.journey_id, rule, there, zone, now)
    return now if moved else now + KNOCKS


def _dissolve(door: Live, now: datetime, limit: int) -> int:
    """The journey was stopped: nobody of the line comes in any more."""
    rows = _first(door, now, limit)
    leave({one.id for one in rows})
    turn_away([Stopped(candidate(one, door), STOPPED, {}, now, now) for one in rows], now)
    _set(door, now + KNOCKS if rows else None)
    return len(rows)


def _set(door: Live, at: datetime | None) -> None:
    Door.objects.filter(journey_id=door.journey_id).update(due_at=at)
