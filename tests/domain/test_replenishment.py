"""When somebody needs the same again: medians, whose they are, and what a timer makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.replenishment import (
    Expected,
    Habit,
    Standing,
    Usual,
    bought_on,
    coming,
    expected,
    groups,
    habit,
    median,
    rings,
    set_to,
    usual,
)

WARSAW = ZoneInfo("Europe/Warsaw")
NINE = time(9)
DAY = timedelta(days=1)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


NOW = utc("2026-03-02 12:00")


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("coffee", ("coffee",)),
        (" coffee ", ("coffee",)),
        (5, ("5",)),
        (5.0, ("5",)),
        (5.5, ("5.5",)),
        (["coffee", "tea", "coffee"], ("coffee", "tea")),
        (["coffee", None, {"a": 1}, 7], ("coffee", "7")),
        ([str(one) for one in range(60)], tuple(str(one) for one in range(50))),
        ("x" * 61, ("x" * 60,)),
        ("", ()),
        ("  ", ()),
        ("\0", ()),
        (None, ()),
        (True, ()),
        ({"coffee": 1}, ()),
        ([], ()),
    ],
)
def test_the_groups_that_a_property_names(value: Any, named: tuple[str, ...]):
    assert groups(value) == named


@pytest.mark.parametrize(
    ("ordered", "middle"),
    [([7], 7), ([7, 8], 7), ([7, 9], 8), ([20, 60], 40), ([1, 30, 90], 30), ([1, 28, 31, 90], 29)],
)
def test_of_an_even_number_it_is_the_mean_of_the_two_in_the_middle_without_half_a_day(
    ordered: list[int], middle: int
):
    assert median(ordered) == middle


@pytest.mark.parametrize(
    ("at", "days", "intervals"),
    [
        (["2026-01-01 12:00"], None, 0),
        (["2026-01-01 12:00", "2026-01-31 12:00"], 30, 1),
        (["2026-03-02 12:00", "2026-01-01 12:00", "2026-01-31 12:00"], 30, 2),
        # Two orders of one day are one purchase, so this is one interval.
        (["2026-01-01 08:00", "2026-01-01 20:00", "2026-01-31 12:00"], 30, 1),
        # 23:30 UTC is the next day in Warsaw.
        (["2026-01-01 23:30", "2026-01-02 12:00", "2026-01-12 12:00"], 10, 1),
        # The clocks go forward on 29 March: the interval is of days, and the day is a day.
        (["2026-03-28 10:00", "2026-03-29 10:00", "2026-03-30 10:00"], 1, 2),
    ],
)
def test_what_a_persons_purchases_say(at: list[str], days: int | None, intervals: int):
    moments = [utc(one) for one in at]
    assert habit(moments, WARSAW) == Habit(max(moments), days, intervals)


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ({}, Usual(None, 0, 0)),
        ({30: (9, 90)}, Usual(None, 9, 90)),
        ({30: (10, 19)}, Usual(None, 10, 19)),
        ({30: (10, 20)}, Usual(30, 10, 20)),
        ({20: (5, 10), 31: (5, 10)}, Usual(25, 10, 20)),
        ({20: (6, 10), 31: (5, 10)}, Usual(20, 11, 20)),
        # One who buys daily has one voice, however often they buy.
        ({1: (1, 700), 30: (10, 20)}, Usual(30, 11, 720)),
    ],
)
def test_a_group_is_the_median_of_enough_people(counted: dict[int, tuple[int, int]], said: Usual):
    assert usual(counted) == said


@given(st.lists(st.integers(1, 400), min_size=10, max_size=200))
def test_a_group_says_what_its_people_in_a_row_say(days: list[int]):
    counted = {one: (days.count(one), days.count(one) * 2) for one in days}
    assert usual(counted).days == median(sorted(days))


OWN = Habit(NOW, 21, 2)
FEW = Habit(NOW, 21, 1)
NEW = Habit(NOW, None, 0)


@pytest.mark.parametrize(
    ("mine", "group", "answer"),
    [
        (OWN, Usual(30, 40, 90), Expected(21, 2, 1, "own")),
        (OWN, None, Expected(21, 2, 1, "own")),
        (FEW, Usual(30, 40, 90), Expected(30, 90, 40, "group")),
        (NEW, Usual(30, 40, 90), Expected(30, 90, 40, "group")),
        (FEW, Usual(None, 3, 4), None),
        (FEW, None, None),
    ],
)
def test_two_intervals_of_ones_own_come_before_the_group(
    mine: Habit, group: Usual | None, answer: Expected | None
):
    assert expected(mine, group) == answer


@pytest.mark.parametrize(
    ("days", "before", "zone", "at"),
    [
        (30, 0, "Europe/Warsaw", "2026-04-01 07:00"),  # summer time by then: 09:00 is 07:00 UTC
        (26, 0, "Europe/Warsaw", "2026-03-28 08:00"),
        (30, 3, "Europe/Warsaw", "2026-03-29 07:00"),
        (30, 0, "America/New_York", "2026-04-01 13:00"),
        (30, 0, "Asia/Tokyo", "2026-04-01 00:00"),
        (1, 0, "Europe/Warsaw", "2026-03-03 08:00"),
    ],
)
def test_it_comes_at_nine_by_their_own_clock(days: int, before: int, zone: str, at: str):
    assert coming(NOW, days, before, NINE, ZoneInfo(zone)) == utc(at)


def test_an_hour_that_the_clocks_skip_comes_an_hour_later():
    assert coming(NOW, 27, 0, time(2, 30), WARSAW) == utc("2026-03-29 01:30")


def test_an_hour_that_comes_twice_is_the_first():
    assert coming(utc("2026-09-25 12:00"), 30, 0, time(2, 30), WARSAW) == utc("2026-10-25 00:30")


@pytest.mark.parametrize(("days", "before"), [(0, 0), (3, 3), (3, 4)])
def test_nobody_is_reminded_on_the_day_of_the_purchase_itself(days: int, before: int):
    assert coming(NOW, days, before, NINE, WARSAW) is None


def test_a_purchase_is_a_day_of_their_calendar():
    assert bought_on(utc("2026-03-02 23:30"), WARSAW) == "2026-03-03"


HERE, BEFORE = "2026-03-01", "2026-02-01"
AHEAD, PASSED = NOW + DAY, NOW - DAY


@pytest.mark.parametrize(
    ("moment", "standing", "due"),
    [
        (AHEAD, None, AHEAD),
        (PASSED, None, None),
        (NOW, None, None),
        (None, None, None),
        (None, Standing(HERE, AHEAD, ""), None),
        (AHEAD, Standing(HERE, AHEAD + DAY, ""), AHEAD),
        (AHEAD, Standing(HERE, None, HERE), None),
        (AHEAD, Standing(BEFORE, None, BEFORE), AHEAD),
        (PASSED, Standing(HERE, AHEAD, ""), AHEAD),
        (PASSED, Standing(HERE, PASSED, ""), None),
        (PASSED, Standing(BEFORE, AHEAD, ""), None),
    ],
)
def test_when_a_timer_is_due(moment: datetime | None, standing: Standing | None, due: datetime | None):
    assert set_to(moment, HERE, standing, NOW) == due


@pytest.mark.parametrize(
    ("moment", "standing", "lets_in"),
    [
        (NOW, Standing(HERE, NOW, ""), True),
        (PASSED, Standing(HERE, NOW, ""), True),
        (AHEAD, Standing(HERE, NOW, ""), False),  # the interval has grown
        (None, Standing(HERE, NOW, ""), False),
        (PASSED, Standing(BEFORE, NOW, ""), False),  # they bought since
        (NOW, Standing(HERE, NOW, HERE), False),
        (NOW, Standing(HERE, None, ""), False),
        (NOW, Standing(HERE, NOW - DAY + timedelta(seconds=1), ""), True),
        (NOW, Standing(HERE, NOW - DAY, ""), False),
    ],
)
def test_whom_a_timer_that_is_due_lets_in(moment: datetime | None, standing: Standing, lets_in: bool):
    assert rings(moment, HERE, standing, NOW, DAY) is lets_in
