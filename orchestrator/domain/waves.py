"""WAVES: sending to an audience in parts, and stopping between them when too many complain or bounce. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from zoneinfo import ZoneInfo

from orchestrator.domain.durations import Duration
from orchestrator.domain.splits import percentage

MEASURES = ("complaints", "bounces")
MOST_WAVES = 20
# Below this many accepted messages a rate says nothing: one complaint in ten would stop every campaign.
ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Pace:
    """Waves as shares in basis points (they add up to 10,000), `every` apart.

    `stop_if`: the rates, in basis points of accepted messages, above which no further wave begins.
    """

    waves: tuple[int, ...]
    every: Duration
    stop_if: tuple[tuple[str, int], ...] = ()

    def wave_of(self, bucket: int) -> int:
        """The wave, from 0, of a person's bucket (0..9999): theirs for good, however the audience changes."""
        return next(wave for wave, end in enumerate(accumulate(self.waves)) if bucket < end)

    def begins(self, wave: int, first: datetime, zone: ZoneInfo) -> datetime:
        """When a wave begins, if the first one did at `first`."""
        at = first
        for _ in range(wave):
            at = self.every.after(at, zone)
        return at

    def sentence(self) -> str:
        """ "in waves of 10%, 30%, 60%, every 1 hour"."""
        shares = ", ".join(percentage(share) for share in self.waves)
        stops = " or ".join(f"{name} exceed {percentage(rate)}" for name, rate in self.stop_if)
        return f"in waves of {shares}, every {self.every}" + (f", stopping if {stops}" if stops else "")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What came of the messages so far."""

    accepted: int
    complaints: int
    bounces: int

    def rate(self, measure: str) -> int:
        """In basis points of those accepted, rounded up: 0.1 % of complaints is not 0."""
        return -(-10_000 * int(getattr(self, measure)) // self.accepted) if self.accepted else 0


def too_many(pace: Pace, numbers: Numbers) -> Mapping[str, int]:
    """The measures that are over their limit, with their rates; none before there are enough messages to say."""
    if numbers.accepted < ENOUGH:
        return {}
    rates = {name: numbers.rate(name) for name, _ in pace.stop_if}
    return {name: rates[name] for name, limit in pace.stop_if if rates[name] > limit}
