"""How many messages people got, who is at a cap, and what another cap would have held."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.durations import parse
from orchestrator.domain.frequency import Calendar, CapRule, Counted, Rolling
from orchestrator.domain.pressure import Hour, Pressure, by_hour, lately, more_held, sample, under
from orchestrator.domain.quiet import QuietHours, Range

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday
WARSAW = ZoneInfo("Europe/Warsaw")
SEEN = Pressure({0: 50, 1: 30, 3: 12, 4: 6, 11: 2})


def ago(*days: float, channel: str = "email", topic: str = "") -> list[Counted]:
    return [Counted(NOW - timedelta(days=one), channel, topic) for one in days]


def test_people_by_messages() -> None:
    assert (SEEN.people, SEEN.messages) == (100, 112)
    assert [SEEN.at_least(count) for count in (0, 1, 4, 12)] == [100, 50, 8, 0]
    assert SEEN.bars() == [(0, 50), (1, 30), (2, 0), (3, 12), (4, 6), (5, 0), (6, 0), (7, 0), (8, 0), (9, 2)]
    assert Pressure({}).bars() == [(0, 0)]
    assert Pressure({0: 3, 2: 1}).bars() == [(0, 3), (1, 0), (2, 1)]


@pytest.mark.parametrize(
    ("limit", "instead", "more"), [(4, 3, 8), (4, 4, 0), (4, 1, 48), (3, 4, -8), (11, 3, 22), (99, 11, 0)]
)
def test_a_tighter_cap_holds_what_is_beyond_it(limit: int, instead: int, more: int) -> None:
    assert more_held(SEEN, limit, instead) == more


@given(st.lists(st.integers(0, 12)), st.integers(1, 12), st.integers(0, 11))
def test_what_a_tighter_cap_holds_is_counted_message_by_message(
    counts: list[int], limit: int, less: int
) -> None:
    instead = max(1, limit - less)
    by_hand = sum(1 for count in counts for place in range(count) if instead <= place < limit)
    assert more_held(Pressure(Counter(counts)), limit, instead) == by_hand


def test_lately_is_by_hours_not_by_days() -> None:
    theirs = [ago(0.1, 6.9, 7), ago(29.9), []]
    assert lately(theirs, NOW, 7).counts == {2: 1, 0: 2}
    assert lately(theirs, NOW, 30).counts == {3: 1, 1: 1, 0: 1}


def test_a_cap_counts_in_its_window_what_it_is_about() -> None:
    theirs = [[*ago(0.1, 1, 3), *ago(0.2, channel="sms"), *ago(0.2, topic="club")], []]
    rolling = CapRule("week", 3, Rolling(parse("7 days")), channels=frozenset({"email"}))
    assert under(rolling, theirs, NOW, WARSAW).counts == {4: 1, 0: 1}
    assert under(CapRule("week", 3, Calendar("week")), theirs, NOW, WARSAW).counts == {4: 1, 0: 1}
    assert under(CapRule("day", 1, Calendar("day"), topic="club"), theirs, NOW, WARSAW).counts == {1: 1, 0: 1}


@given(st.integers(0, 1_000_000), st.integers(1, 500))
def test_a_sample_is_spread_over_all_and_never_larger_than_asked(newest: int, most: int) -> None:
    found = sample(newest, most)
    assert len(found) <= most
    assert len(found) >= min(newest, most // 2)
    assert not found or (found[0] == newest and 1 <= found[-1] <= -(-newest // most))
    assert len(set(found)) == len(found)


def test_hours_say_what_left_in_the_quiet_and_on_how_many_days_they_are_quiet() -> None:
    every = frozenset(range(7))
    rule = QuietHours((Range(every, time(21, 30), time(8)), Range(frozenset({6}), time(10), time(11))))
    sunday, monday = datetime(2026, 5, 10, 10, 5), datetime(2026, 5, 11, 10, 5)  # noqa: DTZ001 - wall times
    late = datetime(2026, 5, 11, 21, 29)  # noqa: DTZ001
    hours = by_hour([sunday, monday, late, late + timedelta(minutes=1)], rule)
    assert [hours[7], hours[8], hours[10], hours[21], hours[22]] == [
        Hour(7, 0, 0, 7),
        Hour(8, 0, 0, 0),
        Hour(10, 2, 1, 1),
        Hour(21, 2, 1, 0),
        Hour(22, 0, 0, 7),
    ]
    assert len(hours) == 24
