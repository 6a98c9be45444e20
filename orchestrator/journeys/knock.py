"""KNOCK: ask those who wait at the door in again, until their time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.domain.limits import FILTER
from orchestrator.journeys.doorstep import KNOCKS, Stopped, turn_away
from orchestrator.journeys.enroll import Candidate, ask, let_in
from orchestrator.journeys.limits import LOOK_AGAIN, hold, limited
from orchestrator.journeys.models import Doorstep, Journey
from orchestrator.journeys.versions import Live, live, version
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody's row on the doorstep, locked. `reason` is "" for those whom only the filter turned away."""

    id: int
    journey_id: int
    version_id: int
    customer_id: int
    entry_key: str
    brought: dict[str, Any]
    until: datetime
    reason: str
    evidence: dict[str, Any]
    in_line: bool
    turned_away_at: datetime | None


COLUMNS = (
    "id", "journey_id", "version_id", "customer_id", "entry_key", "candidate", "until", "reason", "evidence", "in_line",
    "turned_away_at",
)  # fmt: skip


def knock(now: datetime, limit: int = BATCH) -> int:
    """Take at most `limit` whose time has come; answers how many. Where their journey is not live, they go away.

    Who was turned away has said why for long enough; whose wait is over, in a line or not, is turned away.
    """
    with transaction.atomic():
        doors = {door.journey_id: door for door in live()}
        _hold_doors(doors, now, limit)
        rows = [Waiting(*row) for row in _due(limit).rows(now=now)]
        if not rows:
            return 0
        _ask(rows, doors, now)
    return len(rows)


def _hold_doors(doors: Mapping[int, Live], now: datetime, limit: int) -> None:
    """Doors are locked before those who wait at them, here as by everybody who lets people in."""
    workspace = Workspace.get()
    if not any(limited(door, workspace) for door in doors.values()):
        return
    due = Doorstep.objects.filter(due_at__lte=now, turned_away_at=None).order_by("due_at", "id")
    there = due.values_list("journey_id", "customer_id")[:limit]
    journeys = {journey for journey, _ in there if journey in doors}
    hold([doors[journey] for journey in journeys], [customer for _, customer in there], workspace)


def _ask(rows: Sequence[Waiting], doors: Mapping[int, Live], now: datetime) -> None:
    over = [one for one in rows if one.reason and one.turned_away_at is None and one.until <= now]
    asking = [
        one for one in rows if one not in over and one.turned_away_at is None and one.journey_id in doors
    ]
    waiting = {one.id: candidate(one, doors[one.journey_id]) for one in asking}
    asked = ask(list(waiting.values()), now)
    turned_away = set(map(id, asked.turned_away))
    refused = [one for one in asking if id(waiting[one.id]) in turned_away]
    paused = _paused(
        [one for one in rows if one.reason and one not in over and one.turned_away_at is None], doors
    )
    stay = [(one.id, min(now + KNOCKS, one.until)) for one in refused if not one.reason and one.until > now]
    stay += [(one.id, min(now + LOOK_AGAIN, one.until)) for one in paused]
    # They leave before they are let in: whom a limit still keeps out comes back with what keeps them out now.
    leave({one.id for one in rows} - {id_ for id_, _ in stay})
    bulk.update(Doorstep, ("due_at",), stay)
    let_in(asked.welcome, now)
    _say_over(over, now)
    filtered = [Stopped(waiting[one.id], FILTER, {}, now, now) for one in refused if one.reason]
    turn_away(filtered, now)


def _paused(rows: Sequence[Waiting], doors: Mapping[int, Live]) -> list[Waiting]:
    """Those who wait for room in a journey that is paused: they go on waiting."""
    away = {one.journey_id for one in rows} - set(doors)
    if not away:
        return []
    found = Journey.objects.filter(pk__in=away, status=Journey.Status.PAUSED)
    paused = set(found.values_list("pk", flat=True))
    return [one for one in rows if one.journey_id in paused]


def _say_over(rows: Sequence[Waiting], now: datetime) -> None:
    """Turn away those who have waited long enough."""
    turn_away(
        [
            Stopped(candidate(one, version(one.version_id)), one.reason, one.evidence, now, now)
            for one in rows
        ],
        now,
    )


@prepared
def _due(limit: int) -> QuerySet[Any]:
    due = Doorstep.objects.filter(due_at__lte=Given("now")).order_by("due_at", "id")
    return due.select_for_update(skip_locked=True).values_list(*COLUMNS)[:limit]


def candidate(one: Waiting, door: Live) -> Candidate:
    """Who knocks, as they came."""
    at, begins = one.brought["occurred_at"], one.brought.get("begins_at")
    return Candidate(
        door,
        one.customer_id,
        one.entry_key,
        one.brought["properties"],
        datetime.fromisoformat(at) if at else None,
        one.brought["surpassed"],
        one.brought["hops"],
        datetime.fromisoformat(begins) if begins else None,
        one.until if one.reason else None,
    )


def leave(ids: set[int]) -> None:
    """They are not at the door any more."""
    Doorstep.objects.filter(id__among=ids).delete()
