"""What every row is given: the sizes, the database's people, and where things lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


class NotTheSameWork(Exception):
    """Ours or the baseline did less than it was asked: a figure of it would be worth nothing."""


@dataclass
class Bench:
    """One run. `scale` shrinks every size but the baselines' rules; `n` is how often each figure is taken."""

    scale: float
    n: int
    people: int
    folder: Path
    database_url: str
    small_url: str
    redis_url: str
    _taken: int = field(default=0, init=False)

    def size(self, full: int, least: int = 20) -> int:
        """How many of what is `full` many at scale 1."""
        return max(least, round(full * self.scale))

    def take(self, count: int) -> range:
        """Ids of people nobody was sent anything by this row; begins anew when all have been taken."""
        if count > self.people:
            raise ValueError(f"{count} people are asked for, and the base has {self.people}")
        if self._taken + count > self.people:
            self._taken = 0
        first = self._taken + 1
        self._taken += count
        return range(first, first + count)


def same(what: str, done: int, asked: int) -> None:
    """Refuse to compare where one side did not do all of its work."""
    if done != asked:
        raise NotTheSameWork(f"{what}: {done} done of {asked}")
