"""NOTES: what a provider has said of messages, kept in their attempts: with the settlement, or before it (`parts`)."""

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


def noted(attempts: Mapping[int, int]) -> dict[int, tuple[State, str]]:
    """Of these messages (id -> number of the last attempt), what that attempt came to, where it is noted.

    Answers the outcome, and the provider's id.
    """
    found = DeliveryAttempt.objects.filter(message_id__in=list(attempts)).order_by()
    rows = found.values_list("message_id", "number", "outcome", "reference")
    return {
        message: (State(outcome), reference)
        for message, number, outcome, reference in rows
        if attempts[message] == number
    }
