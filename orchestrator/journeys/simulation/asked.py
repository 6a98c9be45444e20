"""What is asked of a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orchestrator.journeys.folders import Text

TICK = timedelta(minutes=60)
LONGEST = 366  # days
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CannotSimulate(Exception):
    """What was asked cannot be simulated, in words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A journey as text, from when to when, and by what tick.

    What happens between two ticks happens at the later one, together. `beside`: other live journeys are lived too, instead
    of what they are recorded to have sent.
    """

    journey: Text
    templates: Sequence[Text]
    begins: datetime
    ends: datetime
    tick: timedelta = TICK
    beside: bool = False

    def __post_init__(self) -> None:
        if not timedelta(0) < self.ends - self.begins <= timedelta(days=LONGEST):
            raise CannotSimulate(f"A simulation is of 1 to {LONGEST} days; ask for fewer, or for some.")
        if not timedelta(minutes=1) <= self.tick <= timedelta(days=1):
            raise CannotSimulate("A tick is of a minute to a day.")

    def ceiling(self, moment: datetime) -> datetime:
        """The first tick that is not before the moment."""
        return moment + (-(moment - _EPOCH) % self.tick)


def replay(
    journey: Text,
    templates: Sequence[Text],
    days: int,
    now: datetime,
    tick: timedelta = TICK,
    beside: bool = False,
) -> Asked:
    """The last `days` as they happened, with the journey live from their beginning."""
    return Asked(journey, templates, now - timedelta(days=days), now, tick, beside)
