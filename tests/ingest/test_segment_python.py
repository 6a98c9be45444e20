"""Segment's own library for Python against a server that runs: what a shop has to change is the host and the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from segment.analytics import request
from segment.analytics.client import Client as Segment

from orchestrator.customers.models import Address, Customer, Identity
from orchestrator.events.models import Event
from orchestrator.ingest import limits, view
from orchestrator.ingest.models import DeadLetter
from tests.ingest.conftest import Shop, make_shop

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Segment]


@pytest.fixture
def shop(transactional_db: None) -> Iterator[Shop]:
    limits.forget()
    yield make_shop(per_minute=1_000_000)
    limits.forget()


@pytest.fixture
def segment(shop: Shop, live_server: LiveServer) -> Iterator[Make]:
    """Makes clients; what one could not send fails the test."""
    wrong: list[Any] = []
    made: list[Segment] = []

    def make(**settings: Any) -> Segment:
        one = Segment(
            shop.secret, host=live_server.url, on_error=lambda error, items: wrong.append(error),
            upload_interval=0.05, timeout=60, **settings,
        )  # fmt: skip
        made.append(one)
        return one

    yield make
    for one in made:
        one.join()
    request._session.close()  # kept alive, it would keep the server's thread and its connection to the database
    assert wrong == []


@pytest.mark.parametrize("gzip", [False, True])
def test_every_kind_of_call(segment: Make, gzip: bool):
    client = segment(gzip=gzip)
    client.track(anonymous_id="b1", event="Product Viewed", properties={"sku": "A-1"})
    client.flush()
    client.identify("anna", {"email": "anna@shop.example", "firstName": "Anna"}, anonymous_id="b1")
    client.track("anna", "Order Completed", {"total": 49.9, "currency": "PLN"})
    client.page("anna", "Shop", "Home", {"url": "https://shop.example/"})
    client.screen("anna", "App", "Cart")
    client.group("anna", "acme", {"plan": "gold"})
    client.alias("b2", "anna")
    client.flush()
    client.track(anonymous_id="b2", event="Checkout Started")
    client.flush()
    anna = Customer.objects.get(external_id="anna")
    assert anna.attributes == {"first_name": "Anna", "group": "acme", "group_traits": {"plan": "gold"}}
    assert list(Address.objects.values_list("customer", "value")) == [(anna.pk, "anna@shop.example")]
    events = Event.objects.order_by("name").values_list("customer", "name")
    names = ["checkout.started", "order.placed", "page.viewed", "product.viewed", "screen.viewed"]
    assert list(events) == [(anna.pk, name) for name in names]
    assert set(Identity.objects.values_list("value", "customer")) >= {("b1", anna.pk), ("b2", anna.pk)}
    assert DeadLetter.objects.count() == 0


def test_ten_thousand_events_are_there_once_each(segment: Make):
    client = segment(gzip=True, max_queue_size=20_000)
    for number in range(10_000):
        assert client.track(f"c{number % 500}", "Product Viewed", {"n": number})[0]
    client.flush()
    numbers = Event.objects.values_list("properties__n", flat=True)
    assert sorted(numbers) == list(range(10_000))
    assert (Customer.objects.count(), DeadLetter.objects.count()) == (500, 0)
    assert Event.objects.filter(customer__external_id="c7").count() == 20


def test_a_clock_an_hour_wrong_is_set_right(segment: Make):
    client = segment(send=False)
    wrong = datetime.now(UTC) + timedelta(hours=1)
    message = {"type": "track", "userId": "anna", "event": "a", "messageId": "m1"}
    message["timestamp"] = (wrong - timedelta(minutes=10)).isoformat()
    began = datetime.now(UTC)
    request.post(client.write_key, client.host, batch=[message], sentAt=wrong.isoformat())
    event = Event.objects.get()
    assert began <= event.occurred_at + timedelta(minutes=10) <= event.received_at <= datetime.now(UTC)


def test_a_storm_of_retries_leaves_nothing_twice(segment: Make, monkeypatch: pytest.MonkeyPatch):
    """The first answers of each batch say 500, after the commit: the library sends the whole batch again."""
    told, failed = view._told, list[int]()

    def broken(said: Any, **headers: str) -> Any:
        if said.status == 200 and len(failed) < 4:
            failed.append(1)
            return told(view.Answer(500, "broken"))
        return told(said, **headers)

    monkeypatch.setattr(view, "_told", broken)
    client = segment(upload_size=50)
    for number in range(150):
        client.track(f"c{number}", "Product Viewed", {"n": number})
    client.flush()
    assert len(failed) == 4
    assert sorted(Event.objects.values_list("properties__n", flat=True)) == list(range(150))
    assert (Customer.objects.count(), DeadLetter.objects.count()) == (150, 0)


def test_an_answer_of_too_many_is_waited_for(segment: Make, shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """It goes by Retry-After, and nothing is lost."""
    told, refused = view._told, list[int]()

    def full(said: Any, **headers: str) -> Any:
        if not refused:
            refused.append(1)
            return told(view.Answer(429, "too many", wait=1))
        return told(said, **headers)

    monkeypatch.setattr(view, "_told", full)
    client = segment()
    client.track("anna", "a", {"n": 1})
    client.flush()
    assert (len(refused), Event.objects.count()) == (1, 1)
