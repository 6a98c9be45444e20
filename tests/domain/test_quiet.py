"""Quiet hours: the wall clock decides, also when it jumps."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.policy import RELEASE_SPREAD
from orchestrator.domain.quiet import (
    EVERY_DAY,
    QuietHours,
    Range,
    holidays_of,
    is_quiet,
    next_allowed,
    release_at,
    release_jitter,
)
from orchestrator.domain.zones import find_zone, local

WARSAW = ZoneInfo("Europe/Warsaw")
ZONES = sorted(name for name in available_timezones() if find_zone(name))
WORKDAYS = frozenset(range(5))


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def span(start: str, end: str, weekdays: frozenset[int] = EVERY_DAY) -> Range:
    return Range(weekdays, time.fromisoformat(start), time.fromisoformat(end))


NIGHT = QuietHours((span("21:00", "08:00"),))


@pytest.mark.parametrize(
    ("instant", "allowed"),
    [
        ("2026-01-14 12:00", "2026-01-14 12:00"),
        ("2026-01-14 19:59:59.999999", "2026-01-14 19:59:59.999999"),
        ("2026-01-14 20:00", "2026-01-15 07:00"),  # 21:00 is quiet
        ("2026-01-14 23:30", "2026-01-15 07:00"),  # after midnight still the same night
        ("2026-01-15 06:59:59.999999", "2026-01-15 07:00"),
        ("2026-01-15 07:00", "2026-01-15 07:00"),  # 08:00 is not quiet
        ("2026-03-28 22:00", "2026-03-29 06:00"),  # the night of 23 hours: 08:00 is 06:00 UTC
        ("2026-10-24 22:00", "2026-10-25 07:00"),  # the night of 25 hours
    ],
)
def test_a_night_in_warsaw(instant: str, allowed: str) -> None:
    assert next_allowed(utc(instant), [NIGHT], WARSAW) == utc(allowed)


def test_without_rules_everything_is_allowed_at_once() -> None:
    assert next_allowed(utc("2026-01-14 23:30"), [], WARSAW) == utc("2026-01-14 23:30")


def test_a_wrapping_range_belongs_to_the_day_it_starts_on() -> None:
    friday_night = [QuietHours((span("21:00", "08:00", frozenset({4})),))]
    assert next_allowed(utc("2026-01-16 06:00"), friday_night, WARSAW) == utc(
        "2026-01-16 06:00"
    )  # Friday 07:00
    assert next_allowed(utc("2026-01-16 21:00"), friday_night, WARSAW) == utc(
        "2026-01-17 07:00"
    )  # Friday 22:00
    assert next_allowed(utc("2026-01-17 06:00"), friday_night, WARSAW) == utc(
        "2026-01-17 07:00"
    )  # Saturday 07:00
    assert next_allowed(utc("2026-01-17 21:00"), friday_night, WARSAW) == utc(
        "2026-01-17 21:00"
    )  # Saturday 22:00
    sunday_night = [QuietHours((span("21:00", "08:00", frozenset({6})),))]
    assert next_allowed(utc("2026-01-19 06:00"), sunday_night, WARSAW) == utc(
        "2026-01-19 07:00"
    )  # Monday 07:00


def test_a_range_up_to_midnight() -> None:
    evening = [QuietHours((span("20:00", "00:00"),))]
    assert next_allowed(utc("2026-01-14 22:59"), evening, WARSAW) == utc("2026-01-14 23:00")


def test_ranges_and_rules_that_touch_are_walked_through() -> None:
    rules = [NIGHT, QuietHours((span("08:00", "09:00"), span("09:00", "10:30")))]
    assert next_allowed(utc("2026-01-14 23:00"), rules, WARSAW) == utc("2026-01-15 09:30")


def test_allowed_days_carry_over_the_weekend() -> None:
    rules = [NIGHT, QuietHours(allowed_days=WORKDAYS)]
    assert next_allowed(utc("2026-01-16 21:00"), rules, WARSAW) == utc("2026-01-19 07:00")
    assert next_allowed(utc("2026-01-17 12:00"), [rules[1]], WARSAW) == utc(
        "2026-01-18 23:00"
    )  # Monday 00:00


def test_polish_holidays_are_quiet_from_midnight_to_midnight() -> None:
    rules = [QuietHours(holidays_country="PL")]
    assert next_allowed(utc("2026-11-10 22:59"), rules, WARSAW) == utc("2026-11-10 22:59")
    assert next_allowed(utc("2026-11-10 23:00"), rules, WARSAW) == utc("2026-11-11 23:00")
    assert next_allowed(utc("2026-12-24 09:00"), rules, WARSAW) == utc(
        "2026-12-26 23:00"
    )  # 24, 25 and 26 December
    assert next_allowed(utc("2026-12-31 23:30"), [NIGHT, *rules], WARSAW) == utc("2027-01-02 07:00")


def test_holidays_of_poland_are_the_fourteen_of_the_law() -> None:
    easter = {date(2026, 4, 5), date(2026, 4, 6), date(2026, 5, 24), date(2026, 6, 4)}
    fixed = {(1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 24), (12, 25), (12, 26)}
    assert holidays_of("PL", 2026) == easter | {date(2026, month, day) for month, day in fixed}


def test_nothing_within_eight_days_is_none() -> None:
    assert (
        next_allowed(
            utc("2026-01-14 12:00"), [QuietHours((span("00:00", "23:59"), span("23:59", "00:00")))], WARSAW
        )
        is None
    )
    monday_only = [QuietHours(allowed_days=frozenset({0}))]
    assert next_allowed(utc("2026-01-13 12:00"), monday_only, WARSAW) == utc("2026-01-18 23:00")


@pytest.mark.parametrize(
    ("rule", "instant", "allowed"),
    [
        # Warsaw, 25 October 2026: 02:00-03:00 happens twice, from 00:00 and from 01:00 UTC.
        (("02:00", "02:30"), "2026-10-25 00:10", "2026-10-25 00:30"),
        (("02:00", "02:30"), "2026-10-25 01:10", "2026-10-25 01:30"),  # quiet again in the second pass
        (("02:30", "03:00"), "2026-10-25 00:40", "2026-10-25 01:00"),  # the clocks go back out of the range
        (("01:00", "02:00"), "2026-10-24 23:30", "2026-10-25 00:00"),
        # 29 March 2026: 02:00-03:00 does not happen; 03:00 is 01:00 UTC.
        (("01:30", "02:30"), "2026-03-29 00:45", "2026-03-29 01:00"),  # ends inside the gap: at 03:00
        (("02:15", "02:45"), "2026-03-29 00:45", "2026-03-29 00:45"),  # lies in the gap: never
        (("02:30", "04:00"), "2026-03-29 01:00", "2026-03-29 02:00"),
    ],
)
def test_quiet_hours_when_the_clocks_change(rule: tuple[str, str], instant: str, allowed: str) -> None:
    assert next_allowed(utc(instant), [QuietHours((span(*rule),))], WARSAW) == utc(allowed)


def test_a_range_that_starts_and_ends_at_once_is_refused_with_words() -> None:
    with pytest.raises(ValueError, match="quiet hours start and end at 08:00; write two different times"):
        span("08:00", "08:00")


@pytest.mark.parametrize("days", [frozenset(), frozenset({7}), frozenset({-1, 0})])
def test_weekdays_that_are_none_are_refused(days: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="quiet hours need at least one weekday, from 0"):
        span("08:00", "09:00", days)
    with pytest.raises(ValueError, match="the allowed days need at least one weekday"):
        QuietHours(allowed_days=days)


def test_times_with_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="write them without a zone"):
        Range(EVERY_DAY, time(8, tzinfo=UTC), time(9))


@pytest.mark.parametrize(
    ("country", "words"), [("XX", "no holidays are known"), ("pl", "ISO 3166"), ("Poland", "ISO 3166")]
)
def test_a_country_that_is_none_is_refused_when_the_rule_is_made(country: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        QuietHours(holidays_country=country)


def test_jitter_is_stable_within_the_spread_and_spread_out() -> None:
    spread = timedelta(minutes=15)
    delays = [release_jitter(f"message-{number}", spread) for number in range(300)]
    assert delays == [release_jitter(f"message-{number}", spread) for number in range(300)]
    assert all(timedelta(0) <= delay < spread for delay in delays)
    assert min(delays) < timedelta(minutes=1)
    assert max(delays) > timedelta(minutes=14)
    assert release_jitter("a", timedelta(0)) == timedelta(0)
    with pytest.raises(ValueError, match="cannot be negative"):
        release_jitter("a", timedelta(seconds=-1))


def test_a_hundred_thousand_are_released_evenly() -> None:
    """No second of the ten minutes gets more than half as many again as an even share, which is 167."""
    seconds = Counter(
        release_jitter(f"{number:032x}", RELEASE_SPREAD) // timedelta(seconds=1) for number in range(100_000)
    )
    assert timedelta(seconds=600) == RELEASE_SPREAD
    assert set(seconds) == set(range(600))
    assert max(seconds.values()) < 250
    assert min(seconds.values()) > 100


def test_only_what_was_held_is_jittered_and_never_into_the_next_quiet_hours() -> None:
    spread = timedelta(minutes=15)
    assert release_at(utc("2026-01-14 12:00"), [NIGHT], WARSAW, "m1", spread) == utc("2026-01-14 12:00")
    opens = utc("2026-01-15 07:00")
    assert release_at(utc("2026-01-14 23:00"), [NIGHT], WARSAW, "m1", spread) == opens + release_jitter(
        "m1", spread
    )
    minute = [QuietHours((span("21:00", "08:00"), span("08:01", "20:59")))]
    assert release_jitter("m1", timedelta(hours=10)) > timedelta(minutes=1)
    assert release_at(utc("2026-01-14 23:00"), minute, WARSAW, "m1", timedelta(hours=10)) == opens


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)
ranges = (
    st.tuples(weekdays, times, times)
    .filter(lambda parts: parts[1] != parts[2])
    .map(lambda parts: Range(*parts))
)
quiet = st.builds(
    QuietHours,
    st.lists(ranges, max_size=3).map(tuple),
    st.sampled_from([None, "PL"]),
    st.one_of(st.just(EVERY_DAY), weekdays),
)


def assert_earliest(instant: datetime, rules: list[QuietHours], zone: ZoneInfo) -> None:
    found = next_allowed(instant, rules, zone)
    end = instant + timedelta(days=8) if found is None else found
    if found is not None:
        assert found >= instant
        assert not is_quiet(found, rules, zone)
        assert found == instant or is_quiet(found - timedelta(microseconds=1), rules, zone)
    # Every minute near the end, every half hour before it.
    near = [end - timedelta(minutes=back) for back in range(1, 130)]
    far = [instant + timedelta(minutes=30) * step for step in range(390)]
    assert [at for at in (*near, *far) if instant <= at < end and not is_quiet(at, rules, zone)] == []


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES), st.integers(1_500_000_000, 2_100_000_000), st.lists(quiet, min_size=1, max_size=2)
)
def test_the_answer_is_allowed_and_nothing_before_it_is(name: str, at: int, rules: list[QuietHours]) -> None:
    assert_earliest(datetime.fromtimestamp(at, UTC), rules, ZoneInfo(name))


CHANGING = ["Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"]
nights = st.builds(time, st.sampled_from([20, 22, 23, 0, 1, 2, 3, 4, 8]), st.sampled_from([0, 15, 30, 45]))


@cache
def clock_changes(name: str) -> list[datetime]:
    zone, first = ZoneInfo(name), datetime(2019, 1, 1, tzinfo=UTC)
    hours = [first + timedelta(minutes=30) * half for half in range(4 * 366 * 48)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hours[at] for at in range(1, len(hours)) if offsets[at] != offsets[at - 1]]


def test_the_zones_tried_below_do_change_their_clocks() -> None:
    assert all(len(clock_changes(name)) >= 8 for name in CHANGING)


@settings(max_examples=200, deadline=None)
@given(
    st.data(),
    st.sampled_from(CHANGING),
    st.integers(-400, 130),
    st.lists(st.tuples(nights, nights), min_size=1, max_size=3),
)
def test_the_same_around_changes_of_the_clocks(
    data: st.DataObject, name: str, minutes: int, spans: list[tuple[time, time]]
) -> None:
    change = data.draw(st.sampled_from(clock_changes(name)))
    rules = [QuietHours(tuple(Range(EVERY_DAY, start, end) for start, end in spans if start != end))]
    assert_earliest(change + timedelta(minutes=minutes), rules, ZoneInfo(name))


@pytest.mark.parametrize("name", ZONES)
def test_a_night_in_every_zone_ends_at_eight_by_the_clock_on_the_wall(name: str) -> None:
    zone = ZoneInfo(name)
    for start in (utc("2026-01-14 12:00"), utc("2026-03-28 12:00"), utc("2026-10-24 12:00")):
        for hour in range(0, 48, 3):
            instant = start + timedelta(hours=hour)
            found = next_allowed(instant, [NIGHT], zone)
            assert found is not None
            if 8 <= local(instant, zone).hour < 21:
                assert found == instant
            else:
                assert local(found, zone).time() == time(8)
                assert found - instant <= timedelta(hours=12)
