"""Calls in Segment's format, read without a database: times, names, money, ids, and why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.domain.wire import Refusal, read
from orchestrator.domain.wire.names import name_of, snake_cased
from orchestrator.domain.wire.times import happened_at, moment

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Order Completed", "order.placed"),
        ("order completed", "order.placed"),
        ("orderCompleted", "order.placed"),
        ("order_completed", "order.placed"),
        ("Order Refunded", "order.returned"),
        ("Product Viewed", "product.viewed"),
        ("Cart Updated", "cart.updated"),
        ("Checkout Started", "checkout.started"),
        ("Signed Up", "customer.signed_up"),
        ("order.placed", "order.placed"),
        ("Zamówienie złożone!", "zamowienie_zlozone"),
        ("  2nd -- Purchase ", "e_2nd_purchase"),
        ("a" * 300, "a" * 100),
        ("Order.Placed", "order_placed"),
    ],
)
def test_what_events_are_called(written: str, name: str):
    assert name_of(written) == name
    assert snake_cased(snake_cased(written)) == snake_cased(written)


@pytest.mark.parametrize(
    ("original", "sent", "at"),
    [
        (None, None, NOW),
        (None, NOW - MINUTE, NOW),
        (NOW - MINUTE, None, NOW - MINUTE),
        (NOW + timedelta(hours=1) - MINUTE, NOW + timedelta(hours=1), NOW - MINUTE),
        (NOW - timedelta(hours=1) - MINUTE, NOW - timedelta(hours=1), NOW - MINUTE),
        (NOW + MINUTE, NOW, NOW),
        (datetime(1969, 1, 1, tzinfo=UTC), NOW, NOW),
        (datetime(9999, 1, 1, tzinfo=UTC), NOW, NOW),
        (NOW - MINUTE, datetime(9999, 1, 1, tzinfo=UTC), NOW - MINUTE),
    ],
)
def test_when_it_happened_by_our_clock(original: datetime | None, sent: datetime | None, at: datetime):
    written = [one.isoformat() if one else None for one in (original, sent)]
    assert happened_at(*written, NOW) == at


@pytest.mark.parametrize(
    "value",
    ["2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", "2026-03-01T12:00:00", 1772366400, 1772366400000],
)
def test_moments_as_they_are_written(value: Any):
    assert moment(value) == NOW


@pytest.mark.parametrize(
    "value", ["", "soon", "0001-01-01T00:00:00+14:00", True, 1e300, -(10**30), [], {}, None]
)
def test_what_is_no_moment(value: Any):
    assert moment(value) is None


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ({"total": 49.9, "revenue": 40}, "49.9"),
        ({"revenue": "40.50", "value": 1}, "40.50"),
        ({"total": True, "value": 3}, "3"),
        ({"total": "NaN"}, None),
        ({"total": 1e13}, None),
        ({"total": "1" * 50}, None),
        ({"total": -5}, "-5"),
        ({}, None),
    ],
)
def test_the_money_of_an_order(said: dict[str, Any], amount: str | None):
    call = read({"userId": "a", "event": "Order Completed", "properties": said}, {}, NOW, "track")
    assert call.amount == (None if amount is None else Decimal(amount))


def test_without_a_message_id_the_same_words_are_the_same_call():
    call = {"userId": "a", "event": "x", "timestamp": NOW.isoformat()}
    first = read({**call, "sentAt": "1"}, {}, NOW, "track").key
    assert first == read({**call, "sentAt": "2"}, {}, NOW + timedelta(days=1), "track").key
    assert len(first) == 67
    undated = {"userId": "a", "event": "x"}
    keys = [read(undated, {}, NOW + timedelta(seconds=s), "track").key for s in (0, 59, 60)]
    assert keys[0] == keys[1] != keys[2]
    assert read({**call, "messageId": "m" * 200}, {}, NOW, "track").key != first


def test_a_call_says_more_than_its_batch():
    batch = {"context": {"timezone": "Europe/Rome", "locale": "it"}, "sentAt": NOW.isoformat()}
    item = {"type": "identify", "userId": "a", "context": {"timezone": "Europe/Lisbon"}}
    facts = read(item, batch, NOW).facts
    assert (facts.last_seen_zone, facts.language) == ("Europe/Lisbon", "it")


@pytest.mark.parametrize("name", ["null", "undefined", "[object Object]", "0", "Anonymous", "None"])
def test_what_is_no_id_makes_nobody_one_person(name: str):
    for field in ("userId", "anonymousId"):
        with pytest.raises(Refusal) as refused:
            read({field: name, "event": "x"}, {}, NOW, "track")
        assert refused.value.code == "no_real_id"


def test_alias_needs_both():
    for item in ({"userId": "a"}, {"previousId": "b"}, {"anonymousId": "b", "previousId": "c"}):
        with pytest.raises(Refusal) as refused:
            read(item, {}, NOW, "alias")
        assert refused.value.code == "no_id"
