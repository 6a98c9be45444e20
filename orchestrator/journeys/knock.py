"""KNOCK: ask those who wait at the door in again, until the grace is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.journeys.doorstep import KNOCKS
from orchestrator.journeys.enroll import Candidate, ask, let_in
from orchestrator.journeys.models import Doorstep
from orchestrator.journeys.versions import Live, live
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared

BATCH = 1000


def knock(now: datetime, limit: int = BATCH) -> int:
    """Take at most `limit` whose time has come; answers how many. Where their journey is not live, they go away."""
    with transaction.atomic():
        rows = _due(limit).rows(now=now)
        if not rows:
            return 0
        doors = {door.journey_id: door for door in live()}
        waiting = {row[0]: _candidate(row, doors) for row in rows if row[1] in doors}
        asked = ask(list(waiting.values()), now)
        let_in(asked.welcome, now)
        turned_away = set(map(id, asked.turned_away))
        stay = [row for row in rows if id(waiting.get(row[0])) in turned_away and row[5] > now]
        _leave({row[0] for row in rows} - {row[0] for row in stay})
        bulk.update(Doorstep, ("due_at",), [(row[0], min(now + KNOCKS, row[5])) for row in stay])
    return len(rows)


@prepared
def _due(limit: int) -> QuerySet[Any]:
    columns = ("id", "journey_id", "customer_id", "entry_key", "candidate", "until")
    due = Doorstep.objects.filter(due_at__lte=Given("now")).order_by("due_at", "id")
    return due.select_for_update(skip_locked=True).values_list(*columns)[:limit]


def _candidate(row: Sequence[Any], doors: dict[int, Live]) -> Candidate:
    _, journey, customer, key, brought, _ = row
    at = brought["occurred_at"]
    return Candidate(
        doors[journey],
        customer,
        key,
        brought["properties"],
        datetime.fromisoformat(at) if at else None,
        brought["surpassed"],
        brought["hops"],
    )


def _leave(ids: set[int]) -> None:
    Doorstep.objects.filter(id__among=ids).delete()
