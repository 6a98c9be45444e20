"""Until when a person is to be answered: known answers, worked out by hand from a calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.answering import (
    Standing,
    due_on,
    months_later,
    standing,
    working_days_later,
    works,
)

D = date.fromisoformat
KNOWN = [
    # received, due, due if extended, why the first is not just the same date of the next month
    ("2026-01-15", "2026-02-16", "2026-04-15"),  # 15 February is a Sunday
    ("2026-01-31", "2026-03-02", "2026-04-30"),  # 28 February is a Saturday
    ("2027-01-31", "2027-03-01", "2027-04-30"),  # 28 February is a Sunday
    ("2025-01-31", "2025-02-28", "2025-04-30"),  # no 31 February; a Friday
    ("2024-01-31", "2024-02-29", "2024-04-30"),  # a leap year's 29 February, a Thursday
    ("2024-01-29", "2024-02-29", "2024-04-29"),
    ("2023-01-29", "2023-02-28", "2023-05-02"),  # 28 February; 29 April is a Saturday, 1 May a holiday
    ("2024-02-29", "2024-03-29", "2024-05-29"),  # Good Friday is no holiday in Poland
    ("2026-03-06", "2026-04-07", "2026-06-08"),  # 6 April is Easter Monday; 6 June a Saturday
    ("2025-03-21", "2025-04-22", "2025-06-23"),  # 21 April is Easter Monday; 21 June a Saturday
    ("2026-04-01", "2026-05-04", "2026-07-01"),  # 1 May, Saturday, 3 May, and Monday works
    ("2024-04-03", "2024-05-06", "2024-07-03"),  # Friday, 3 May
    ("2025-04-01", "2025-05-02", "2025-07-01"),  # Thursday, 1 May
    ("2026-05-04", "2026-06-05", "2026-08-04"),  # 4 June is Corpus Christi
    ("2025-05-19", "2025-06-20", "2025-08-19"),  # 19 June is Corpus Christi
    ("2025-07-15", "2025-08-18", "2025-10-15"),  # Friday, 15 August, and a weekend
    ("2025-11-24", "2025-12-29", "2026-02-24"),  # 24 December is a holiday since 2025; 25, 26, a weekend
    ("2024-11-24", "2024-12-24", "2025-02-24"),  # and in 2024 it was none
    ("2026-11-24", "2026-12-28", "2027-02-24"),  # Thursday to Saturday, and Sunday
    ("2025-12-06", "2026-01-07", "2026-03-06"),  # 6 January
    ("2025-10-11", "2025-11-12", "2026-01-12"),  # 11 November; 11 January is a Sunday
    ("2025-12-01", "2026-01-02", "2026-03-02"),  # 1 January; 1 March is a Sunday
    ("2026-08-31", "2026-09-30", "2026-11-30"),  # no 31 September
    ("2026-10-01", "2026-11-02", "2027-01-04"),  # All Saints, a Sunday; New Year, a Friday, and a weekend
    ("2026-02-03", "2026-03-03", "2026-05-04"),  # 3 May is a Sunday
]


@pytest.mark.parametrize(("received", "due", "extended"), KNOWN)
def test_known_answers(received: str, due: str, extended: str) -> None:
    assert due_on(D(received), "PL") == D(due)
    assert due_on(D(received), "PL", extended=True) == D(extended)


def test_another_country_has_other_holidays_and_an_unknown_one_has_weekends() -> None:
    assert due_on(D("2026-03-03"), "DE") == D("2026-04-07")  # Good Friday there, a weekend, Easter Monday
    assert due_on(D("2026-03-03"), "PL") == D("2026-04-03")
    assert due_on(D("2026-03-06"), "XX") == D("2026-04-06")
    assert not works(D("2026-11-28"), "XX")


def test_working_days() -> None:
    assert working_days_later(D("2026-11-27"), 3, "PL") == D("2026-12-02")  # from Friday to Wednesday
    assert working_days_later(D("2026-11-28"), 0, "PL") == D("2026-11-30")
    assert working_days_later(D("2025-12-23"), 1, "PL") == D("2025-12-29")
    assert working_days_later(D("2026-11-27"), 0, "PL") == D("2026-11-27")


def test_how_a_request_stands() -> None:
    today = D("2026-11-27")
    after = {days: standing(today + timedelta(days=days), False, today) for days in (-1, 0, 7, 8)}
    assert after == {-1: Standing.OVERDUE, 0: Standing.SOON, 7: Standing.SOON, 8: Standing.OPEN}
    assert standing(today - timedelta(days=9), True, today) is Standing.CLOSED


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 30))
def test_so_many_months_on(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.booleans())
def test_the_last_day_is_one_on_which_people_work_and_never_earlier_than_the_date(
    day: date, more: bool
) -> None:
    due, bare = due_on(day, "PL", more), months_later(day, 3 if more else 1)
    assert works(due, "PL")
    assert bare <= due <= bare + timedelta(days=6)
    assert not any(works(bare + timedelta(days=n), "PL") for n in range((due - bare).days))
