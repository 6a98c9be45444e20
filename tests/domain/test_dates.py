"""Birthdays and anniversaries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.dates import Leap, next_occurrence, occurrence_on, parse_birthday
from orchestrator.domain.zones import local

WARSAW = ZoneInfo("Europe/Warsaw")
NINE = time(9)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("year", "leap", "on"),
    [
        (2028, "feb28", date(2028, 2, 29)),
        (2028, "mar1", date(2028, 2, 29)),
        (2027, "feb28", date(2027, 2, 28)),
        (2027, "mar1", date(2027, 3, 1)),
        (2100, "feb28", date(2100, 2, 28)),  # no leap year
    ],
)
def test_a_birthday_on_29_february(year: int, leap: Leap, on: date) -> None:
    assert occurrence_on(2, 29, year, leap) == on


def test_other_days_are_themselves() -> None:
    assert occurrence_on(2, 28, 2028) == date(2028, 2, 28)
    assert occurrence_on(12, 31, 2027, "mar1") == date(2027, 12, 31)


@pytest.mark.parametrize(("month", "day"), [(2, 30), (4, 31), (13, 1), (0, 1), (1, 0), (1, 32)])
def test_days_that_no_year_has_are_refused(month: int, day: int) -> None:
    with pytest.raises(ValueError, match="is no day of the year"):
        occurrence_on(month, day, 2028)


@pytest.mark.parametrize(
    ("month", "day", "after", "instant", "year"),
    [
        (6, 15, "2026-01-01 00:00", "2026-06-15 07:00", 2026),
        (6, 15, "2026-06-15 06:59:59", "2026-06-15 07:00", 2026),
        (6, 15, "2026-06-15 07:00", "2027-06-15 07:00", 2027),  # the one just sent is not the next
        (2, 29, "2026-01-01 00:00", "2026-02-28 08:00", 2026),
        (2, 29, "2026-02-28 08:00", "2027-02-28 08:00", 2027),
        (2, 29, "2027-12-01 00:00", "2028-02-29 08:00", 2028),
        (1, 1, "2026-12-31 23:30", "2027-01-01 08:00", 2027),  # already 1 January in Warsaw
        (12, 31, "2026-12-31 23:30", "2027-12-31 08:00", 2027),
    ],
)
def test_the_next_occurrence_is_at_nine_by_the_customers_clock(
    month: int, day: int, after: str, instant: str, year: int
) -> None:
    assert next_occurrence(month, day, NINE, WARSAW, utc(after)) == (utc(instant), year)


def test_the_years_key_follows_the_customers_zone() -> None:
    tokyo, honolulu = ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")
    assert next_occurrence(1, 1, NINE, tokyo, utc("2026-12-30 00:00")) == (utc("2027-01-01 00:00"), 2027)
    assert next_occurrence(1, 1, time(8), tokyo, utc("2026-12-30 00:00")) == (utc("2026-12-31 23:00"), 2027)
    assert next_occurrence(12, 31, time(20), honolulu, utc("2026-12-30 00:00")) == (
        utc("2027-01-01 06:00"),
        2026,
    )


def test_an_offset_moves_the_instant_and_keeps_the_year_of_the_day() -> None:
    after = utc("2026-12-01 00:00")
    assert next_occurrence(1, 3, NINE, WARSAW, after, offset_days=-7) == (utc("2026-12-27 08:00"), 2027)
    assert next_occurrence(12, 30, NINE, WARSAW, utc("2027-01-02 00:00"), offset_days=7) == (
        utc("2027-01-06 08:00"),
        2026,
    )
    assert next_occurrence(3, 1, NINE, WARSAW, utc("2028-01-01 00:00"), offset_days=-1)[0] == utc(
        "2028-02-29 08:00"
    )
    with pytest.raises(ValueError, match="at most 366 days either way"):
        next_occurrence(1, 3, NINE, WARSAW, after, offset_days=-367)


def test_clock_changes_shift_forward_or_mean_the_first_pass() -> None:
    half_past_two = time(2, 30)
    assert next_occurrence(3, 29, half_past_two, WARSAW, utc("2026-01-01"))[0] == utc("2026-03-29 01:30")
    assert next_occurrence(10, 25, half_past_two, WARSAW, utc("2026-10-01"))[0] == utc("2026-10-25 00:30")
    # Between the two passes it has been: the next is a year away.
    assert next_occurrence(10, 25, half_past_two, WARSAW, utc("2026-10-25 00:45")) == (
        utc("2027-10-25 00:30"),
        2027,
    )


@given(
    st.dates(date(2000, 1, 1), date(2000, 12, 31)),
    st.sampled_from(["feb28", "mar1"]),
    st.integers(-30, 30),
    st.integers(1_500_000_000, 2_100_000_000),
    st.sampled_from(["Europe/Warsaw", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Santiago"]),
)
def test_walking_on_gives_each_year_exactly_once(
    day: date, leap: Leap, offset: int, at: int, name: str
) -> None:
    zone, after, years = ZoneInfo(name), datetime.fromtimestamp(at, UTC), []
    for _ in range(6):
        found = next_occurrence(day.month, day.day, NINE, zone, after, leap, offset)
        assert found.instant > after
        on = local(found.instant, zone).date() - timedelta(days=offset)
        assert on == occurrence_on(day.month, day.day, found.year, leap)
        years.append(found.year)
        after = found.instant
    assert years == list(range(years[0], years[0] + 6))


@pytest.mark.parametrize(
    ("written", "birthday"),
    [
        ("1990-02-28", (1990, 2, 28)),
        ("1992-02-29", (1992, 2, 29)),
        ("--02-29", (None, 2, 29)),
        (" --12-01 ", (None, 12, 1)),
        ("1990-02-28T00:00:00.000Z", (1990, 2, 28)),
        (date(1990, 2, 28), (1990, 2, 28)),
        (datetime(1990, 2, 28, 23, tzinfo=UTC), (1990, 2, 28)),
    ],
)
def test_birthdays_are_read(written: object, birthday: tuple[int | None, int, int]) -> None:
    assert parse_birthday(written) == birthday


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("31/02", "'31/02' is not a date; write year, month and day as `1990-02-28`, or `--02-28`"),
        ("28.02.1990", "is not a date"),
        ("02-28", "is not a date"),
        ("", "is not a date"),
        ("1990-2-8", "is not a date"),
        ("1990-02-28x", "is not a date"),
        ("١٩٩٠-02-28", "is not a date"),
        (19900228, "is not a date"),
        (None, "is not a date"),
        (True, "is not a date"),
        ("1990-02-30", "'1990-02-30' is no day of the year: February has at most 29 days"),
        ("--04-31", "'--04-31' is no day of the year: April has at most 30 days"),
        ("1990-12-00", "is no day of the year: December has at most 31 days"),
        ("1990-31-02", "there is no month 31; write the month from 01 to 12, then the day"),
        (
            "1990-02-29",
            "'1990-02-29' never was: 1990 is no leap year; write `--02-29` if the year is not sure",
        ),
        ("0001-01-01", "is before 1850; write `--01-01` if the year is not known"),
    ],
)
def test_what_is_no_birthday_is_refused_with_words(written: object, words: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_birthday(written)
    assert words in str(refusal.value)
