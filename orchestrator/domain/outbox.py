"""A message's life: its states, the moves between them, and what a provider's answer leads to.

The engine writes only moves that stand in MOVES; `settled` is the one place that reads a provider's result.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from orchestrator.sdk.value import value
from orchestrator.sdk.values import Accepted, Deferred, Rejected, Result


class State(StrEnum):
    """Where a message stands."""

    PLANNED = "planned"  # a step decided to send it; it waits for its time, or for a hold to end
    LEASED = "leased"  # a worker is preparing it
    HANDING_OFF = "handing_off"  # the gate said yes; it may be on the wire
    RETRY_WAIT = "retry_wait"  # the provider certainly did not take it; it is tried again later
    UNCERTAIN = "uncertain"  # it may or may not have left; what may be done depends on the provider's class
    ACCEPTED = "accepted"  # the provider took responsibility
    UNKNOWN = "unknown"  # nobody will ever know; it counts as sent
    REJECTED = "rejected"  # the provider refused it for good
    FAILED = "failed"  # every attempt was turned away
    SKIPPED = "skipped"  # the rules said no
    GHOST = "ghost"  # held out: what a person in the control group would have got
    EXPIRED = "expired"  # its time ran out before it could be sent
    CANCELLED = "cancelled"  # the journey ended first, or was stopped
    RENDER_FAILED = "render_failed"  # its template could not be rendered for this person
    DEAD = "dead"  # preparing it killed a worker again and again


FINAL = frozenset(
    {
        State.ACCEPTED,
        State.UNKNOWN,
        State.REJECTED,
        State.FAILED,
        State.SKIPPED,
        State.GHOST,
        State.EXPIRED,
        State.CANCELLED,
        State.RENDER_FAILED,
        State.DEAD,
    }
)
OPEN = frozenset(State) - FINAL
CLAIMABLE = frozenset({State.PLANNED, State.RETRY_WAIT, State.UNCERTAIN})
# What counts as sent for caps, for wait steps and for the person's record.
SENT = frozenset({State.ACCEPTED, State.UNKNOWN})

MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.LEASED, State.CANCELLED, State.EXPIRED}),
    State.RETRY_WAIT: frozenset({State.LEASED, State.CANCELLED, State.EXPIRED, State.FAILED}),
    State.LEASED: frozenset(
        {
            State.PLANNED,
            State.HANDING_OFF,
            State.SKIPPED,
            State.EXPIRED,
            State.CANCELLED,
            State.RENDER_FAILED,
            State.GHOST,
            State.UNCERTAIN,
            State.UNKNOWN,
            State.DEAD,
            # A look-up or a receipt shows that an attempt before this one was taken.
            State.ACCEPTED,
        }
    ),
    State.HANDING_OFF: frozenset(
        {
            State.PLANNED,
            State.DEAD,
            State.ACCEPTED,
            State.REJECTED,
            State.RETRY_WAIT,
            State.UNCERTAIN,
            State.FAILED,
            State.UNKNOWN,
        }
    ),
    State.UNCERTAIN: frozenset({State.LEASED, State.ACCEPTED, State.UNKNOWN}),
    # Evidence (a receipt that carries our key) upgrades what nobody knew.
    State.UNKNOWN: frozenset({State.ACCEPTED}),
}

MAX_CRASHES = 5
MAX_ATTEMPTS = 6
_BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)


class ProviderClass(StrEnum):
    """What a provider can promise about a message whose fate is not known; the engine's promise follows from it."""

    IDEMPOTENT = "I"  # it drops a key it has seen: try again
    QUERYABLE = "Q"  # it can be asked: look up, then try again
    NEITHER = "N"  # nobody can know: once at most, or once at least


class Settle(StrEnum):
    """What is wanted of a class N provider after a crash in mid-call."""

    AT_LEAST_ONCE = "at_least_once"  # try again; a crash may send one message twice
    AT_MOST_ONCE = "at_most_once"  # never twice; a crash leaves a visible `unknown`


@value
class Attempted:
    """A message whose provider has answered: how often it was tried, how long it lives, whether a try before this
    one may have sent it (`doubtful`)."""

    attempts: int
    expires_at: datetime | None
    doubtful: bool
    provider_class: ProviderClass
    settle: Settle


@value
class Move:
    """A change of state with its reason. `due_at` is set where the message will be looked at again."""

    state: State
    reason: str
    detail: str = ""
    reference: str = ""
    due_at: datetime | None = None
    suppresses: bool = False
    keeps_reservation: bool = True
    maybe_sent: bool = True


def settled(message: Attempted, result: Result, now: datetime) -> Move:
    """What becomes of a message, given the provider's answer.

    A definite no after an earlier, doubtful attempt proves nothing about that attempt: with a class N provider the
    message is then unknown, never refused; and whatever its class, one that is put off stays in doubt.
    """
    if isinstance(result, Accepted):
        return Move(State.ACCEPTED, "accepted", reference=result.reference)
    if isinstance(result, Rejected):
        if message.doubtful and message.provider_class is ProviderClass.NEITHER:
            return Move(State.UNKNOWN, "refused_after_doubt", result.detail)
        return Move(
            State.REJECTED,
            result.reason.value,
            result.detail,
            suppresses=result.reason.suppresses,
            keeps_reservation=False,
            maybe_sent=False,
        )
    if isinstance(result, Deferred):
        return _deferred(message, result, now)
    return uncertain(message, result.detail, now)


def _deferred(message: Attempted, result: Deferred, now: datetime) -> Move:
    if message.doubtful:
        # It was not taken this time; whether it was before is as open as it was. Only its own provider may get it.
        return uncertain(message, result.detail, now)
    due_at = now + (result.retry_after or backoff(message.attempts))
    expired = message.expires_at is not None and due_at >= message.expires_at
    if message.attempts >= MAX_ATTEMPTS or expired:
        reason = "retries_outlived_message" if expired else "attempts_spent"
        return Move(State.FAILED, reason, result.detail, keeps_reservation=False, maybe_sent=False)
    return Move(State.RETRY_WAIT, "deferred", result.detail, due_at=due_at, maybe_sent=False)


def uncertain(message: Attempted, detail: str, now: datetime) -> Move:
    """A message that may have left. It may be tried again where the class or the wish allows; else it is unknown."""
    may_retry = (
        message.provider_class is not ProviderClass.NEITHER or message.settle is Settle.AT_LEAST_ONCE
    ) and message.attempts < MAX_ATTEMPTS
    if not may_retry:
        return Move(State.UNKNOWN, "unknown_outcome", detail)
    return Move(State.UNCERTAIN, "unknown_outcome", detail, due_at=now + backoff(message.attempts))


def backoff(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th try."""
    return _BACKOFF[min(max(attempts, 1), len(_BACKOFF)) - 1]
