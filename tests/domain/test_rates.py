"""Buckets: nobody takes more than rate × time + burst, whoever asks, however often, with whatever clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.rates import (
    MOST,
    TOKEN,
    Bucket,
    Rate,
    at,
    given_back,
    next_at,
    taken,
    time_for,
    tokens,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)
RATES = st.builds(
    Rate, st.integers(1, 5000), st.sampled_from(("second", "minute", "hour")), st.integers(1, 300)
)
# What workers do: let time pass (or find their clock behind), ask for so many, give some of them back.
ACTS = st.lists(
    st.tuples(st.integers(-2_000_000, 90_000_000), st.integers(0, 400), st.integers(0, 400)), max_size=40
)


def test_a_bucket_is_full_at_first_and_fills_at_its_rate():
    rate = Rate(10, "second", 10)
    full = at(None, rate, NOON)
    assert (tokens(full), full) == (10, Bucket(10 * TOKEN, NOON))
    empty = taken(full, 10)
    assert [tokens(at(empty, rate, NOON + ms * MS)) for ms in (0, 99, 100, 199, 200, 1000, 9999)] == [
        0, 0, 1, 1, 2, 10, 10,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "wait"),
    [
        (Rate(1, "minute", 1), timedelta(minutes=1)),
        (Rate(7, "second", 1), timedelta(microseconds=142_858)),  # 1/7 s, and not a microsecond too soon
        (Rate(1, "hour", 1), timedelta(hours=1)),
        (Rate(MOST, "second", 1), timedelta(microseconds=1)),
    ],
)
def test_the_next_token_comes_when_it_is_told_and_not_before(rate: Rate, wait: timedelta):
    empty = taken(at(None, rate, NOON), 1)
    assert next_at(empty, rate) == NOON + wait
    assert tokens(at(empty, rate, NOON + wait)) == 1
    assert tokens(at(empty, rate, NOON + wait - timedelta(microseconds=1))) == 0


def test_the_last_of_many_waits_for_all_before_it():
    rate = Rate(10, "second", 10)
    assert time_for(10, at(None, rate, NOON), rate) == timedelta(0)
    assert time_for(500_010, at(None, rate, NOON), rate) == timedelta(seconds=50_000)


def test_a_full_bucket_is_not_waited_for_any_longer():
    rate = Rate(1, "second", 5)
    assert next_at(taken(at(None, rate, NOON), 5), rate, count=100) == NOON + timedelta(seconds=5)


def test_nothing_is_lent():
    with pytest.raises(ValueError, match="2 tokens asked of a bucket that has 1"):
        taken(at(None, Rate(5, "second", 1), NOON), 2)


@pytest.mark.parametrize(("messages", "burst"), [(0, 1), (1, 0), (MOST + 1, 1), (1, MOST + 1)])
def test_a_rate_has_its_range(messages: int, burst: int):
    with pytest.raises(ValueError, match="go from 1 to 1000000"):
        Rate(messages, "second", burst)


@given(RATES, ACTS)
def test_never_more_than_rate_times_time_and_a_burst(rate: Rate, acts: list[tuple[int, int, int]]):
    bucket, now, first, kept = None, NOON, NOON, 0
    latest = NOON
    for passes, wanted, back in acts:
        now += timedelta(microseconds=passes)
        latest = max(latest, now)
        seen = at(bucket, rate, now)
        got = min(wanted, tokens(seen))
        returned = min(back, got)
        bucket = given_back(taken(seen, got), rate, returned)
        kept += got - returned
        elapsed = (latest - first) // timedelta(microseconds=1)
        assert kept * TOKEN <= elapsed * rate.filling + rate.burst * TOKEN
        assert 0 <= bucket.level <= rate.burst * TOKEN


@given(RATES, st.integers(0, 300), st.integers(0, 10**9))
def test_giving_back_is_as_if_nothing_had_been_taken(rate: Rate, count: int, later: int):
    full = at(None, rate, NOON)
    count = min(count, tokens(full))
    assert given_back(taken(full, count), rate, count) == full
