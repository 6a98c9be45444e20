"""PULL: look at events nobody has looked at yet. What is happening to those inside comes first, then who enters.

An event's mark is cleared in the transaction that did everything it leads to: killed in mid-way, it is all done again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from orchestrator.customers.joining import hand_over
from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import survivors
from orchestrator.events.erasing import erase
from orchestrator.events.models import Event
from orchestrator.journeys.arrivals import react
from orchestrator.journeys.doors import candidates
from orchestrator.journeys.enroll import enroll
from orchestrator.journeys.timers import reset
from orchestrator.journeys.versions import live
from orchestrator.sdk.value import value
from orchestrator.segments.refresh import refresh
from orchestrator.segments.scoring.histories import TOLD_BY
from orchestrator.segments.scoring.score import rescore
from orchestrator.store.prepared import Given, prepared

BATCH = 2000


@value
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
        rows = _pending(limit).rows(now=now)
        happenings = _followed([Happening(*row) for row in rows], now)
        if not happenings:
            return len(rows)
        doors = live()
        by_customer = _by_customer(happenings)
        react(by_customer, now)
        enroll(candidates(doors, happenings, now), now)
        reset(doors, happenings, now)
        rescore(sorted({one.customer_id for one in happenings if one.name in TOLD_BY}), now)
        refresh(by_customer, now)
        Event.objects.filter(id__among=[one.id for one in happenings]).update(pending=False)
    return len(rows)


@prepared
def _pending(limit: int) -> QuerySet[Any]:
    pending = Event.objects.filter(pending=True, occurred_at__lte=Given("now"))
    locked = pending.order_by("occurred_at", "id").select_for_update(skip_locked=True)
    return locked.values_list(*_COLUMNS)[:limit]


def _followed(happenings: Sequence[Happening], now: datetime) -> list[Happening]:
    """What was recorded for somebody while they were being merged is their survivor's, here and in the table.

    What was recorded of somebody while they were being erased is emptied, and nothing comes of it.
    """
    rows = _gone().rows(ids={one.customer_id for one in happenings}) if happenings else []
    if not rows:
        return list(happenings)
    erased = {id_ for id_, erased_at in rows if erased_at is not None}
    erase(erased, now)
    into = survivors({id_ for id_, _ in rows} - erased)
    hand_over(Event, into)
    return [
        replace(one, customer_id=into.get(one.customer_id, one.customer_id))
        for one in happenings
        if one.customer_id not in erased
    ]


@prepared
def _gone() -> QuerySet[Any]:
    gone = Customer.objects.filter(Q(merged_into__isnull=False) | Q(erased_at__isnull=False))
    return gone.filter(id__among=Given("ids")).values_list("id", "erased_at")


def _by_customer(happenings: Sequence[Happening]) -> dict[int, list[Happening]]:
    answer: dict[int, list[Happening]] = defaultdict(list)
    for one in sorted(happenings, key=lambda one: (one.occurred_at, one.id)):
        answer[one.customer_id].append(one)
    return answer
