"""RETENTION: what of a window goes, where the next begins, and where the next pass does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.retention import Row, Turn, floor_after, is_much, kept_since, turn

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(microseconds=1)
BEFORE = NOW - 30 * DAY


def row(
    number: int, age: timedelta, waits: bool = False, done: bool = False, born: timedelta | None = None
) -> Row:
    return Row(number, NOW - age, waits, NOW - (age if born is None else born), done)


def test_exactly_so_many_days_is_kept_and_a_moment_more_goes() -> None:
    assert kept_since(30, NOW, monthly=False) == BEFORE
    rows = [row(1, 30 * DAY + SECOND), row(2, 30 * DAY), row(3, 30 * DAY - SECOND)]
    assert turn(rows, BEFORE, 10) == Turn([1], 0, over=True, stays=2)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_day_of_23_or_25_hours_makes_nothing_go_sooner_or_later(day: str) -> None:
    now = datetime.fromisoformat(f"{day}T23:30:00+00:00")
    assert now - kept_since(30, now, monthly=False) == timedelta(hours=720)


def test_open_and_done_rows_stay_and_only_the_open_hold_the_next_pass_back() -> None:
    rows = [row(1, 40 * DAY, done=True), row(2, 40 * DAY), row(3, 40 * DAY, waits=True)]
    assert turn(rows, BEFORE, 3) == Turn([2], 3, over=False, stays=3)
    assert [floor_after(0, 3, 90), floor_after(0, None, 90), floor_after(5, 3, 90)] == [2, 90, 5]


def test_a_pass_ends_at_a_window_without_an_old_birth() -> None:
    young = [row(1, DAY, born=40 * DAY), row(2, DAY)]
    assert turn(young, BEFORE, 2) == Turn([], 2, over=False, stays=1)
    assert turn(young[1:], BEFORE, 1) == Turn([], 0, over=True, stays=2)
    unordered = [Row(7, NOW, False, None)]
    assert turn(unordered, BEFORE, 1) == Turn([], 7, over=False, stays=7)


def test_a_tenth_is_not_much_and_one_more_is() -> None:
    assert [is_much(0, 0), is_much(10, 100), is_much(11, 100), is_much(1, 5)] == [False, False, True, True]
