"""When complaints stop marketing: the thresholds to the message, and from when they are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain import complaints as rules

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("complained", "accepted", "stops"),
    [
        (3, 1000, True),  # exactly 0.3 %
        (3, 1001, False),
        (4, 1333, True),
        (4, 1334, False),
        (300, 100_000, True),
        (299, 100_000, False),
        (3, 999, False),  # too few to say
        (900, 999, False),
        (2, 1000, False),
        (0, 0, False),
    ],
)
def test_three_in_a_thousand_stop_it(complained: int, accepted: int, stops: bool) -> None:
    assert rules.stops(complained, accepted) is stops


@given(st.integers(0, 10**6), st.integers(1, 10**9))
def test_it_is_the_share_and_both_minimums_and_nothing_else(complained: int, accepted: int) -> None:
    over = Fraction(complained, accepted) >= Fraction(3, 1000)
    assert rules.stops(complained, accepted) is (over and accepted >= 1000 and complained >= 3)
    assert not rules.stops(complained, max(rules.at_most(complained) + 1, accepted))


def test_seven_days_count_and_nothing_before_a_person_let_it_go_on() -> None:
    week_ago = NOW - timedelta(days=7)
    assert rules.since(NOW, None) == week_ago
    assert rules.since(NOW, NOW - timedelta(days=2)) == NOW - timedelta(days=2)
    assert rules.since(NOW, NOW - timedelta(days=30)) == week_ago
