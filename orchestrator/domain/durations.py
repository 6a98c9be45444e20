"""Durations as people write them: calendar (`2 days`) or elapsed (`48 hours`).

A calendar duration moves the customer's wall clock and lands at the same time of day, whatever the clocks do
in between; an elapsed one counts seconds. The end of a month is clamped: 31 January + 1 month is 28 or 29
February. Rules: SEMANTICS §3; the language: DESIGN §4.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from orchestrator.domain.shown import shown
from orchestrator.domain.zones import as_instant, local, resolve

ACCEPTED = (
    "write a whole number and a unit, such as `2 days` or `48 hours`"
    " (second, minute, hour; day, week, month, year), at most 5 years"
)
_WRITTEN = re.compile(r"([0-9]{1,10})\s+([a-z]{3,6}?)s?", re.ASCII)


class Unit(StrEnum):
    """A unit as it is written: the first three are elapsed time, the others follow the calendar."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_ELAPSED = frozenset({Unit.SECOND, Unit.MINUTE, Unit.HOUR})
_YEAR = timedelta(days=365, hours=6)
_LENGTH: dict[Unit, timedelta] = {
    Unit.SECOND: timedelta(seconds=1),
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(weeks=1),
    Unit.MONTH: _YEAR / 12,
    Unit.YEAR: _YEAR,
}
LONGEST = 5 * _YEAR


@dataclass(frozen=True, slots=True)
class Duration:
    """`count` of `unit`, from 1 second to 5 years; ValueError outside. `str()` is the canonical spelling."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if type(self.count) is not int or not 1 <= self.count <= LONGEST // _LENGTH[self.unit]:
            raise ValueError(f"{self.count!r} {self.unit}s is not a duration; {ACCEPTED}")

    def __str__(self) -> str:
        return f"{self.count} {self.unit}" + ("s" if self.count > 1 else "")

    @property
    def is_calendar(self) -> bool:
        """Whether it follows the calendar (day, week, month, year) and so needs a zone to be exact."""
        return self.unit not in _ELAPSED

    @property
    def approximate(self) -> timedelta:
        """About how long: exact for elapsed units; a day is 24 h, a month a twelfth of 365.25 days."""
        return self.count * _LENGTH[self.unit]

    def after(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Answer the UTC instant this much after `instant`, by the zone's wall clock for calendar units."""
        return self._moved(instant, zone, self.count)

    def before(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """Answer the UTC instant this much before; at a clamped month end it does not undo `after`."""
        return self._moved(instant, zone, -self.count)

    def _moved(self, instant: datetime, zone: ZoneInfo, count: int) -> datetime:
        if not self.is_calendar:
            return as_instant(instant) + count * _LENGTH[self.unit]
        wall = local(instant, zone)
        if self.unit in (Unit.DAY, Unit.WEEK):
            return resolve(wall + count * _LENGTH[self.unit], zone)
        return resolve(_months_later(wall, count * (12 if self.unit is Unit.YEAR else 1)), zone)


def parse(value: object) -> Duration:
    """Read `2 days`, `1 day`, `48 hours`; ValueError that names what was written and what is accepted."""
    written = _WRITTEN.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if written is None or written[2] not in _UNITS:
        raise ValueError(f"{shown(value)} is not a duration; {ACCEPTED}")
    count, unit = int(written[1]), Unit(written[2])
    if count == 0:
        raise ValueError(f"{shown(value)} is no time at all; {ACCEPTED}")
    if count > LONGEST // _LENGTH[unit]:
        raise ValueError(f"{shown(value)} is longer than 5 years; {ACCEPTED}")
    return Duration(count, unit)


_UNITS = frozenset(unit.value for unit in Unit)


def _months_later(wall: datetime, months: int) -> datetime:
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))
