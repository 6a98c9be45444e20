"""Record what people did."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from orchestrator.customers.plain import check_text, make_plain
from orchestrator.domain.shown import shown
from orchestrator.domain.zones import as_instant
from orchestrator.events.models import Event
from orchestrator.store import bulk, doorbells

FUTURE = timedelta(minutes=5)
HISTORY = timedelta(hours=24)
LARGEST = Decimal(10) ** 15
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One thing a customer did. `key` names it for good: an event with a key that was seen is the same event."""

    customer_id: int
    name: str
    occurred_at: datetime
    key: str
    amount: Decimal | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    backfilled: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many were new, and how many we had already (or stood twice in the call)."""

    stored: int
    repeated: int


def record(events: Sequence[NewEvent], now: datetime) -> Recorded:
    """Store these events once each; a few hundred to 5,000 a call, in one transaction and one statement.

    More than 5 minutes in the future becomes now. Older than 24 hours, or marked, is history: it informs rules and
    starts nothing. Every event is left pending for the journeys to look at. ValueError names the first event
    that cannot be stored; nothing is stored then.
    """
    # One order for everybody: two deliveries of one batch wait for each other, never in a circle.
    ordered = sorted(events, key=lambda event: (as_instant(event.occurred_at), event.key))
    rows = [_row(event, now) for event in ordered]
    with transaction.atomic():
        stored = bulk.insert(Event, _COLUMNS, rows, ignore_conflicts=True, returning=("id",))
        if stored:
            doorbells.ring(doorbells.WALK)
    return Recorded(len(stored), len(rows) - len(stored))


_COLUMNS = (
    "customer", "name", "occurred_at", "received_at", "key", "amount", "properties", "backfilled", "pending",
)  # fmt: skip


def _row(event: NewEvent, now: datetime) -> tuple[Any, ...]:
    if len(event.name) > 100 or not _NAME.fullmatch(event.name):
        raise ValueError(f"the event name {shown(event.name)} is not valid; write it like order.placed")
    if not 1 <= len(check_text(event.key, "the event's key")) <= 100:
        raise ValueError(f"the event key {shown(event.key)} must have 1 to 100 characters")
    if event.amount is not None and not (event.amount.is_finite() and abs(event.amount) < LARGEST):
        raise ValueError(f"the amount {shown(event.amount)} is no sum of money; write it like 1234.50")
    occurred_at = as_instant(event.occurred_at)
    if occurred_at > now + FUTURE:
        occurred_at = now
    history = event.backfilled or now - occurred_at > HISTORY
    properties = make_plain(event.properties, "properties")
    return (
        event.customer_id, event.name, occurred_at, now, event.key, event.amount, properties, history, True,
    )  # fmt: skip
