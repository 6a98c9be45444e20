"""PARTS: a gated group is handed off part by part, and what each was answered is noted before the next leaves.

    gate (a group) -> hand off, note -> hand off, note -> … -> hand off -> settle (the group)

The notes are for whoever takes over from a dead worker (`rescue`): of a class N group, what is noted is known, the part
after it is in doubt, and of all that come later no byte has left. The price is a commit for each part, on the disk
before the next leaves. Other classes need no notes: what is in doubt is asked about, or sent again under its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestrator import registry
from orchestrator.domain.breaker import Call
from orchestrator.domain.outbox import ProviderClass
from orchestrator.messaging.gate import Clock, Ready
from orchestrator.messaging.halted import waits
from orchestrator.messaging.handoff import Answered, Stale, boottime, hand_off
from orchestrator.messaging.notes import note
from orchestrator.messaging.settle import class_of, moves_of
from orchestrator.sdk.values import Result

MESSAGES, SECONDS = 50, 0.1  # after as many, or as long, somebody may have stopped them


@dataclass(slots=True)
class HandedOff:
    """What became of the first members of a group, in order, and of how many of these it is noted."""

    results: list[Result] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    noted: int = 0


def hand_off_in_parts(
    provider: str, going: Sequence[Ready], size: int, gated_at: float, clock: Clock
) -> HandedOff:
    """Hand off a group, `size` at a time.

    What a fault, the time or somebody who stops it cuts off is not among the results: no byte of it has left.
    """
    told, look = HandedOff(), _Look()
    noting = class_of(registry.current().providers.get(provider)) is ProviderClass.NEITHER
    for start in range(0, len(going), size):
        part = going[start : start + size]
        if noting and start:
            _note(told, going, clock)
        if start and look.stops(part):
            break
        answered = _answered(provider, part, gated_at)
        told.results += answered.results
        told.calls += answered.calls
        if not answered.results or any(call.fault for call in answered.calls):
            break
    return told


class _Look:
    """Whether somebody has stopped since the gate what is about to leave: all sending, the journey, or its version.

    So that a Stop lets out no more than MESSAGES that had passed the gate, however many had; the gate is asked about
    everything else, and about these again.
    """

    def __init__(self) -> None:
        self._looked, self._since = boottime(), 0

    def stops(self, part: Sequence[Ready]) -> bool:
        """Whether this part waits, and all after it."""
        self._since += len(part)
        if self._since < MESSAGES and boottime() - self._looked < SECONDS:
            return False
        self._looked, self._since = boottime(), 0
        messages = [one.message for one in part]
        stopped = any(loader(messages) for loader in registry.stop_loaders)
        return stopped or bool(waits([one.id for one in messages]))


def _note(told: HandedOff, going: Sequence[Ready], clock: Clock) -> None:
    now, upto = clock(), len(told.results)
    answered = going[told.noted : upto]
    note(answered, moves_of(answered, told.results[told.noted :], now), now)
    told.noted = upto


def _answered(provider: str, part: Sequence[Ready], gated_at: float) -> Answered:
    try:
        return hand_off(provider, part, gated_at)
    except Stale:
        return Answered([], [])
