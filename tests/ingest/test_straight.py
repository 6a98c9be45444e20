"""The short way of events stores just what the long way would, and leaves to it what is not plain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from orchestrator.customers.models import Customer
from orchestrator.events import straight
from orchestrator.events.models import Event
from orchestrator.ingest.arrivals import DEAD, EVENT, Arrival
from orchestrator.ingest.door import take
from orchestrator.ingest.keys import Key
from orchestrator.ingest.models import WriteKey

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = Key(1, True, frozenset(), frozenset(), 1000, False)
pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def call(message: str, user: str | None, **more: Any) -> Arrival:
    item = {
        "type": "track", "messageId": message, "userId": user, "event": "Product Viewed",
        "timestamp": NOW.isoformat(), "properties": {"sku": "Ź-1", "revenue": 49.9, "sizes": ["S", "M"]}, **more,
    }  # fmt: skip
    return Arrival({name: one for name, one in item.items() if one is not None}, KEY, NOW)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many each call of the short way stored."""
    WriteKey.objects.create(pk=KEY.id, name="shop", created_at=NOW)
    for name in ("anna", "ben", "cleo"):
        Customer.objects.create(external_id=name, created_at=NOW, updated_at=NOW)
    went: list[int] = []
    store = straight.store_named
    monkeypatch.setattr(straight, "store_named", lambda *given: went.append(store(*given)) or went[-1])
    return went


def stored() -> list[tuple[Any, ...]]:
    names = [one.attname for one in Event._meta.concrete_fields if one.attname not in ("id", "customer_id")]
    return list(Event.objects.order_by("key").values_list("customer__external_id", *names))


def test_users_whom_we_know_go_straight_and_are_stored_as_the_long_way_stores_them(
    ways: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [call("1", "anna"), call("2", "ben"), call("3", "anna", properties={"revenue": "x", "a": None})]
    assert [one.became for one in take(calls, NOW)] == [EVENT] * 3
    assert ways == [3]
    short = stored()
    Event.objects.all().delete()
    monkeypatch.setattr(straight, "can", lambda: False)
    assert [one.became for one in take(calls, NOW)] == [EVENT] * 3
    assert (ways, stored()) == ([3], short)
    assert [(row[0], row[4]) for row in short] == [("anna", "v1:1"), ("ben", "v1:2"), ("anna", "v1:3")]


def test_a_known_key_a_new_person_and_the_erased_are_left_to_the_long_way(ways: list[int]) -> None:
    take([call("1", "anna")], NOW)
    Customer.objects.filter(external_id="cleo").update(erased_at=NOW)
    fates = take([call("1", "anna"), call("2", "anna"), call("3", "dora"), call("4", "cleo")], NOW)
    assert [(one.became, one.reason) for one in fates] == [
        (EVENT, ""),
        (EVENT, ""),
        (EVENT, ""),
        (DEAD, "erased"),
    ]
    assert ways == [1, 1]
    assert [(row[0], row[4]) for row in stored()] == [("anna", "v1:1"), ("anna", "v1:2"), ("dora", "v1:3")]


def test_what_happened_to_the_merged_is_the_survivors(ways: list[int]) -> None:
    anna, ben = (Customer.objects.get(external_id=name) for name in ("anna", "ben"))
    Customer.objects.filter(pk=ben.pk).update(merged_into=anna)
    assert [one.became for one in take([call("1", "ben"), call("2", "cleo")], NOW)] == [EVENT, EVENT]
    assert ways == [1]
    assert [(row[0], row[4]) for row in stored()] == [("anna", "v1:1"), ("cleo", "v1:2")]


def test_browsers_and_what_cannot_be_stored_never_go_straight(ways: list[int]) -> None:
    bad = call("1", "anna", properties={"text": "a\x00b"})
    browser = call("2", None, anonymousId="b-1")
    assert [one.became for one in take([bad, call("3", "ben")], NOW)] == [DEAD, EVENT]
    assert [one.became for one in take([browser], NOW)] == [EVENT]
    assert ways == []


def test_inside_a_transaction_it_is_not_taken(ways: list[int]) -> None:
    with transaction.atomic():
        assert not straight.can()
    assert straight.can()
