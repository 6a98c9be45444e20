"""PLAN: what a journey's send step does. Called inside the transaction that parks the enrollment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from operator import attrgetter
from typing import Any

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
_ADDED = (
    "obeys_caps", "counts_toward_caps", "state", "reason", "created_at", "due_at", "fence", "maybe_sent",
    "crash_count", "attempts", "address_digest", "provider", "reference", "zone", "zone_rung", "wake_pending",
)  # fmt: skip


def plan(intents: Sequence[Intent], now: datetime) -> int:
    """Put messages into the outbox, due at once; answers how many were new."""
    rows = []
    for intent in intents:
        marketing = intent.purpose == "marketing" and not intent.test
        rows.append(
            (
                *_given(intent),
                marketing,
                marketing,
                State.PLANNED,
                "",
                now,
                intent.due_at or now,
                0,
                False,
                0,
                0,
                "",
                "",
                "",
                "",
                "",
                False,
            )
        )
    made = bulk.insert(Message, (*_GIVEN, *_ADDED), rows, ignore_conflicts=True, returning=("id",))
    if made:
        doorbells.ring(doorbells.DELIVER)
    return len(made)
