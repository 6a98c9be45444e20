"""How many may come into a journey: so many in a time, so many at once, and how often one person."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.durations import Duration
from orchestrator.domain.frequency import Rolling, Window, window_name


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in a window: `per day` is the calendar's day in the workspace's zone, `per 24 hours` any 24 hours."""

    most: int
    window: Window

    def __str__(self) -> str:
        return f"{self.most} per {window_name(self.window)}"

    @property
    def rolling(self) -> bool:
        """Whether it counts back from each moment."""
        return isinstance(self.window, Rolling)


@dataclass(frozen=True, slots=True)
class Limit:
    """What the door of a journey lets through; None for what has no limit.

    `waits`: for how long those wait at the door for whom there is no room; None where they are turned away.
    """

    entries: Rate | None = None
    at_once: int | None = None
    per_customer: Rate | None = None
    waits: Duration | None = None

    def sentence(self) -> str:
        """ "at most 100 per day, 50 at once; the others wait up to 2 days"."""
        said = [f"{self.entries}"] if self.entries else []
        said += [f"{self.at_once} at once"] if self.at_once else []
        said += [f"{self.per_customer} for each customer"] if self.per_customer else []
        others = f"wait up to {self.waits}" if self.waits else "are turned away"
        return f"at most {', '.join(said)}; the others {others}"
