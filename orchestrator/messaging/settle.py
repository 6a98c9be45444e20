"""SETTLE: the third commit. Write what the provider said, under the fence of the claim that asked it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from orchestrator import registry
from orchestrator.consents.models import SuppressionReason
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.domain.outbox import FINAL, Attempted, Move, ProviderClass, Settle, State, settled
from orchestrator.messaging import said
from orchestrator.messaging.erasing import forget
from orchestrator.messaging.gate import Ready
from orchestrator.messaging.letting_go import before
from orchestrator.messaging.locks import lock_budgets
from orchestrator.messaging.models import Message, MessageBody
from orchestrator.messaging.money import NOTHING, as_billed, as_claimed, shift
from orchestrator.messaging.notes import note
from orchestrator.messaging.verdicts import FENCE
from orchestrator.sdk.providers import Provider
from orchestrator.sdk.values import Accepted, MessageOutcome, Result
from orchestrator.store import bulk, doorbells
from orchestrator.store.again import again

_HANDING_OFF = "t.state = 'handing_off'"


def settle(ready: Sequence[Ready], results: Sequence[Result], now: datetime, noted: int = 0) -> list[Move]:
    """Write one result for each message, with its attempt, of which the first are `noted`; answers the moves in order.

    A result that comes after another worker took the message over never overwrites; it is kept as evidence, and an
    acceptance turns doubt into certainty.
    """
    moves = moves_of(ready, results, now)
    # What was said is known only here: rather once more than leave a group in doubt.
    again(lambda: _settle(ready, results, moves, now, noted))
    return moves


def moves_of(ready: Sequence[Ready], results: Sequence[Result], now: datetime) -> list[Move]:
    """What becomes of each message by its result, in order."""
    return [settled(_attempted(one), result, now) for one, result in zip(ready, results, strict=True)]


def _settle(
    ready: Sequence[Ready], results: Sequence[Result], moves: Sequence[Move], now: datetime, noted: int
) -> None:
    with transaction.atomic():
        # First, since it locks customers: those come before messages, here as everywhere.
        _suppress(ready, moves, now)
        _lock_refunds(ready, moves)
        written = set(_write(ready, moves, now))
        _refund(ready, moves, written)
        note(ready[noted:], moves[noted:], now)
        late = [
            one.message.id
            for one, result in zip(ready, results, strict=True)
            if one.message.id not in written and isinstance(result, Accepted)
        ]
        true = written | set(accept_doubtful(late, now))
        said.of_moves([(one.message, move) for one, move in zip(ready, moves, strict=True)], true, now)
        _keep_references(late, ready, moves)
        forget([one.message.id for one in ready])
        outcomes = [
            _outcome(one, move, now)
            for one, move in zip(ready, moves, strict=True)
            if move.state in FINAL and one.message.id in true
        ]
        transaction.on_commit(lambda: announce(outcomes))
        if outcomes:
            doorbells.ring(doorbells.WALK)


def _lock_refunds(ready: Sequence[Ready], moves: Sequence[Move]) -> None:
    refused = [one for one, move in zip(ready, moves, strict=True) if not move.keeps_reservation]
    lock_budgets((), {row for one in refused for row in one.bill.charged})


def _refund(ready: Sequence[Ready], moves: Sequence[Move], written: Collection[int]) -> None:
    """What was certainly not taken costs nothing: the money goes back with the cap's slot."""
    shift(
        (as_billed(one.bill), NOTHING)
        for one, move in zip(ready, moves, strict=True)
        if not move.keeps_reservation and one.message.id in written
    )


def send_back(ready: Sequence[Ready], now: datetime) -> None:
    """No byte has left (the gate's word was too old): as it was before the gate, due at once."""
    rows = []
    for one in ready:
        message = one.message
        state = before(message)
        rows.append(
            (
                message.id,
                message.fence,
                state,
                "",
                now,
                None,
                message.counted_at,
                message.maybe_sent,
                message.attempts,
                message.cost,
                message.charged,
            )
        )
    columns = (
        "state", "reason", "due_at", "lease_until", "counted_at", "maybe_sent", "attempts", "cost", "charged",
    )  # fmt: skip
    with transaction.atomic():
        lock_budgets((), {row for one in ready for row in (*one.bill.charged, *(one.message.charged or ()))})
        written = set(bulk.update(Message, columns, rows, match=FENCE, where=_HANDING_OFF))
        shift((as_billed(one.bill), as_claimed(one.message)) for one in ready if one.message.id in written)
        unfreeze([one.message.id for one in ready if one.message.id in written and not one.draft.frozen])


