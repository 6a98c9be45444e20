"""Lanes: transactional first, nobody starves, no place is left empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.definition.header import EXPIRES
from orchestrator.domain.lanes import LANES, Waiting, chosen
from orchestrator.domain.policy import SYSTEM

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def line(first: int, count: int, minutes: int = 0) -> list[Waiting]:
    """So many messages, due one after the other from this minute on."""
    return [(NOON + timedelta(minutes=minutes, seconds=n), first + n) for n in range(count)]


def ids(ones: list[Waiting]) -> list[int]:
    return [id_ for _, id_ in ones]


def test_every_purpose_of_a_message_has_a_lane():
    assert sorted(LANES) == sorted({*EXPIRES, SYSTEM})


def test_an_order_passes_a_campaign_that_has_waited_longer():
    waiting = {"marketing": line(1, 500), "transactional": line(1000, 2, minutes=30)}
    assert ids(chosen(waiting, 10)) == [1000, 1001, *range(1, 9)]


def test_a_fifth_goes_by_age_however_many_orders_there_are():
    waiting = {"marketing": line(1, 500), "transactional": line(1000, 500, 30), "system": line(2000, 500, 60)}
    got = ids(chosen(waiting, 500))
    assert [sum(1 for one in got if low <= one < low + 500) for low in (1, 1000, 2000)] == [100, 300, 100]


def test_what_a_lane_does_not_need_the_others_have():
    assert ids(chosen({"transactional": line(1000, 500)}, 500)) == list(range(1000, 1500))
    assert ids(chosen({"marketing": line(1, 500)}, 500)) == list(range(1, 501))


def test_of_one_place_it_is_the_order_that_has_it():
    assert ids(chosen({"marketing": line(1, 5), "transactional": line(9, 5, 30)}, 1)) == [9]


@given(st.lists(st.integers(0, 60), min_size=3, max_size=3), st.integers(1, 40))
def test_a_batch_is_full_and_the_oldest_campaign_has_its_part(counts: list[int], limit: int):
    """The campaign has waited longest, and any number of orders and calls have come since."""
    waiting = {
        lane: line(1000 * at, count, -at) for at, (lane, count) in enumerate(zip(LANES, counts, strict=True))
    }
    got = ids(chosen(waiting, limit))
    assert len(got) == len(set(got)) == min(limit, sum(counts))
    assert sum(1 for one in got if one < 1000) >= min(counts[0], -(-limit // 5))
    assert sum(1 for one in got if one >= 2000) >= min(counts[2], limit // 5)
