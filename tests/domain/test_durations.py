"""Durations: what may be written, and where they land."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.durations import LONGEST, Duration, Unit, parse

WARSAW = ZoneInfo("Europe/Warsaw")


def utc(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "count", "unit", "canonical"),
    [
        ("2 days", 2, Unit.DAY, "2 days"),
        ("1 day", 1, Unit.DAY, "1 day"),
        ("1 days", 1, Unit.DAY, "1 day"),
        ("48 hours", 48, Unit.HOUR, "48 hours"),
        ("  3   Weeks ", 3, Unit.WEEK, "3 weeks"),
        ("1 month", 1, Unit.MONTH, "1 month"),
        ("5 years", 5, Unit.YEAR, "5 years"),
        ("60 months", 60, Unit.MONTH, "60 months"),
        ("90 seconds", 90, Unit.SECOND, "90 seconds"),
        ("30 minutes", 30, Unit.MINUTE, "30 minutes"),
    ],
)
def test_what_people_write_is_read(written: str, count: int, unit: Unit, canonical: str) -> None:
    assert parse(written) == Duration(count, unit)
    assert str(parse(written)) == canonical


@pytest.mark.parametrize(
    "written",
    [  # none of these is guessed at
        *["0 days", "-1 day", "1.5 hours", "NaN", "nan days", "P2D", "P1000Y", "2", "days", "", "2days"],
        *["two days", "2 fortnights", "2 dayss", "2 days 3 hours", "²2 days", "٢ days", "1e3 days"],
        *["99999999999 days", "2 d\0ays"],
        *[True, False, None, 2, 2.0, float("nan"), [2, "days"], {"days": 2}, timedelta(days=2), b"2 days"],
        pytest.param(10**5000, id="an int of 5,000 digits"),
    ],
)
def test_anything_else_is_refused_with_words_naming_what_is_accepted(written: object) -> None:
    with pytest.raises(ValueError, match="write a whole number and a unit, such as `2 days`") as refusal:
        parse(written)
    assert len(str(refusal.value)) < 300


TOO_LONG = ["6 years", "61 months", "261 weeks", "1827 days", "43831 hours", "157788001 seconds"]


@pytest.mark.parametrize("written", TOO_LONG)
def test_more_than_five_years_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="longer than 5 years"):
        parse(written)


@pytest.mark.parametrize("count", [0, -1, True, 2.0, 2000])
def test_a_duration_cannot_be_built_wrong(count: int) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        Duration(count, Unit.DAY)


def test_zero_says_that_it_is_no_time_at_all() -> None:
    with pytest.raises(ValueError, match="'0 days' is no time at all"):
        parse("0 days")


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        # 29 March 2026: 02:00 -> 03:00 in Warsaw; 25 October 2026: 03:00 -> 02:00.
        ("1 day", utc(2026, 3, 28, 11), utc(2026, 3, 29, 10)),  # 12:00 -> 12:00 over a 23-hour day
        ("24 hours", utc(2026, 3, 28, 11), utc(2026, 3, 29, 11)),  # 12:00 -> 13:00
        ("1 day", utc(2026, 10, 24, 10), utc(2026, 10, 25, 11)),  # 12:00 -> 12:00 over a 25-hour day
        ("2 days", utc(2026, 10, 24, 10), utc(2026, 10, 26, 11)),
        ("48 hours", utc(2026, 10, 24, 10), utc(2026, 10, 26, 10)),  # 12:00 -> 11:00
        ("1 day", utc(2026, 3, 28, 1, 30), utc(2026, 3, 29, 1, 30)),  # 02:30 is in the gap: 03:30
        ("1 day", utc(2026, 10, 24, 0, 30), utc(2026, 10, 25, 0, 30)),  # 02:30 comes twice: the first
        ("1 day", utc(2026, 10, 25, 1, 30), utc(2026, 10, 26, 1, 30)),  # from the second 02:30
        ("1 month", utc(2026, 1, 31, 9), utc(2026, 2, 28, 9)),
        ("1 month", utc(2028, 1, 31, 9), utc(2028, 2, 29, 9)),
        ("1 month", utc(2026, 3, 31, 9), utc(2026, 4, 30, 9)),
        ("2 months", utc(2025, 12, 31, 9), utc(2026, 2, 28, 9)),
        ("1 year", utc(2028, 2, 29, 9), utc(2029, 2, 28, 9)),
        ("4 years", utc(2028, 2, 29, 9), utc(2032, 2, 29, 9)),
        ("1 month", utc(2026, 2, 15, 9), utc(2026, 3, 15, 9)),
        ("1 month", utc(2026, 1, 31, 23, 30), utc(2026, 2, 28, 23, 30)),  # 1 Feb 00:30 local -> 1 Mar 00:30
    ],
)
def test_after_lands_where_a_person_expects(written: str, start: datetime, end: datetime) -> None:
    assert parse(written).after(start, WARSAW) == end
    assert parse(written).after(start, WARSAW).tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "end", "start"),
    [
        ("1 day", utc(2026, 3, 29, 10), utc(2026, 3, 28, 11)),
        ("24 hours", utc(2026, 3, 29, 10), utc(2026, 3, 28, 10)),
        ("1 month", utc(2026, 3, 31, 9), utc(2026, 2, 28, 10)),
        ("1 year", utc(2028, 2, 29, 9), utc(2027, 2, 28, 9)),
        ("1 month", utc(2026, 1, 10, 9), utc(2025, 12, 10, 9)),
    ],
)
def test_before_mirrors_it(written: str, end: datetime, start: datetime) -> None:
    assert parse(written).before(end, WARSAW) == start


def test_calendar_units_follow_the_zone_and_elapsed_ones_do_not() -> None:
    start = utc(2026, 3, 28, 11)
    assert parse("1 day").after(start, ZoneInfo("Asia/Tokyo")) == utc(2026, 3, 29, 11)
    assert parse("24 hours").after(start, ZoneInfo("Asia/Tokyo")) == utc(2026, 3, 29, 11)
    assert [unit.value for unit in Unit if Duration(1, unit).is_calendar] == ["day", "week", "month", "year"]


def test_an_instant_without_a_zone_is_refused() -> None:
    for written in ("1 day", "24 hours"):
        with pytest.raises(ValueError, match="an instant needs a zone"):
            parse(written).after(utc(2026).replace(tzinfo=None), WARSAW)


def test_approximate_lengths() -> None:
    assert parse("36 hours").approximate == timedelta(hours=36)
    assert parse("2 weeks").approximate == timedelta(days=14)
    assert parse("12 months").approximate == parse("1 year").approximate == timedelta(days=365, hours=6)
    assert parse("5 years").approximate == LONGEST


@given(st.builds(Duration, st.integers(1, 5), st.sampled_from(Unit)))
def test_what_str_writes_parse_reads(duration: Duration) -> None:
    assert parse(str(duration)) == duration


@given(
    st.builds(Duration, st.integers(1, 5), st.sampled_from(Unit)),
    st.integers(946684800, 2524608000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(["Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
)
def test_after_and_before_move_by_about_the_length(duration: Duration, start: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    slack = timedelta(days=4) if duration.unit in (Unit.MONTH, Unit.YEAR) else timedelta(hours=2)
    most = slack * duration.count if duration.is_calendar else timedelta(0)
    for distance in (duration.after(start, zone) - start, start - duration.before(start, zone)):
        assert timedelta(0) < distance
        assert abs(distance - duration.approximate) <= most
