"""What a kind of timer has to say for itself, and where it stands in a journey."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from orchestrator.journeys.enroll import Candidate
from orchestrator.journeys.timers.rows import Timer
from orchestrator.journeys.versions import Live


@dataclass(frozen=True, slots=True)
class Door:
    """A trigger of a live journey that time opens, and its place among the journey's ways in."""

    live: Live
    place: int
    trigger: Any

    @property
    def at(self) -> tuple[int, int]:
        """What its timers' rows say: journey and trigger."""
        return self.live.journey_id, self.place


@dataclass(frozen=True, slots=True)
class Fired:
    """What came of timers that were due: who stands at the door, and how the timers are set now."""

    entering: list[Candidate] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)


class Kind(Protocol):
    """A kind of timer. All of it asks a handful of questions for a batch of customers."""

    def event(self, trigger: Any) -> str:
        """The event that sets it anew; "" where only a change of the customer does."""

    def follows(self, trigger: Any) -> bool:
        """Whether a change of the customer sets it anew."""

    def knows(self, timer: Timer) -> bool:
        """Whether it is one of this kind: another may have stood at this place before the last publishing."""

    def timers(self, door: Door, customers: Collection[int], now: datetime) -> list[Timer]:
        """How the timers of these customers are to be set."""

    def seeded(self, timer: Timer, now: datetime) -> bool:
        """Whether it is set for somebody who was there before the journey was published."""

    def fire(self, door: Door, due: Sequence[Timer], now: datetime) -> Fired:
        """What comes of timers that are due, and locked."""
