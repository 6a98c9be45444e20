"""RESCUE: what a worker held when it died goes on without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F

from orchestrator import registry
from orchestrator.domain.outbox import MAX_CRASHES, Attempted, Move, ProviderClass, State, uncertain
from orchestrator.messaging import queues, said
from orchestrator.messaging.groups import most_in_doubt
from orchestrator.messaging.models import Message
from orchestrator.messaging.money import give_back, lock_charged
from orchestrator.messaging.notes import noted
from orchestrator.messaging.settle import class_of, unfreeze, wish
from orchestrator.store import bulk

_CERTAINLY_NOT = frozenset({State.RETRY_WAIT, State.REJECTED, State.FAILED})


class Lost(NamedTuple):
    """A message whose worker's lease has run out."""

    id: int
    state: str
    maybe_sent: bool
    crash_count: int
    attempts: int
    expires_at: datetime
    purpose: str
    provider: str
    counted_at: datetime | None
    reference: str
    claim: UUID | None
    number: int | None
    key: str
    customer_id: int
    enrollment_id: int | None
    journey: str
    step: str
    channel: str
    topic: str
    test: bool

    @property
    def in_hand(self) -> bool:
        """Whether it had passed the gate."""
        return self.state == State.HANDING_OFF

    @property
    def first_time(self) -> bool:
        """Whether it had passed a gate for the first time: nothing older can have left."""
        return self.in_hand and self.attempts == 1

    @property
    def provider_class(self) -> ProviderClass:
        """What its provider can promise."""
        return class_of(registry.current().providers.get(self.provider))


def rescue(now: datetime, limit: int = 1000) -> int:
    """Take back messages whose lease ran out; answers how many. The crash is charged to each of them.

    One that was being prepared goes back to the queue, and so does one that had passed the gate and of which no byte
    has left. One that may have been on its way is in doubt, and what the provider's class allows is done.
    """
    with transaction.atomic():
        lock_charged(queues.lost(now))
        found = queues.lost(now).order_by("lease_until").select_for_update(skip_locked=True)
        lost = [Lost(*row) for row in found.values_list(*Lost._fields)[:limit]]
        if not lost:
            return 0
        known = noted({one.id: one.attempts for one in lost if one.in_hand})
        waited = _never_begun([one for one in lost if one.id not in known])
        moves = [_again(one, now) if one.id in waited else _told(one, known.get(one.id), now) for one in lost]
        give_back([one.id for one, move in zip(lost, moves, strict=True) if not move.keeps_reservation])
        _write(lost, moves, waited, now)
        said.of_moves(list(zip(lost, moves, strict=True)), {one.id for one in lost}, now)
        unfreeze(sorted(waited))
    return len(lost)


def _write(lost: Sequence[Lost], moves: Sequence[Move], waited: frozenset[int], now: datetime) -> None:
    columns = (
        "state", "reason", "due_at", "final_at", "counted_at", "lease_until", "wake_pending", "crash_count",
        "reference", "maybe_sent", "attempts",
    )  # fmt: skip
    rows = []
    for one, move in zip(lost, moves, strict=True):
        final = move.due_at is None
        counted_at = one.counted_at if move.keeps_reservation else None
        rows.append(
            (
                one.id, move.state, move.reason, move.due_at or now, now if final else None, counted_at, None, final,
                one.crash_count + 1, move.reference or one.reference, one.maybe_sent and move.maybe_sent,
                one.attempts - (one.id in waited),
            )
        )  # fmt: skip
    bulk.update(Message, columns, rows)
    # A worker that was only slow, not dead, must find its fence gone.
    Message.objects.filter(id__in=[one.id for one in lost]).update(fence=F("fence") + 1)


def _never_begun(lost: Sequence[Lost]) -> frozenset[int]:
    """Those of which no byte has left, though they had passed the gate.

    A class N group is handed off in the order of its numbers, a part at a time, and a part that was answered is noted:
    of a claim's messages without a note, no more than the first part can have been on its way. Where only some of
    them are looked at, that part is among the first of these all the more.
    """
    held: dict[tuple[UUID | None, str], list[Lost]] = defaultdict(list)
    for one in lost:
        if one.first_time and one.provider_class is ProviderClass.NEITHER:
            held[one.claim, one.purpose].append(one)
    waited: set[int] = set()
    for (_, purpose), group in held.items():
        in_order = sorted(group, key=lambda one: one.number or 0)
        waited |= {one.id for one in islice(in_order, most_in_doubt(wish(purpose)), None)}
    return frozenset(waited)


def _told(one: Lost, note: tuple[State, str] | None, now: datetime) -> Move:
    """By what the provider has said before the worker died; nothing, and it is in doubt if it was in its hands."""
    if note is not None:
        outcome, reference = note
        if outcome is State.ACCEPTED:
            return Move(State.ACCEPTED, "accepted", reference=reference)
        if outcome in _CERTAINLY_NOT and one.first_time:
            return _again(one, now)
    return _in_doubt(one, now) if one.in_hand or one.maybe_sent else _again(one, now)


def _in_doubt(one: Lost, now: datetime) -> Move:
    attempted = Attempted(one.attempts, one.expires_at, True, one.provider_class, wish(one.purpose))
    if one.crash_count + 1 >= MAX_CRASHES:
        return Move(State.UNKNOWN, "worker_died")
    move = uncertain(attempted, "the worker died in mid-call", now)
    return move if move.state is State.UNKNOWN else Move(State.UNCERTAIN, "worker_died", due_at=now)


def _again(one: Lost, now: datetime) -> Move:
    """It certainly has not left."""
    if one.crash_count + 1 >= MAX_CRASHES:
        return Move(State.DEAD, "crashes_workers", keeps_reservation=False, maybe_sent=False)
    return Move(State.PLANNED, "", due_at=now, keeps_reservation=False, maybe_sent=False)
