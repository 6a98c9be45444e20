"""Whatever JSON comes, nothing breaks and nothing is lost: each call is an event, a change of somebody, or a dead letter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.ingest import keys
from orchestrator.ingest.arrivals import CHANGE, DEAD, EVENT, Arrival
from orchestrator.ingest.door import take
from orchestrator.ingest.models import DeadLetter
from tests.ingest.conftest import NOW, Shop

leaf = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12)
rubbish = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
ids = st.sampled_from(["anna", "bela", "b1", "null", "", "a\x00b", 7, 7.5, None, "x" * 101]) | rubbish
traits = st.dictionaries(
    st.sampled_from(["email", "phone", "birthday", "address", "language", "timezone", "createdAt", "tags"])
    | st.text(max_size=5),
    rubbish | st.sampled_from(["anna@shop.example", "+48501234567", "Europe/Rome", "pl"]),
    max_size=4,
)
fields = {
    "type": st.sampled_from(["identify", "track", "page", "screen", "group", "alias", "dance"]) | rubbish,
    "userId": ids, "anonymousId": ids, "previousId": ids, "groupId": ids,
    "event": st.sampled_from(["Order Completed", "message.clicked", "🎉"]) | rubbish,
    "properties": st.dictionaries(st.sampled_from(["total", "url", "x"]), rubbish, max_size=3) | rubbish,
    "traits": traits | rubbish,
    "context": st.fixed_dictionaries({}, optional={"timezone": rubbish, "device": rubbish, "page": rubbish}) | rubbish,
    "timestamp": st.sampled_from(["2026-03-01T11:00:00Z", "9999-12-31", 1772366400]) | rubbish,
    "sentAt": rubbish,
    "messageId": rubbish,
}  # fmt: skip
calls = st.fixed_dictionaries({}, optional=fields) | rubbish


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batch=st.lists(calls, max_size=6), trusted=st.booleans())
@pytest.mark.django_db
def test_each_call_becomes_something(shop: Shop, batch: list[Any], trusted: bool):
    for model in (Event, DeadLetter):
        model._default_manager.all().delete()
    key = keys.of(shop.row, NOW)
    key = keys.Key(key.id, trusted, key.origins, frozenset(), key.per_minute, watched=True)
    fates = take([Arrival(one, key, NOW) for one in batch], NOW)
    assert len(fates) == len(batch)
    assert {fate.became for fate in fates} <= {EVENT, CHANGE, DEAD}
    assert all(fate.reason for fate in fates if fate.became == DEAD)
    before = (Event.objects.count(), DeadLetter.objects.count(), Customer.objects.count())
    assert before[0] <= sum(fate.became == EVENT for fate in fates)
    assert (before[0] > 0) == any(fate.became == EVENT for fate in fates)
    assert (before[1] > 0) == any(fate.reason for fate in fates)
    again = take([Arrival(one, key, NOW) for one in batch], NOW)
    assert [fate.became for fate in again] == [fate.became for fate in fates]
    assert (Event.objects.count(), DeadLetter.objects.count(), Customer.objects.count()) == before


@pytest.mark.parametrize(
    "body",
    [b"7", b"null", b'"x"', b"[]", b'{"batch": 7}', b'{"batch": {}}', b'{"batch": [[]]}', b'{"a": 1e400}',
     b'{"a": ' + b"9" * 5000 + b"}",
     b'{"userId": "a", "event": "x", "properties": ' + b"[" * 900 + b"]" * 900 + b"}",
     b'{"userId": "a", "event": "x", "properties": {"x": ' + b"[" * 500 + b"]" * 500 + b"}}"],
)  # fmt: skip
def test_bodies_that_are_json_and_no_call(shop: Shop, body: bytes):
    for route in ("track", "batch", "identify"):
        told = shop.post(route, body)
        assert told.status_code in (200, 400), told.status_code
    assert Event.objects.count() == 0
