"""The circuit breaker: opens after five failures in a row, lets one message try, closes with the first success."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.breaker import (
    FAILURES,
    LONGEST,
    PROBE,
    SHORTEST,
    Breaker,
    Call,
    Standing,
    after,
    standing,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WELL, FAILED = Call(), Call("connection refused")
OPENED = Breaker(FAILURES, NOON, NOON + SHORTEST)
calls = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2_000), st.none() | st.integers(1, 100_000)), max_size=60
)


def fold(breaker: Breaker, *told: Call, now: datetime = NOON) -> Breaker:
    for call in told:
        breaker = after(breaker, call, now)
    return breaker


def test_four_failures_in_a_row_are_bad_luck_and_the_fifth_opens_it() -> None:
    four = fold(Breaker(), *[FAILED] * 4)
    assert (four, standing(four, NOON)) == (Breaker(failures=4), Standing.CLOSED)
    five = after(four, FAILED, NOON)
    assert (five, standing(five, NOON)) == (OPENED, Standing.OPEN)


def test_a_success_between_failures_begins_the_row_anew() -> None:
    assert fold(Breaker(), *[FAILED] * 4, WELL, *[FAILED] * 4) == Breaker(failures=4)


@pytest.mark.parametrize(
    ("seconds", "probing", "expected"),
    [(0, None, "open"), (29, None, "open"), (30, None, "ready"), (30, 60, "probing"), (60, 60, "ready")],
)
def test_it_stands_open_until_its_time_is_over_and_then_for_one_who_tries(
    seconds: int, probing: int | None, expected: str
) -> None:
    until = None if probing is None else NOON + timedelta(seconds=probing)
    opened = Breaker(FAILURES, NOON, NOON + SHORTEST, until)
    assert standing(opened, NOON + timedelta(seconds=seconds)) == expected


def test_a_failure_of_a_call_that_began_before_it_opened_tells_nothing_new() -> None:
    assert after(OPENED, FAILED, NOON + timedelta(seconds=29)) == OPENED


def test_a_success_closes_it_whatever_stood_before() -> None:
    assert after(OPENED, WELL, NOON) == Breaker()


def test_every_probe_that_fails_doubles_the_time_up_to_ten_minutes() -> None:
    breaker, now, waits = OPENED, NOON, []
    for _ in range(7):
        assert breaker.open_until is not None
        now = breaker.open_until
        breaker = after(breaker, FAILED, now)
        assert breaker.open_until is not None
        waits.append(int((breaker.open_until - now).total_seconds()))
    assert waits == [60, 120, 240, 480, 600, 600, 600]
    assert (breaker.failures, breaker.opened_at, breaker.probe_until) == (12, NOON, None)


@pytest.mark.parametrize(("asked", "expected"), [(1, 30), (90, 90), (86_400, 600)])
def test_a_provider_that_asks_for_more_time_gets_it_within_the_same_ten_minutes(
    asked: int, expected: int
) -> None:
    breaker = fold(Breaker(), *[FAILED] * 4, Call("busy", timedelta(seconds=asked)))
    assert breaker.open_until == NOON + timedelta(seconds=expected)


@given(calls)
def test_whatever_calls_come_to_it_opens_only_after_five_in_a_row_and_never_for_long(
    told: list[tuple[bool, int, int | None]],
) -> None:
    breaker, now, row = Breaker(), NOON, 0
    for well, later, asked in told:
        now += timedelta(seconds=later)
        before = standing(breaker, now)
        breaker = after(
            breaker, WELL if well else Call("no", None if asked is None else timedelta(seconds=asked)), now
        )
        row = 0 if well else row + (before is not Standing.OPEN)
        assert breaker.failures == row
        assert (standing(breaker, now) is Standing.CLOSED) == (row < FAILURES)
        if breaker.open_until is not None:
            assert now < breaker.open_until <= now + LONGEST
            assert standing(breaker, breaker.open_until) is Standing.READY
            assert breaker.opened_at is not None
            assert breaker.opened_at <= now
        else:
            assert (breaker.opened_at, breaker.probe_until) == (None, None)


def test_a_probe_outlasts_the_longest_call() -> None:
    from orchestrator.messaging.calls import DEADLINE, GRACE

    assert timedelta(seconds=DEADLINE + GRACE) < PROBE
