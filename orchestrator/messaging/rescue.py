"""RESCUE: what a worker held when it died goes on without it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from orchestrator import registry
from orchestrator.domain.outbox import MAX_CRASHES, Attempted, Move, State, uncertain
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.messaging.money import give_back, lock_charged
from orchestrator.messaging.notes import accepted
from orchestrator.messaging.settle import class_of, wish
from orchestrator.store import bulk

_COLUMNS = (
    "id",
    "state",
    "maybe_sent",
    "crash_count",
    "attempts",
    "expires_at",
    "purpose",
    "provider",
    "counted_at",
    "reference",
)


def rescue(now: datetime, limit: int = 1000) -> int:
    """Take back messages whose lease ran out; answers how many. The crash is charged to each of them.

    One that was being prepared goes back to the queue. One that was being handed off is in doubt, and what the
    provider's class allows is done.
    """
    with transaction.atomic():
        lock_charged(queues.lost(now))
        lost = queues.lost(now).order_by("lease_until").select_for_update(skip_locked=True)
        rows = list(lost.values_list(*_COLUMNS)[:limit])
        if not rows:
            return 0
        noted = accepted({row[0]: row[4] for row in rows if row[1] == State.HANDING_OFF})
        moves = [_noted(noted[row[0]]) if row[0] in noted else _move(row, now) for row in rows]
        give_back([row[0] for row, move in zip(rows, moves, strict=True) if not move.keeps_reservation])
        moved = [(row[0], *_fields(move, row, now)) for row, move in zip(rows, moves, strict=True)]
        columns = (
            "state",
            "reason",
            "due_at",
            "final_at",
            "counted_at",
            "lease_until",
            "wake_pending",
            "crash_count",
            "reference",
        )
        bulk.update(Message, columns, moved)
        # A worker that was only slow, not dead, must find its fence gone.
        Message.objects.filter(id__in=[row[0] for row in rows]).update(fence=F("fence") + 1)
    return len(rows)


def _noted(reference: str) -> Move:
    """The provider has said so, and the worker died before it could settle the group."""
    return Move(State.ACCEPTED, "accepted", reference=reference)


def _move(row: tuple[object, ...], now: datetime) -> Move:
    _, state, maybe_sent, crash_count, attempts, expires_at, purpose, provider, *_ = row
    crashes = int(crash_count) + 1  # type: ignore[call-overload]
    if state == State.HANDING_OFF or maybe_sent:
        found = registry.current().providers.get(str(provider))
        attempted = Attempted(attempts, expires_at, True, class_of(found), wish(str(purpose)))  # type: ignore[arg-type]
        if crashes >= MAX_CRASHES:
            return Move(State.UNKNOWN, "worker_died")
        move = uncertain(attempted, "the worker died in mid-call", now)
        return move if move.state is State.UNKNOWN else Move(State.UNCERTAIN, "worker_died", due_at=now)
    if crashes >= MAX_CRASHES:
        return Move(State.DEAD, "crashes_workers", keeps_reservation=False)
    return Move(State.PLANNED, "", due_at=now, keeps_reservation=False)


def _fields(move: Move, row: tuple[object, ...], now: datetime) -> tuple[object, ...]:
    final = move.due_at is None
    counted_at = row[8] if move.keeps_reservation else None
    return (
        move.state, move.reason, move.due_at or now, now if final else None, counted_at, None, final, int(row[3]) + 1,  # type: ignore[call-overload]
        move.reference or row[9],
    )  # fmt: skip
