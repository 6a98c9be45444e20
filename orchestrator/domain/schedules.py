"""Days that recur: every day, on weekdays of every nth week, on days of every nth month.

An occurrence is a local date. It comes once in each zone, at one time of day by its clocks: what names it is the date,
so a fold cannot bring it twice, and a gap shifts it forward (SEMANTICS §3). Periods are counted from `first_on`.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from orchestrator.domain.zones import resolve

# The clocks that are first and last to show a date: UTC+14 (Kiribati) and UTC−12.
FIRST_CLOCK, LAST_CLOCK = timedelta(hours=14), timedelta(hours=12)
MOST_PERIODS = 12
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`days`: weekdays from 0 (Monday), or days of the month from 1; one that a month lacks is its last day.

    No `days` for `unit` day. Nothing comes before `first_on` or after `last_on`.
    """

    unit: Literal["day", "week", "month"]
    every: int = 1
    days: tuple[int, ...] = ()
    first_on: date = date(1970, 1, 5)
    last_on: date | None = None

    def next_on(self, after: date) -> date | None:
        """The first date after `after` (exclusive) on which it comes; None after the last."""
        on = max(after + timedelta(days=1), self.first_on)
        # Two whole periods hold at least one occurrence, wherever in a period we begin.
        end = on + timedelta(days=2 * self.every * {"day": 1, "week": 7, "month": 31}[self.unit])
        while on <= end and (self.last_on is None or on <= self.last_on):
            if self.comes_on(on):
                return on
            on += timedelta(days=1)
        return None

    def comes_on(self, on: date) -> bool:
        """Whether it comes on this date, `first_on` and `last_on` left aside."""
        if self._period(on) % self.every:
            return False
        if self.unit == "day":
            return True
        if self.unit == "week":
            return on.weekday() in self.days
        last = monthrange(on.year, on.month)[1]
        return on.day in {min(day, last) for day in self.days}

    def _period(self, on: date) -> int:
        first = self.first_on
        if self.unit == "month":
            return (on.year - first.year) * 12 + on.month - first.month
        days = (on - first).days
        return days if self.unit == "day" else (days + first.weekday()) // 7

    def sentence(self) -> str:
        """ "every 2 weeks on monday, friday"."""
        period = f"every {self.unit}" if self.every == 1 else f"every {self.every} {self.unit}s"
        if not self.days:
            return period
        named = [WEEKDAYS[day] if self.unit == "week" else f"day {day}" for day in self.days]
        return f"{period} on {', '.join(named)}"


def moment_on(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant at which a local date's time of day comes in a zone."""
    return resolve(datetime.combine(on, at), zone)


def opens_at(on: date, at: time, zone: ZoneInfo | None) -> datetime:
    """When an occurrence begins: its instant in the zone, or, where each goes by their own, the world's first."""
    if zone is not None:
        return moment_on(on, at, zone)
    return moment_on(on, at, ZoneInfo("UTC")) - FIRST_CLOCK