def unfreeze(ids: Sequence[int]) -> None:
    """Nothing was ever sent of what these were rendered from, so it is made anew at their next gate."""
    MessageBody.objects.filter(message__in=ids).delete()


def _attempted(one: Ready) -> Attempted:
    """The message as the domain judges an answer about it."""
    message, provider = one.message, registry.current().providers.get(one.provider)
    return Attempted(
        one.attempt, message.expires_at, message.maybe_sent, class_of(provider), wish(message.purpose)
    )


def class_of(provider: Provider | None) -> ProviderClass:
    """What the provider declares; one that is gone can promise nothing."""
    if provider is not None and provider.idempotent is not None:
        return ProviderClass.IDEMPOTENT
    return ProviderClass.QUERYABLE if provider is not None and provider.queryable else ProviderClass.NEITHER


def wish(purpose: str) -> Settle:
    """Marketing rather not at all than twice; transactional rather twice than not at all."""
    return Settle.AT_MOST_ONCE if purpose == "marketing" else Settle.AT_LEAST_ONCE


def accept_doubtful(ids: Sequence[int], now: datetime) -> list[int]:
    """Evidence of acceptance: uncertain and unknown messages are accepted after all; answers which."""
    doubtful = Message.objects.filter(id__in=ids, state__in=(State.UNCERTAIN, State.UNKNOWN))
    found = list(doubtful.order_by("id").select_for_update().values_list("id", flat=True))
    Message.objects.filter(id__in=found).update(
        state=State.ACCEPTED, reason="accepted", final_at=now, wake_pending=True, lease_until=None
    )
    return found


def _keep_references(late: Sequence[int], ready: Sequence[Ready], moves: Sequence[Move]) -> None:
    """The provider's id for what a receipt has accepted before its answer came: later receipts may know no other."""
    wanted = set(late)
    rows = [
        (one.message.id, move.reference[:200])
        for one, move in zip(ready, moves, strict=True)
        if one.message.id in wanted and move.reference
    ]
    bulk.update(Message, ("reference",), rows, where="t.state = 'accepted' AND t.reference = ''")


def announce(outcomes: Sequence[MessageOutcome]) -> None:
    """Tell the plugins that observe; each one's errors are its own."""
    if outcomes:
        for _ in registry.current().hook_each("messages_settled", messages=tuple(outcomes)):
            pass


def _write(ready: Sequence[Ready], moves: Sequence[Move], now: datetime) -> list[int]:
    rows = []
    for one, move in zip(ready, moves, strict=True):
        message, final = one.message, move.state in FINAL
        counted_at = now if move.keeps_reservation else None
        rows.append(
            (
                message.id,
                message.fence,
                move.state,
                move.reason,
                move.due_at or message.due_at,
                now if final else None,
                counted_at,
                move.maybe_sent,
                move.reference[:200],
                None,
                final,
                list(one.bill.charged) or None if move.keeps_reservation else None,
            )
        )
    columns = (
        "state", "reason", "due_at", "final_at", "counted_at", "maybe_sent", "reference", "lease_until", "wake_pending",
        "charged",
    )  # fmt: skip
    return bulk.update(Message, columns, rows, match=FENCE, where=_HANDING_OFF)


def _suppress(ready: Sequence[Ready], moves: Sequence[Move], now: datetime) -> None:
    entries = [
        Entry(one.message.channel, one.digest, SuppressionReason.BOUNCE, detail=move.reason)
        for one, move in zip(ready, moves, strict=True)
        if move.suppresses and one.digest
    ]
    if entries:
        suppress(entries, now)


def _outcome(one: Ready, move: Move, now: datetime) -> MessageOutcome:
    message = one.message
    return MessageOutcome(
        message.key,
        message.channel,
        one.provider,
        move.state,
        move.reason,
        message.journey,
        message.step,
        now,
    )
