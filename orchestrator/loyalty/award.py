"""AWARD: enter points into the ledger, each award once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from orchestrator.loyalty.models import PointsEntry
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Points for a customer. `key`: what was awarded for, once; `source`: who awarded it."""

    customer_id: int
    points: int
    key: str
    source: str
    why: str = ""


def award(entries: Sequence[NewEntry], now: datetime) -> int:
    """Enter these; answers how many were new. Call it inside a transaction."""
    rows = [(one.customer_id, one.points, one.why, one.source, one.key, now) for one in entries]
    columns = ("customer", "points", "why", "source", "key", "awarded_at")
    return len(bulk.insert(PointsEntry, columns, rows, ignore_conflicts=True, returning=("id",)))


def balances(customer_ids: Collection[int]) -> dict[int, int]:
    """Points by customer; whoever has no entry is missing from the answer."""
    return dict(_sums().rows(customers=customer_ids))


@prepared
def _sums() -> QuerySet[Any]:
    entries = PointsEntry.objects.filter(customer_id__among=Given("customers"))
    return entries.order_by().values_list("customer_id").annotate(points=Sum("points"))
