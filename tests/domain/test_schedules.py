"""Schedules: which days, which instants; a year in every zone there is, against clocks read minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.schedules import Recurrence, moment_on, opens_at
from orchestrator.domain.zones import find_zone

YEAR = (date(2026, 1, 1), date(2027, 1, 1))
ZONES = sorted(name for name in available_timezones() if find_zone(name))


def days(recurrence: Recurrence, first: date, last: date) -> list[date]:
    """Every day it comes on, from `first` to `last`, asked one after another."""
    answer, on = [], recurrence.next_on(first - timedelta(days=1))
    while on is not None and on <= last:
        answer.append(on)
        on = recurrence.next_on(on)
    return answer


def test_there_are_hundreds_of_zones():
    assert len(ZONES) > 400


@pytest.mark.parametrize("at", [time(2, 30), time(0, 0)])
def test_a_year_of_days_in_every_zone_comes_once_a_date_by_the_clock_on_the_wall(at: time):
    daily = Recurrence("day")
    every = days(daily, *YEAR)
    assert every == [YEAR[0] + timedelta(days=day) for day in range(366)]
    wrong = [
        (name, on)
        for name in ZONES
        for on in every
        if moment_on(on, at, ZoneInfo(name)) != first_moment(name, on, at)
    ]
    assert wrong == []


@pytest.mark.parametrize("at", [time(2, 30), time(0, 0)])
def test_instants_of_following_days_follow_one_another_in_every_zone(at: time):
    for name in ZONES:
        moments = [moment_on(on, at, ZoneInfo(name)) for on in days(Recurrence("day"), *YEAR)]
        assert all(a < b for a, b in pairwise(moments)), name


def test_the_first_clock_on_earth_opens_for_everybody():
    at = time(10)
    for name in ZONES:
        for on in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)):
            assert opens_at(on, at, None) <= moment_on(on, at, ZoneInfo(name)), name


@cache
def offsets(name: str, on: date) -> frozenset[timedelta]:
    """The offsets a zone has within a day and a half around a date."""
    noon = datetime.combine(on, time(12), UTC)
    return frozenset(
        (noon + timedelta(hours=hours)).astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)
        for hours in (-40, -14, 14, 40)
    )


def first_moment(name: str, on: date, at: time) -> datetime:
    """The first minute at which the wall shows this date and time or, where it never does, what a gap moves it to."""
    wanted = datetime.combine(on, at)
    if len(offsets(name, on)) == 1:
        return (wanted - next(iter(offsets(name, on)))).replace(tzinfo=UTC)
    start = datetime.combine(on, at, UTC) - timedelta(hours=16)
    before = start.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)
    for minutes in range(32 * 60):
        instant = start + timedelta(minutes=minutes)
        wall = instant.astimezone(ZoneInfo(name))
        if wall.replace(tzinfo=None) == wanted:
            return instant
        if (
            wall.replace(tzinfo=None) > wanted
        ):  # it was skipped: by the clock before the gap it is this instant
            return (wanted - before).replace(tzinfo=UTC)
        before = wall.utcoffset() or timedelta(0)
    raise AssertionError("a day has passed")


@pytest.mark.parametrize(
    ("recurrence", "first", "expected"),
    [
        (Recurrence("week", days=(0, 4)), date(2026, 3, 1), ["03-02", "03-06", "03-09", "03-13"]),
        (Recurrence("month", days=(31,)), date(2026, 1, 1), ["01-31", "02-28", "03-31", "04-30"]),
        (Recurrence("month", days=(29, 30)), date(2026, 2, 1), ["02-28", "03-29", "03-30", "04-29"]),
        (
            Recurrence("month", 3, (1,), date(2026, 1, 1)),
            date(2026, 1, 1),
            ["01-01", "04-01", "07-01", "10-01"],
        ),
        (Recurrence("day", 3, (), date(2026, 3, 1)), date(2026, 2, 1), ["03-01", "03-04", "03-07", "03-10"]),
        (
            Recurrence("week", 2, (4,), date(2026, 3, 6)),
            date(2026, 1, 1),
            ["03-06", "03-20", "04-03", "04-17"],
        ),
    ],
)
def test_days_that_recur(recurrence: Recurrence, first: date, expected: list[str]):
    found = days(recurrence, first, first + timedelta(days=400))
    assert [f"{on:%m-%d}" for on in found[:4]] == expected


def test_two_weeks_are_counted_in_whole_weeks_from_monday():
    biweekly = Recurrence(
        "week", 2, (0, 6), date(2026, 3, 6)
    )  # a Friday: its Monday is over, its Sunday is not
    assert days(biweekly, date(2026, 3, 1), date(2026, 3, 31)) == [
        date(2026, 3, 8),
        date(2026, 3, 16),
        date(2026, 3, 22),
        date(2026, 3, 30),
    ]


def test_nothing_comes_after_the_last_day():
    ended = Recurrence("day", last_on=date(2026, 3, 3))
    assert days(ended, date(2026, 3, 2), date(2026, 4, 1)) == [date(2026, 3, 2), date(2026, 3, 3)]
    assert ended.next_on(date(2026, 3, 3)) is None


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    unit = draw(st.sampled_from(["day", "week", "month"]))
    lowest, highest = (0, 6) if unit == "week" else (1, 31)
    some = st.sets(st.integers(lowest, highest), min_size=1, max_size=5)
    chosen = () if unit == "day" else tuple(sorted(draw(some)))
    first = draw(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
    return Recurrence(unit, draw(st.integers(1, 12)), chosen, first)  # type: ignore[arg-type]


@given(recurrences(), st.dates(date(2019, 1, 1), date(2031, 1, 1)))
def test_the_next_day_is_the_first_that_it_comes_on(recurrence: Recurrence, after: date):
    found = recurrence.next_on(after)
    assert found is not None
    assert found == next(
        on for on in following(max(after, recurrence.first_on - timedelta(days=1))) if recurrence.comes_on(on)
    )


def following(after: date) -> Iterator[date]:
    while True:
        after += timedelta(days=1)
        yield after
