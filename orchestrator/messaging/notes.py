"""NOTES: what a provider says of one message, kept before the next one is handed to it.

A class N provider whose messages must not be lost is asked for one at a time, so that a worker's death leaves one in
doubt. The gate and the settlement are for the whole group all the same: what each was answered stands in its attempt at
once, and whoever takes over from a dead worker finds it there and sends only what has none.

The price is a commit for each message, which is on the disk before the next one leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from orchestrator.domain.outbox import Move, State
from orchestrator.messaging.gate import Ready
from orchestrator.messaging.models import DeliveryAttempt
from orchestrator.store import bulk

COLUMNS = ("message", "number", "fence", "provider", "settled_at", "outcome", "reference", "detail")


def note(ready: Sequence[Ready], moves: Sequence[Move], now: datetime) -> None:
    """Keep the attempts of these messages."""
    rows = [
        (
            one.message.id, one.attempt, one.message.fence, one.provider, now,
            move.state, move.reference[:200], move.detail[:500],
        )
        for one, move in zip(ready, moves, strict=True)
    ]  # fmt: skip
    bulk.insert(DeliveryAttempt, COLUMNS, rows)


def accepted(attempts: Mapping[int, int]) -> dict[int, str]:
    """Of these messages (id -> number of the last attempt), those of which it is noted that they were accepted.

    Answers the provider's ids.
    """
    found = DeliveryAttempt.objects.filter(message_id__in=list(attempts), outcome=State.ACCEPTED).order_by()
    rows = found.values_list("message_id", "number", "reference")
    return {message: reference for message, number, reference in rows if attempts[message] == number}
