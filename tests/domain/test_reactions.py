"""What people are taken to do after a simulated message: a stable draw, at the rate that was measured."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.reactions import ENOUGH, QUANTILES, Rate, draw, excess, quantiles, rate_of

HOURS = tuple(timedelta(hours=hour) for hour in range(1, 5))
CLICKS = Rate("message.clicked", "email", 2500, 400, HOURS)
KEYS = [f"{number:032x}" for number in range(20_000)]


def test_as_many_react_as_the_rate_says_each_after_one_of_the_delays() -> None:
    drawn = [one for key in KEYS for one in draw([CLICKS], "email", key)]
    assert 4_800 < len(drawn) < 5_200  # of 20,000 at a quarter; a standard deviation is 61
    counts = [sum(one.after == hour for one in drawn) for hour in HOURS]
    assert sum(counts) == len(drawn)
    assert all(1_100 < count < 1_400 for count in counts)


def test_the_same_message_is_answered_in_the_same_way_and_another_channels_rate_is_not_its_own() -> None:
    assert [list(draw([CLICKS], "email", key)) for key in KEYS[:50]] == [
        list(draw([CLICKS], "email", key)) for key in KEYS[:50]
    ]
    assert not [one for key in KEYS for one in draw([CLICKS], "sms", key)]


def test_who_reacts_at_a_rate_reacts_at_a_higher_one_too() -> None:
    higher = Rate(CLICKS.what, CLICKS.channel, 3000, 400, HOURS)
    few = {key for key in KEYS for _ in draw([CLICKS], "email", key)}
    assert few < {key for key in KEYS for _ in draw([higher], "email", key)}


def test_a_rate_is_the_share_of_those_who_did_it() -> None:
    assert rate_of("message.opened", "email", 200, [HOURS[0]] * 50) == Rate(
        "message.opened", "email", 2500, 200, (HOURS[0],) * QUANTILES
    )
    assert rate_of("message.opened", "email", 0, []) == Rate("message.opened", "email", 0, 0)


def test_what_messages_add_is_what_those_held_out_did_not_do_anyhow() -> None:
    assert excess("order.placed", 1000, [HOURS[0]] * 120, 500, 40) == Rate(
        "order.placed", "", 400, 1000, (HOURS[0],) * QUANTILES
    )
    assert excess("order.placed", 1000, [HOURS[0]] * 80, 500, 40).share == 0
    assert excess("order.placed", 1000, [HOURS[0]] * 10, 500, 40) == Rate("order.placed", "", 0, 1000)


def test_too_few_say_nothing() -> None:
    assert excess("order.placed", 1000, [HOURS[0]] * 900, ENOUGH - 1, 0) == Rate(
        "order.placed", "", 0, ENOUGH - 1
    )
    assert excess("order.placed", ENOUGH - 1, [HOURS[0]] * 90, 1000, 0).share == 0


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=7))))
def test_quantiles_are_of_the_delays_in_their_order(delays: list[timedelta]) -> None:
    found = quantiles(delays)
    assert len(found) == min(len(delays), QUANTILES)
    assert list(found) == sorted(found)
    assert set(found) <= set(delays)
