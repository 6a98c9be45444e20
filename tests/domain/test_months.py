"""Months in UTC: their bounds, their names, and where a table that is there is cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from orchestrator.domain.months import cut, following, month_of, next_month, read, written

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_month_is_its_first_moment_in_utc() -> None:
    early = datetime(2026, 4, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert month_of(early) == MARCH
    assert month_of(MARCH) == MARCH


@pytest.mark.parametrize(
    ("month", "then"),
    [((2026, 1), (2026, 2)), ((2026, 2), (2026, 3)), ((2026, 12), (2027, 1)), ((2028, 2), (2028, 3))],
)
def test_the_next_month(month: tuple[int, int], then: tuple[int, int]) -> None:
    assert next_month(datetime(*month, 1, tzinfo=UTC)) == datetime(*then, 1, tzinfo=UTC)


def test_so_many_months() -> None:
    assert [written(one) for one in following(MARCH, 3)] == ["2026_03", "2026_04", "2026_05"]
    assert following(MARCH, 0) == []


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (datetime(2026, 3, 25, tzinfo=UTC), "2026_04"),
        (datetime(2026, 3, 25, 0, 0, 1, tzinfo=UTC), "2026_05"),
        (datetime(2026, 12, 31, tzinfo=UTC), "2027_02"),
    ],
)
def test_a_table_is_cut_a_week_ahead_or_more(now: datetime, month: str) -> None:
    assert written(cut(now)) == month


def test_a_month_is_read_as_it_is_written() -> None:
    assert read("2026_03") == read("2026-03") == MARCH
    for wrong in ("2026-13", "March", ""):
        with pytest.raises(ValueError):
            read(wrong)
