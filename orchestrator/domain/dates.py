"""Days that come back every year: birthdays and anniversaries.

29 February is kept as such and falls on 28 February (`feb28`, the default) or 1 March (`mar1`) in common years.
An occurrence belongs to the year of its date, so one key a year (`birthday:2026`) allows exactly one gift,
whatever is edited in between (SEMANTICS §9).
"""

from __future__ import annotations

import re
from calendar import isleap, month_name
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.domain.zones import as_instant, local, resolve

Leap = Literal["feb28", "mar1"]
OFFSET_DAYS = 366
EARLIEST_YEAR = 1850
_WRITTEN = re.compile(r"(?:([0-9]{4})|-)-([0-9]{2})-([0-9]{2})(?:[T ].{0,40})?", re.ASCII)
_LEAP_YEAR = 2000


class Birthday(NamedTuple):
    """A yearly date; `year` is None where only the day is known."""

    year: int | None
    month: int
    day: int


class Occurrence(NamedTuple):
    """One coming: the UTC instant, and the year of the date it stands for (the yearly key's year)."""

    instant: datetime
    year: int


def occurrence_on(month: int, day: int, year: int, leap: Leap = "feb28") -> date:
    """Answer the date on which a yearly day falls in a year; ValueError for a day that no year has."""
    _check_day(month, day, f"{month:02d}-{day:02d}")
    if (month, day) == (2, 29) and not isleap(year):
        return date(year, 2, 28) if leap == "feb28" else date(year, 3, 1)
    return date(year, month, day)


def next_occurrence(
    month: int,
    day: int,
    at: time,
    zone: ZoneInfo,
    after: datetime,
    leap: Leap = "feb28",
    offset_days: int = 0,
) -> Occurrence:
    """Answer the first time after `after` (exclusive) that the day comes, at `at` on the customer's clock.

    `offset_days` moves it (-7: a week before); the year stays that of the day itself, so a birthday on
    3 January greeted a week early in December 2026 is `2027`. Gaps shift forward, folds mean the first pass.
    """
    if abs(offset_days) > OFFSET_DAYS:
        raise ValueError(f"an offset is at most {OFFSET_DAYS} days either way, got {offset_days}")
    start = as_instant(after)
    around = local(start, zone).year
    for year in range(max(around - 2, MINYEAR + 2), min(around + 4, MAXYEAR - 2)):
        on = occurrence_on(month, day, year, leap) + timedelta(days=offset_days)
        instant = resolve(datetime.combine(on, at), zone)
        if instant > start:
            return Occurrence(instant, year)
    raise ValueError(f"there is no next occurrence after {after:%Y-%m-%d}: the calendar ends")


def parse_birthday(value: object) -> Birthday:
    """Read `1990-02-28`, `--02-29` (year unknown) or a date; ValueError with words, also for days that never were.

    What follows the date (`T00:00:00Z`) is ignored: a birthday is a day on the wall, not an instant.
    """
    if isinstance(value, date):
        return Birthday(value.year, value.month, value.day)
    written = _WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    if written is None:
        raise Wrong(
            "%(value)s is not a date; write year, month and day as `1990-02-28`, or `--02-28` if the year is not known",
            value=shown(value),
        )
    year, month, day = (int(part) if part else None for part in written.groups())
    assert month is not None
    assert day is not None
    _check_day(month, day, str(value).strip())
    if year is not None and year < EARLIEST_YEAR:
        raise Wrong(
            "%(value)s is before %(earliest)s; write `--%(month)s-%(day)s` if the year is not known",
            value=shown(value),
            earliest=str(EARLIEST_YEAR),
            month=f"{month:02d}",
            day=f"{day:02d}",
        )
    if year is not None and (month, day) == (2, 29) and not isleap(year):
        raise Wrong(
            "%(value)s never was: %(year)s is no leap year; write `--02-29` if the year is not sure",
            value=shown(value),
            year=str(year),
        )
    return Birthday(year, month, day)


def _check_day(month: int, day: int, written: str) -> None:
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        raise Wrong(
            "%(written)s is no day of the year: %(why)s", written=shown(written), why=_why(month)
        ) from None


def _why(month: int) -> str:
    if not 1 <= month <= 12:
        return Words("there is no month %(month)s; write the month from 01 to 12, then the day", month=month)
    last = (date(_LEAP_YEAR, month % 12 + 1, 1) - timedelta(days=1)).day
    return Words("%(month)s has at most %(days)s days", month=Words(month_name[month]), days=last)
