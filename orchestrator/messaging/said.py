"""SAID: what is told outside of messages, in the transaction that writes it. Tests of a journey are nobody's business."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from orchestrator import outside
from orchestrator.domain.outbox import Move, State
from orchestrator.domain.outside import Fact, Kind
from orchestrator.domain.receipts import Effects
from orchestrator.messaging.matching import Matched

ENDED = frozenset({Kind.MESSAGE_ACCEPTED, Kind.MESSAGE_SKIPPED, Kind.MESSAGE_FAILED})
REPORTED = frozenset(
    {
        Kind.MESSAGE_DELIVERED, Kind.MESSAGE_BOUNCED, Kind.MESSAGE_OPENED, Kind.MESSAGE_CLICKED,
        Kind.MESSAGE_UNSUBSCRIBED, Kind.MESSAGE_COMPLAINED,
    }
)  # fmt: skip
_FAILED = frozenset({State.REJECTED, State.FAILED, State.RENDER_FAILED, State.DEAD})
_BY_MACHINE = "_by_machine"


class Sent(Protocol):
    """A message, as far as it is told of."""

    @property
    def id(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def enrollment_id(self) -> int | None: ...
    @property
    def journey(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def test(self) -> bool: ...


def of_moves(moved: Sequence[tuple[Sent, Move]], written: Collection[int], now: datetime) -> None:
    """Those that were written, of which something is certain now."""
    say([(one, move.state, move.reason) for one, move in moved if one.id in written], now)


def say(ended: Sequence[tuple[Sent, State | str, str]], now: datetime) -> None:
    """Messages that have come to an end: accepted, skipped or failed; of all others nothing is said."""
    outside.say(ENDED, lambda: (fact for one in ended if (fact := _ended(*one, now)) is not None))


def _ended(one: Sent, state: State | str, reason: str, now: datetime) -> Fact | None:
    if one.test:
        return None
    if state == State.ACCEPTED:
        return _fact(Kind.MESSAGE_ACCEPTED, one, now)
    if state == State.SKIPPED:
        return _fact(Kind.MESSAGE_SKIPPED, one, now, reason=reason)
    if state in _FAILED:
        return _fact(Kind.MESSAGE_FAILED, one, now, state=str(state), reason=reason)
    return None


def of_reports(decided: Sequence[tuple[Matched, Effects]], first: Mapping[Kind, Collection[int]]) -> None:
    """What providers, and our own links, have reported of messages. `first`: of which it was not known before."""
    outside.say(REPORTED, lambda: _reported(decided, {kind: set(ids) for kind, ids in first.items()}))


def _reported(decided: Sequence[tuple[Matched, Effects]], first: Mapping[Kind, set[int]]) -> Iterator[Fact]:
    for one, what in decided:
        name = what.event.removesuffix(_BY_MACHINE)
        if one.letter is None or one.letter.test or one.customer is None or name not in REPORTED:
            continue
        kind = Kind(name)
        if kind in first:
            if one.letter.id not in first[kind]:
                continue
            first[kind].discard(one.letter.id)  # of two reports in one batch, the first
        told = {"machine": one.receipt.machine} if kind in _SEEN else {}
        yield _fact(kind, one.letter, one.receipt.occurred_at, one.customer, **told)


_SEEN = frozenset({Kind.MESSAGE_OPENED, Kind.MESSAGE_CLICKED})


def _fact(kind: Kind, one: Sent, at: datetime, customer: int | None = None, **more: Any) -> Fact:
    said = {
        "message": one.id, "key": one.key, "enrollment": one.enrollment_id, "journey": one.journey,
        "step": one.step, "channel": one.channel, "topic": one.topic,
    }  # fmt: skip
    return Fact(kind, at, customer if customer is not None else one.customer_id, {**said, **more})
