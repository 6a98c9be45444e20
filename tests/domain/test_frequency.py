"""Frequency caps: what a window counts, when it frees, and that greed never gets past it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.durations import parse
from orchestrator.domain.frequency import (
    Calendar,
    Candidate,
    CapRule,
    CapVerdict,
    Counted,
    Period,
    Rolling,
    Window,
    check_caps,
    check_gap,
    frees_at,
    window_start,
)
from orchestrator.domain.zones import find_zone, local

WARSAW = ZoneInfo("Europe/Warsaw")
ZONES = sorted(name for name in available_timezones() if find_zone(name))
WEEK = Rolling(parse("7 days"))


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def rule(key: str, limit: int, window: Window, **only: object) -> CapRule:
    return CapRule(key, limit, window, **only)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("window", "now", "start"),
    [
        (WEEK, "2026-01-15 12:00", "2026-01-08 12:00"),
        (WEEK, "2026-03-30 12:00", "2026-03-23 12:00"),  # elapsed: the change of the clocks does not matter
        (Rolling(parse("24 hours")), "2026-01-15 12:00", "2026-01-14 12:00"),
        (Rolling(parse("1 day")), "2026-03-29 12:00", "2026-03-28 12:00"),
        (Calendar("day"), "2026-01-15 12:00", "2026-01-14 23:00"),
        (Calendar("day"), "2026-01-15 23:30", "2026-01-15 23:00"),  # already the 16th in Warsaw
        (Calendar("day"), "2026-03-29 12:00", "2026-03-28 23:00"),  # the day of 23 hours
        (Calendar("day"), "2026-03-30 12:00", "2026-03-29 22:00"),
        (Calendar("week"), "2026-01-15 12:00", "2026-01-11 23:00"),  # Thursday: since Monday the 12th
        (Calendar("week"), "2026-01-18 22:59", "2026-01-11 23:00"),  # Sunday 23:59
        (Calendar("week"), "2026-01-18 23:00", "2026-01-18 23:00"),  # Monday 00:00
        (Calendar("month"), "2026-01-31 22:59", "2025-12-31 23:00"),
        (Calendar("month"), "2026-01-31 23:00", "2026-01-31 23:00"),
    ],
)
def test_where_a_window_starts(window: Window, now: str, start: str) -> None:
    assert window_start(window, utc(now), WARSAW) == utc(start)


def test_a_day_whose_midnight_does_not_exist_starts_at_one() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # 24 April 2026: 00:00 -> 01:00
    assert window_start(Calendar("day"), utc("2026-04-24 12:00"), cairo) == utc("2026-04-23 22:00")


COUNTED = ["2026-01-08 12:00", "2026-01-10 09:00", "2026-01-14 18:00"]


@pytest.mark.parametrize(
    ("window", "limit", "now", "until"),
    [
        (WEEK, 4, "2026-01-15 11:00", None),
        (WEEK, 3, "2026-01-15 11:00", "2026-01-15 12:00"),  # the first is then exactly a week ago
        (WEEK, 3, "2026-01-15 11:59:59.999999", "2026-01-15 12:00"),
        (WEEK, 3, "2026-01-15 12:00", None),  # exactly a week ago no longer counts
        (WEEK, 2, "2026-01-15 11:00", "2026-01-17 09:00"),  # lowered while held: two must leave
        (WEEK, 1, "2026-01-15 11:00", "2026-01-21 18:00"),
        (Calendar("day"), 1, "2026-01-15 11:00", None),
        (Calendar("day"), 1, "2026-01-14 19:00", "2026-01-14 23:00"),
        (Calendar("week"), 1, "2026-01-15 11:00", "2026-01-18 23:00"),
        (Calendar("week"), 2, "2026-01-15 11:00", None),  # the 8th and the 10th were the week before
        (Calendar("month"), 3, "2026-01-15 11:00", "2026-01-31 23:00"),
        (Calendar("month"), 3, "2026-02-01 11:00", None),
    ],
)
def test_when_a_window_frees(window: Window, limit: int, now: str, until: str | None) -> None:
    expected = utc(until) if until else None
    counted = [utc(at) for at in COUNTED]
    assert frees_at(window, counted, limit, utc(now), WARSAW) == expected
    assert frees_at(window, counted[::-1], limit, utc(now), WARSAW) == expected


def test_an_empty_window_is_free() -> None:
    for window in (WEEK, Calendar("day"), Calendar("week"), Calendar("month")):
        assert frees_at(window, [], 1, utc("2026-01-15 11:00"), WARSAW) is None


def test_a_23_hour_day_frees_a_calendar_cap_at_midnight_and_a_rolling_one_after_24_hours() -> None:
    sent = [utc("2026-03-28 23:30")]  # 29 March, 00:30 in Warsaw
    now = utc("2026-03-29 21:00")
    assert frees_at(Calendar("day"), sent, 1, now, WARSAW) == utc("2026-03-29 22:00")
    assert frees_at(Rolling(parse("1 day")), sent, 1, now, WARSAW) == utc("2026-03-29 23:30")


def test_a_midnight_that_comes_twice_frees_at_the_second() -> None:
    # St. John's, 7 November 2010: at 00:01 (02:31 UTC) back to 23:01 of the 6th; midnight again at 03:30 UTC.
    newfoundland = ZoneInfo("America/St_Johns")
    sent, now = [utc("2010-11-06 20:00")], utc("2010-11-07 03:00")
    assert frees_at(Calendar("day"), sent, 1, now, newfoundland) == utc("2010-11-07 03:30")
    assert frees_at(Calendar("day"), sent, 1, utc("2010-11-07 02:00"), newfoundland) == utc(
        "2010-11-07 02:30"
    )


def test_the_customers_zone_decides_which_day_it_is() -> None:
    sent, now = [utc("2026-01-14 20:00")], utc("2026-01-14 23:30")
    assert frees_at(Calendar("day"), sent, 1, now, WARSAW) is None  # the 15th by now
    assert frees_at(Calendar("day"), sent, 1, now, ZoneInfo("UTC")) == utc("2026-01-15 00:00")


def test_a_message_counted_by_a_clock_that_runs_ahead_still_counts() -> None:
    now, ahead = utc("2026-01-15 11:00"), utc("2026-01-15 12:00")
    assert frees_at(WEEK, [ahead], 1, now, WARSAW) == ahead + timedelta(days=7)
    assert frees_at(Calendar("day"), [ahead], 1, now, WARSAW) == utc("2026-01-15 23:00")
    late = utc("2026-01-15 22:59")
    assert frees_at(Calendar("day"), [utc("2026-01-15 23:00")], 1, late, WARSAW) is None  # that is tomorrow's
    today_and_tomorrow = [now, utc("2026-01-16 00:30")]
    assert frees_at(Calendar("day"), today_and_tomorrow, 1, now, WARSAW) == utc("2026-01-16 23:00")


@pytest.mark.parametrize("limit", [0, -1, True])
def test_a_cap_of_nothing_is_refused_with_words(limit: int) -> None:
    with pytest.raises(
        ValueError, match=r"a cap allows at least 1 message, got .*; to send nothing, pause the channel"
    ):
        CapRule("none", limit, WEEK)
    with pytest.raises(ValueError, match="a cap allows at least 1 message"):
        frees_at(WEEK, [], limit, utc("2026-01-15 11:00"), WARSAW)


def test_a_cap_on_no_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="the cap `odd` names no channel"):
        CapRule("odd", 1, WEEK, channels=frozenset())


@pytest.mark.parametrize(
    ("only", "message", "applies"),
    [
        ({}, ("email", "club", "default"), True),
        ({"channels": frozenset({"sms", "push"})}, ("sms", "", ""), True),
        ({"channels": frozenset({"sms", "push"})}, ("email", "", ""), False),
        ({"topic": "club"}, ("email", "club", ""), True),
        ({"topic": "club"}, ("email", "advice", ""), False),
        ({"topic": "club"}, ("email", "", ""), False),
        ({"brand": "outlet"}, ("email", "club", "outlet"), True),
        ({"brand": "outlet"}, ("email", "club", "default"), False),
        ({"channels": frozenset({"sms"}), "topic": "club"}, ("sms", "advice", ""), False),
    ],
)
def test_to_whom_a_rule_applies(
    only: dict[str, object], message: tuple[str, str, str], applies: bool
) -> None:
    assert rule("r", 1, WEEK, **only).applies(*message) is applies


NOW = utc("2026-01-15 11:00")
DAILY = rule("daily", 1, Calendar("day"))
WEEKLY = rule("weekly", 3, WEEK)


def test_no_rule_or_none_that_applies_is_ok() -> None:
    sent = [Counted(NOW, "email")] * 9
    assert check_caps([], sent, Candidate("email"), NOW, WARSAW) == CapVerdict()
    sms = rule("sms", 1, WEEK, channels=frozenset({"sms"}))
    assert check_caps([sms], sent, Candidate("email"), NOW, WARSAW).ok
    assert check_caps([sms], sent, Candidate("sms"), NOW, WARSAW).ok  # emails do not count towards it


def test_the_rule_that_frees_last_wins_and_shows_what_it_counted() -> None:
    ats = [utc("2026-01-10 09:00"), utc("2026-01-12 09:00"), utc("2026-01-15 08:00")]
    sent = [Counted(at, channel) for at, channel in zip(ats, ["sms", "email", "push"], strict=True)]
    sent.append(Counted(utc("2026-01-01 09:00"), "email"))
    expected = CapVerdict(WEEKLY, utc("2026-01-17 09:00"), tuple(ats))
    assert check_caps([DAILY, WEEKLY], sent, Candidate("email"), NOW, WARSAW) == expected
    assert check_caps([WEEKLY, DAILY], sent[::-1], Candidate("email"), NOW, WARSAW) == expected
    assert not expected.ok


def test_one_full_rule_is_enough() -> None:
    sent = [Counted(utc("2026-01-15 08:00"), "push")]
    verdict = check_caps([DAILY, WEEKLY], sent, Candidate("email"), NOW, WARSAW)
    assert verdict == CapVerdict(DAILY, utc("2026-01-15 23:00"), (utc("2026-01-15 08:00"),))


def test_the_first_named_is_reported_when_two_free_together() -> None:
    twin = rule("twin", 1, Calendar("day"))
    sent = [Counted(utc("2026-01-15 08:00"), "push")]
    assert check_caps([twin, DAILY], sent, Candidate("email"), NOW, WARSAW).capped_by is twin


def test_topics_count_as_they_were_stored() -> None:
    club = rule("club", 1, WEEK, topic="club")
    sent = [
        Counted(utc("2026-01-15 08:00"), "email", "club"),
        Counted(utc("2026-01-15 09:00"), "email", "advice"),
    ]
    assert check_caps([club], sent[1:], Candidate("email", "club"), NOW, WARSAW).ok
    assert check_caps([club], sent, Candidate("email", "advice"), NOW, WARSAW).ok
    assert check_caps([club], sent, Candidate("email", "club"), NOW, WARSAW).evidence == (sent[0].at,)


@pytest.mark.parametrize(
    ("last", "until"),
    [
        (None, None),
        ("2026-01-15 07:00", None),  # exactly the gap ago
        ("2026-01-15 07:00:00.000001", "2026-01-15 11:00:00.000001"),
        ("2026-01-15 10:00", "2026-01-15 14:00"),
        ("2026-01-15 12:00", "2026-01-15 16:00"),  # another clock runs ahead
    ],
)
def test_the_minimum_gap(last: str | None, until: str | None) -> None:
    found = check_gap(utc(last) if last else None, timedelta(hours=4), NOW)
    assert found == (utc(until) if until else None)


def period_of(period: Period, instant: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Say it differently from the code under test: ISO weeks, strings."""
    day: date = local(instant, zone).date()
    if period == "week":
        return day.isocalendar()[0], day.isocalendar()[1]
    return (day.year, day.month) if period == "month" else (day.year, day.toordinal())


