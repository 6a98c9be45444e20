"""PLAN: what a journey's send step does. Called inside the transaction that parks the enrollment."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.sdk.value import value
from orchestrator.store import bulk, doorbells


@value
class Intent:
    """A message somebody decided to send. `key` is its idempotency key: planning it twice plans it once.

    `test`: for the test list; marked, and counted nowhere. `due_at`: when it should have left, where that was before
    it is planned. `address` is given for a message to a system; a person's is looked up when the message is to leave.
    """

    key: str
    customer_id: int
    brand_id: int
    enrollment_id: int | None
    journey: str
    version: int
    step: str
    visit: int
    template_version_id: int
    channel: str
    purpose: str
    topic: str
    priority: int
    journey_at: datetime
    expires_at: datetime
    held_out: bool = False
    on_cap: str = "hold"
    parameters: dict[str, Any] = field(default_factory=dict)
    address: str = ""
    test: bool = False
    due_at: datetime | None = None


_GIVEN = tuple(name for name in Intent.__dataclass_fields__ if name != "due_at")
_given = attrgetter(*_GIVEN)
_MANY = 100  # rows for which a savepoint is worth its two round trips
_BEGINS = {
    "state": State.PLANNED, "reason": "", "fence": 0, "maybe_sent": False, "crash_count": 0, "attempts": 0,
    "address_digest": "", "provider": "", "reference": "", "zone": "", "zone_rung": "", "wake_pending": False,
}  # fmt: skip


def plan(intents: Sequence[Intent], now: datetime) -> int:
    """Put messages into the outbox, due at once; answers how many were new."""
    rows = []
    for intent in intents:
        marketing = intent.purpose == "marketing" and not intent.test
        rows.append((*_given(intent), intent.due_at or now, marketing, marketing))
    made = _put(rows, now)
    if made:
        doorbells.ring(doorbells.DELIVER)
    return made


def _put(rows: Sequence[bulk.Row], now: datetime) -> int:
    """A batch hardly ever holds a message that is there already, and to ask that of each row is a sixth of the insert.

    So many go in plainly; where that breaks on one, all go in once more, and it is left out.
    """
    if len(rows) >= _MANY:
        with suppress(IntegrityError), transaction.atomic():
            return _insert(rows, now, ignore_conflicts=False)
    return _insert(rows, now, ignore_conflicts=True)


def _insert(rows: Sequence[bulk.Row], now: datetime, ignore_conflicts: bool) -> int:
    columns, always = (*_GIVEN, "due_at", "obeys_caps", "counts_toward_caps"), _BEGINS | {"created_at": now}
    return len(
        bulk.insert(
            Message, columns, rows, always=always, ignore_conflicts=ignore_conflicts, returning=("id",)
        )
    )
