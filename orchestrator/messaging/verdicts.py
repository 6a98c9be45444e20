"""APPLY: write what the gate said. Every write is fenced: a row that another worker has taken since is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.domain.outbox import State
from orchestrator.messaging import said
from orchestrator.messaging.claim import LEASE
from orchestrator.messaging.facts import Loaded
from orchestrator.messaging.locks import lock_budgets
from orchestrator.messaging.models import Decision, Message
from orchestrator.messaging.money import NOTHING, as_billed, as_claimed, shift
from orchestrator.messaging.prices import FREE, Bill
from orchestrator.messaging.rows import Claimed
from orchestrator.messaging.zones import tell_rejected
from orchestrator.store import bulk, doorbells
from orchestrator.workspace import sequence

FINAL_STATES = {
    Outcome.SKIP: State.SKIPPED,
    Outcome.CANCEL: State.CANCELLED,
    Outcome.EXPIRE: State.EXPIRED,
    Outcome.FAIL: State.RENDER_FAILED,
    Outcome.GHOST: State.GHOST,
}
FENCE = ("id", "fence")
LEASED = "t.state = 'leased'"


def apply(
    messages: Sequence[Claimed],
    verdicts: Mapping[int, Verdict],
    loaded: Loaded,
    now: datetime,
    providers: Mapping[int, str] | None = None,
    bills: Mapping[int, Bill] | None = None,
) -> list[Claimed]:
    """Write verdicts and their decision rows; answers the messages that may now be handed off."""
    held = [one for one in messages if verdicts[one.id].outcome is Outcome.HOLD]
    ended = [one for one in messages if verdicts[one.id].outcome in FINAL_STATES]
    allowed = [one for one in messages if verdicts[one.id].outcome is Outcome.ALLOW]
    lock_budgets((), {row for one in ended if not one.maybe_sent for row in one.charged or ()})
    written = {
        *_hold(held, verdicts, loaded, now),
        *_end(ended, verdicts, loaded, now),
        *_allow(allowed, loaded, now, providers or {}, bills or {}),
    }
    record([one for one in messages if one.id in written], verdicts, now)
    tell_rejected({one.customer_id: loaded.facts[one.id] for one in messages if one.id in written}, now)
    return [one for one in allowed if one.id in written]


def hold(messages: Sequence[Claimed], held: Verdict, loaded: Loaded, now: datetime) -> None:
    """Hold these for what this turn has just found."""
    with transaction.atomic():
        apply(messages, {one.id: held for one in messages}, loaded, now)


def record(messages: Sequence[Claimed], verdicts: Mapping[int, Verdict], now: datetime) -> None:
    """A decision row where the outcome or the reason is not what it was at the last look."""
    rows = []
    for message in messages:
        verdict = verdicts[message.id]
        if verdict.outcome is Outcome.HOLD and verdict.reason == message.reason:
            continue
        evidence = {"check": verdict.check, **verdict.evidence}
        rows.append((message.id, now, verdict.outcome, verdict.reason, verdict.until, evidence))
    bulk.insert(Decision, ("message", "decided_at", "outcome", "reason", "until", "evidence"), rows)


def _hold(
    held: Sequence[Claimed], verdicts: Mapping[int, Verdict], loaded: Loaded, now: datetime
) -> list[int]:
    rows = []
    for message in held:
        verdict = verdicts[message.id]
        state = State.UNCERTAIN if message.maybe_sent else State.PLANNED
        zone = _zone(message, loaded)
        rows.append(
            (
                message.id,
                message.fence,
                state,
                verdict.reason,
                verdict.until,
                message.first_held_at or now,
                *zone,
                None,
            )
        )
    columns = ("state", "reason", "due_at", "first_held_at", "zone", "zone_rung", "lease_until")
    return bulk.update(Message, columns, rows, match=FENCE, where=LEASED)


def _end(
    ended: Sequence[Claimed], verdicts: Mapping[int, Verdict], loaded: Loaded, now: datetime
) -> list[int]:
    rows, states = [], {}
    for message in ended:
        verdict = verdicts[message.id]
        # What may have left can no longer be called back: it is unknown, and goes on counting.
        state = State.UNKNOWN if message.maybe_sent else FINAL_STATES[verdict.outcome]
        states[message.id] = state
        counted_at = message.counted_at if message.maybe_sent else None
        charged = message.charged if message.maybe_sent else None
        zone = _zone(message, loaded)
        row = (message.id, message.fence, state, verdict.reason, now, *zone, None, counted_at, charged, True)
        rows.append(row)
    columns = (
        "state",
        "reason",
        "final_at",
        "zone",
        "zone_rung",
        "lease_until",
        "counted_at",
        "charged",
        "wake_pending",
    )
    if rows:
        doorbells.ring(doorbells.WALK)
    written = bulk.update(Message, columns, rows, match=FENCE, where=LEASED)
    gone = set(written)
    given_back = [one for one in ended if one.charged and not one.maybe_sent and one.id in gone]
    shift((as_claimed(one), NOTHING) for one in given_back)
    said.say([(one, states[one.id], verdicts[one.id].reason) for one in ended if one.id in gone], now)
    return written


def _allow(
    allowed: Sequence[Claimed],
    loaded: Loaded,
    now: datetime,
    providers: Mapping[int, str],
    bills: Mapping[int, Bill],
) -> list[int]:
    rows = []
    for message, number in zip(allowed, sequence.take(len(allowed)), strict=True):
        facts = loaded.facts[message.id]
        address = facts.address
        bill = bills.get(message.id, FREE)
        rows.append(
            (
                message.id,
                message.fence,
                State.HANDING_OFF,
                "allowed",
                now,
                number,
                now,  # a retry keeps its slot, and counts from when it last left
                True,
                message.attempts + 1,
                address.value if address else "",
                address.digest if address else "",
                providers.get(message.id, ""),
                *_zone(message, loaded),
                _consent_as_stood(message, loaded),
                # A call ends well within it, however long the message was prepared: nobody looks up, or sends
                # again, what is on its way.
                now + LEASE,
                bill.parts,
                bill.cost,
                list(bill.charged) or None,
            )
        )
    columns = (
        "state", "reason", "handed_off_at", "number", "counted_at", "maybe_sent", "attempts", "address",
        "address_digest", "provider", "zone", "zone_rung", "consent_as_stood", "lease_until", "parts",
        "cost", "charged",
    )  # fmt: skip
    written = bulk.update(Message, columns, rows, match=FENCE, where=LEASED)
    gone = set(written)
    paid = [(one, bills.get(one.id, FREE)) for one in allowed if one.id in gone]
    shift((as_claimed(one), as_billed(bill)) for one, bill in paid if one.charged or bill.charged)
    return written


def _zone(message: Claimed, loaded: Loaded) -> tuple[str, str]:
    facts = loaded.facts[message.id]
    return facts.zone.key, facts.zone_rung


def _consent_as_stood(message: Claimed, loaded: Loaded) -> dict[str, Any] | None:
    consent = loaded.facts[message.id].consent
    if consent.record is None:
        return None
    return {
        "record": consent.record,
        "state": consent.state,
        "changed_at": consent.changed_at.isoformat() if consent.changed_at else None,
        "source": consent.source,
        "text_version": consent.text_version,
    }