# Steps between looks at the caps: from seconds to weeks, with the exact lengths at which windows end.
steps = st.one_of(
    st.integers(0, 90_000_000).map(lambda milliseconds: timedelta(milliseconds=milliseconds)),
    st.sampled_from([0, 1, 23, 24, 25, 47, 48, 167, 168, 169]).map(lambda hours: timedelta(hours=hours)),
)
# Starts close to both clock changes of many zones, and to nothing.
starts = st.builds(
    lambda base, hours: base + timedelta(hours=hours),
    st.sampled_from(
        [utc("2026-03-25"), utc("2026-10-22"), utc("2024-02-27"), utc("2026-06-01"), utc("2010-11-05")]
    ),
    st.integers(0, 96),
)
windows = st.one_of(
    st.sampled_from(["1 hour", "24 hours", "1 day", "2 days", "7 days", "1 month"]).map(
        lambda w: Rolling(parse(w))
    ),
    st.sampled_from(["day", "week", "month"]).map(Calendar),  # type: ignore[arg-type]
)
zones = st.one_of(
    st.sampled_from(
        ["Europe/Warsaw", "America/New_York", "America/Santiago", "America/St_Johns", "Africa/Cairo"]
    ),
    st.sampled_from(ZONES),
).map(ZoneInfo)


