"""What is asked of a simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from orchestrator.journeys.folders import Text

TICK = timedelta(minutes=60)
LONGEST = 366  # days
Question = Literal["replay", "forecast"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CannotSimulate(Exception):
    """What was asked cannot be simulated, in words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A journey as text, from when to when, and by what tick.

    What happens between two ticks happens at the later one, together. `beside`: other live journeys are lived too, instead
    of what they are recorded to have sent. `question`: a replay is of days that were, as they happened; a forecast of days
    to come, in which what the last ones brought comes again. `caps`: what if a frequency cap, by its name, had another limit.
    """

    journey: Text
    templates: Sequence[Text]
    begins: datetime
    ends: datetime
    tick: timedelta = TICK
    beside: bool = False
    question: Question = "replay"
    caps: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.ends - self.begins <= timedelta(days=LONGEST):
            raise CannotSimulate(f"A simulation is of 1 to {LONGEST} days; ask for fewer, or for some.")
        if not timedelta(minutes=1) <= self.tick <= timedelta(days=1):
            raise CannotSimulate("A tick is of a minute to a day.")

    def ceiling(self, moment: datetime) -> datetime:
        """The first tick that is not before the moment."""
        return moment + (-(moment - _EPOCH) % self.tick)


def ask(
    question: Question,
    journey: Text,
    templates: Sequence[Text],
    days: int,
    now: datetime,
    tick: timedelta = TICK,
    beside: bool = False,
    caps: Mapping[str, int] | None = None,
) -> Asked:
    """The last `days` as they happened, with the journey live from their beginning; or the next ones."""
    span = timedelta(days=days)
    begins = now if question == "forecast" else now - span
    return Asked(journey, templates, begins, begins + span, tick, beside, question, caps or {})
