"""PULL: look at events nobody has looked at yet. What is happening to those inside comes first, then who enters.

An event's mark is cleared in the transaction that did everything it leads to: killed in mid-way, it is all done again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.customers.joining import hand_over
from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import survivors
from orchestrator.events.models import Event
from orchestrator.journeys.arrivals import react
from orchestrator.journeys.doors import candidates
from orchestrator.journeys.enroll import enroll
from orchestrator.journeys.timers import reset
from orchestrator.journeys.versions import live
from orchestrator.segments.refresh import refresh
from orchestrator.store.prepared import Given, prepared

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as journeys see it."""

    id: int
    customer_id: int
    name: str
    occurred_at: datetime
    amount: Decimal | None
    properties: dict[str, Any]
    backfilled: bool


_COLUMNS: tuple[str, ...] = tuple(Happening.__dataclass_fields__)


def pull(now: datetime, limit: int = BATCH) -> int:
    """Take at most `limit` events, all that are theirs; answers how many."""
    with transaction.atomic():
        happenings = _followed([Happening(*row) for row in _pending(limit).rows(now=now)])
        if not happenings:
            return 0
        doors = live()
        by_customer = _by_customer(happenings)
        react(by_customer, now)
        enroll(candidates(doors, happenings, now), now)
        reset(doors, happenings, now)
        refresh(by_customer, now)
        Event.objects.filter(id__among=[one.id for one in happenings]).update(pending=False)
    return len(happenings)


@prepared
def _pending(limit: int) -> QuerySet[Any]:
    pending = Event.objects.filter(pending=True, occurred_at__lte=Given("now"))
    locked = pending.order_by("occurred_at", "id").select_for_update(skip_locked=True)
    return locked.values_list(*_COLUMNS)[:limit]


def _followed(happenings: Sequence[Happening]) -> list[Happening]:
    """What was recorded for somebody while they were being merged is their survivor's, here and in the table."""
    merged = set(_merged().column(ids={one.customer_id for one in happenings})) if happenings else set()
    if not merged:
        return list(happenings)
    into = survivors(merged)
    hand_over(Event, into)
    return [replace(one, customer_id=into.get(one.customer_id, one.customer_id)) for one in happenings]


@prepared
def _merged() -> QuerySet[Any]:
    return Customer.objects.filter(id__among=Given("ids"), merged_into__isnull=False).values_list("id")


def _by_customer(happenings: Sequence[Happening]) -> dict[int, list[Happening]]:
    answer: dict[int, list[Happening]] = defaultdict(list)
    for one in sorted(happenings, key=lambda one: (one.occurred_at, one.id)):
        answer[one.customer_id].append(one)
    return answer