@settings(max_examples=150, deadline=None)
@given(
    zones,
    starts,
    st.lists(steps, min_size=5, max_size=40),
    st.lists(st.tuples(windows, st.integers(1, 4)), min_size=1, max_size=3),
    st.data(),
)
def test_greed_never_exceeds_a_cap(
    zone: ZoneInfo,
    start: datetime,
    gaps: list[timedelta],
    caps: list[tuple[Window, int]],
    data: st.DataObject,
) -> None:
    rules = [CapRule(f"cap-{number}", limit, window) for number, (window, limit) in enumerate(caps)]
    now, sent = start, list[Counted]()
    for gap in gaps:
        now += gap
        verdict = check_caps(rules, sent, Candidate("email"), now, zone)
        if not verdict.ok and data.draw(st.booleans(), label="wait until it frees"):
            assert verdict.until is not None
            assert verdict.until > now
            just_before = verdict.until - timedelta(microseconds=1)
            assert not check_caps(rules, sent, Candidate("email"), just_before, zone).ok
            now = verdict.until
            verdict = check_caps(rules, sent, Candidate("email"), now, zone)
            assert verdict.ok
        if verdict.ok:
            sent.append(Counted(now, "email"))
    ats = [one.at for one in sent]
    for each in rules:
        if isinstance(each.window, Calendar):
            counts = Counter(period_of(each.window.period, at, zone) for at in ats)
            assert max(counts.values()) <= each.limit
        else:
            # A window that holds the most ends at one of the messages.
            fullest = max(sum(end - each.window.length < at <= end for at in ats) for end in ats)
            assert fullest <= each.limit


@settings(max_examples=150, deadline=None)
@given(zones, starts, st.lists(steps, min_size=1, max_size=12), windows, st.integers(1, 3))
def test_the_start_of_a_window_loads_everything_it_counts(
    zone: ZoneInfo, start: datetime, gaps: list[timedelta], window: Window, limit: int
) -> None:
    ats = [start + sum(gaps[:upto], timedelta(0)) for upto in range(len(gaps) + 1)]
    now = ats[-1]
    loaded = [at for at in ats if at >= window_start(window, now, zone)]
    assert frees_at(window, loaded, limit, now, zone) == frees_at(window, ats, limit, now, zone)
