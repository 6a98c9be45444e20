"""PRESSURE: how many messages people got lately, who is at a cap, and what another cap would have held.

Pure arithmetic over what the gate has counted: of each person looked at, when it counted a message, and of what kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orchestrator.domain.frequency import CapRule, Counted, inside
from orchestrator.domain.quiet import QuietHours

MOST = 9  # so many messages and more are one bar
SAMPLE = 5000  # people


@dataclass(frozen=True, slots=True)
class Pressure:
    """People by how many messages they got; `counts[3]` are those who got three. Nobody is left out, 0 is a count, too."""

    counts: Mapping[int, int]

    @property
    def people(self) -> int:
        """All that were looked at."""
        return sum(self.counts.values())

    @property
    def messages(self) -> int:
        """What they got together."""
        return sum(count * people for count, people in self.counts.items())

    def at_least(self, count: int) -> int:
        """The people who got so many or more."""
        return sum(people for got, people in self.counts.items() if got >= count)

    def over(self, limit: int) -> int:
        """The messages beyond so many for one person."""
        return sum((got - limit) * people for got, people in self.counts.items() if got > limit)

    def bars(self) -> list[tuple[int, int]]:
        """From none to the highest there is, or to MOST, which stands for more, too: how many, and people."""
        highest = min(MOST, max(self.counts, default=0))
        shown = [(count, self.counts.get(count, 0)) for count in range(highest)]
        return [*shown, (highest, self.at_least(highest))]


def lately(counted: Sequence[Sequence[Counted]], now: datetime, days: int) -> Pressure:
    """By the messages of so many times 24 hours. `counted`: of each person; empty for who got none."""
    since = now - timedelta(days=days)
    return Pressure(Counter(sum(one.at > since for one in theirs) for theirs in counted))


def under(rule: CapRule, counted: Sequence[Sequence[Counted]], now: datetime, zone: ZoneInfo) -> Pressure:
    """By what this cap counts in its window now. `zone`: whose days, weeks and months are meant."""
    return Pressure(
        Counter(
            len(
                inside(
                    rule.window,
                    [one.at for one in theirs if rule.applies(one.channel, one.topic, one.brand)],
                    now,
                    zone,
                )
            )
            for theirs in counted
        )
    )


def more_held(pressure: Pressure, limit: int, instead: int) -> int:
    """How many more messages of the window a cap of `instead` would have held; below zero: so many fewer, at least."""
    return pressure.over(instead) - pressure.over(limit)


def sample(newest: int, most: int = SAMPLE) -> range:
    """Numbers of rows, evenly spread from the newest down: all there can be, or `most` of them at most."""
    return range(newest, 0, -max(1, -(-newest // most)))


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the day on people's own clocks: messages, how many of them fell into quiet hours, and on how many
    weekdays it is quiet from its first minute to its last."""

    hour: int
    messages: int
    quiet: int
    days: int


def by_hour(walls: Sequence[datetime], rule: QuietHours) -> list[Hour]:
    """Twenty-four. `walls`: local times, without a zone, at which messages left."""
    counted = Counter(wall.hour for wall in walls)
    quiet = Counter(wall.hour for wall in walls if rule.covers(wall))
    return [Hour(hour, counted[hour], quiet[hour], _days(rule, hour)) for hour in range(24)]


def _days(rule: QuietHours, hour: int) -> int:
    """By the ranges alone, whatever is a holiday."""
    monday = datetime.combine(date(2024, 1, 1), time(hour))
    minutes = (timedelta(days=day, minutes=minute) for day in range(7) for minute in (0, 59))
    found = [any(span.covers(monday + one) for span in rule.ranges) for one in minutes]
    return sum(first and last for first, last in zip(found[::2], found[1::2], strict=True))
