"""The way in for those who will soon need the same again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from orchestrator.domain.definition.comparisons import Comparison


@dataclass(frozen=True, slots=True)
class ReplenishmentTrigger:
    """Enters when the next purchase is due: the day of the last one, and the median interval between them.

    `by` is the property of the event that names what was bought, and so the group; "" where all purchases are one.
    `before` is how many days earlier they are reminded, `at` the local time of day.
    """

    event: str
    by: str
    where: tuple[Comparison, ...]
    before: int
    at: time
    name: str

    def sentence(self) -> str:
        """ "3 days before the next order.placed of a category is due, at 09:00"."""
        days = f"{self.before} day{'s' if self.before > 1 else ''} before" if self.before else "when"
        what = f"{self.event} of a {self.by}" if self.by else self.event
        where = " and ".join(comparison.sentence() for comparison in self.where)
        return f"{days} the next {what}{f' with {where}' if where else ''} is due, at {self.at:%H:%M}"
