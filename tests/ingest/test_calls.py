"""What each kind of call becomes: exact rows, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from orchestrator.customers.models import Address, Customer, Identity
from orchestrator.events.models import Event
from orchestrator.ingest.models import DeadLetter
from tests.ingest.conftest import Shop

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_track_is_an_event_of_a_new_customer(shop: Shop):
    shop.ok(
        "track",
        {"userId": "anna", "event": "Size Guide Opened", "messageId": "m1", "properties": {"sku": "A-1"}},
    )
    assert shop.events() == [("anna", "size_guide_opened", {"sku": "A-1"})]
    event = Event.objects.get()
    assert (event.key, event.occurred_at, event.received_at) == ("v1:m1", NOW, NOW)
    assert (event.amount, event.pending, event.backfilled) == (None, True, False)
    assert (shop.letters(), Customer.objects.get().attributes) == ([], {})


def test_an_order_is_one_of_ours_with_its_amount(shop: Shop):
    said = {"order_id": "7", "total": 49.9, "revenue": 40, "currency": "PLN"}
    shop.ok("track", {"userId": "anna", "event": "Order Completed", "messageId": "m1", "properties": said})
    shop.ok("track", {"userId": "anna", "event": "Product Viewed", "properties": {"price": 9}})
    assert list(Event.objects.order_by("name").values_list("name", "amount")) == [
        ("order.placed", Decimal("49.90")),
        ("product.viewed", None),
    ]
    assert Event.objects.get(name="order.placed").properties == said


def test_an_identify_says_who_somebody_is(shop: Shop):
    traits = {
        "email": "Anna@Shop.example", "phone": "+48 501 234 567", "firstName": "Anna", "lastName": "Lis",
        "birthday": "1990-05-04T00:00:00Z", "address": {"country": "pl", "city": "Łódź"}, "shoe": 38,
        "createdAt": "2024-01-02T03:04:05Z",
    }  # fmt: skip
    context = {"locale": "pl-PL", "timezone": "Europe/Lisbon", "device": {"token": "device-1"}}
    shop.ok("identify", {"userId": 7, "traits": traits, "context": context})
    customer = Customer.objects.get()
    assert (customer.external_id, customer.language, customer.country) == ("7", "pl-PL", "PL")
    assert (customer.time_zone, customer.last_seen_zone) == ("", "Europe/Lisbon")
    assert customer.created_at == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert customer.attributes == {
        "first_name": "Anna", "last_name": "Lis", "birthday": "1990-05-04", "shoe": 38,
        "address": {"country": "pl", "city": "Łódź"},
    }  # fmt: skip
    assert sorted(Address.objects.values_list("channel", "value")) == [
        ("email", "anna@shop.example"),
        ("push", "device-1"),
        ("sms", "+48501234567"),
    ]
    assert (shop.events(), shop.letters()) == ([], [])


def test_a_page_and_a_screen_are_viewed(shop: Shop):
    page = {"url": "https://shop.example/a", "title": "A", "search": "?q"}
    shop.ok("page", {"anonymousId": "b1", "name": "Home", "context": {"page": page}})
    shop.ok("screen", {"anonymousId": "b1", "name": "Cart", "properties": {"name": "Basket"}})
    assert shop.events() == [
        (None, "page.viewed", {"name": "Home", "url": "https://shop.example/a", "title": "A"}),
        (None, "screen.viewed", {"name": "Basket"}),
    ]


def test_a_group_is_an_attribute(shop: Shop):
    shop.ok("group", {"userId": "anna", "groupId": "acme", "traits": {"plan": "gold"}})
    assert Customer.objects.get().attributes == {"group": "acme", "group_traits": {"plan": "gold"}}
    assert (shop.events(), shop.letters()) == ([], [])


def test_who_signs_in_did_what_their_browser_did(shop: Shop):
    shop.ok("track", {"anonymousId": "b1", "event": "Product Viewed"})
    shop.ok("identify", {"anonymousId": "b1", "userId": "anna"})
    shop.ok("page", {"anonymousId": "b1"})
    assert [(who, name) for who, name, _ in shop.events()] == [
        ("anna", "page.viewed"),
        ("anna", "product.viewed"),
    ]
    assert list(Identity.objects.values_list("value", "customer__external_id")) == [("b1", "anna")]


def test_alias_joins_what_was_before(shop: Shop):
    shop.ok("track", {"anonymousId": "b1", "event": "Product Viewed"})
    shop.ok("alias", {"previousId": "b1", "userId": "anna"})
    assert [(who, name) for who, name, _ in shop.events()] == [("anna", "product.viewed")]


def test_a_batch_says_what_its_calls_do_not(shop: Shop):
    batch = [
        {"type": "identify", "userId": "anna", "context": {"timezone": "Europe/Lisbon"}},
        {"type": "identify", "userId": "bela"},
        {"type": "track", "userId": "bela", "event": "order.placed", "messageId": "m1"},
        {"type": "track", "userId": "bela", "event": "order.placed", "messageId": "m1"},
        {"type": "dance", "userId": "bela"},
        7,
    ]
    shop.ok("batch", {"batch": batch, "context": {"timezone": "Europe/Rome", "locale": "it"}})
    zones = dict(Customer.objects.values_list("external_id", "last_seen_zone"))
    assert zones == {"anna": "Europe/Lisbon", "bela": "Europe/Rome"}
    assert set(Customer.objects.values_list("language", flat=True)) == {"it"}
    assert shop.events() == [("bela", "order.placed", {})]
    assert shop.letters() == [("dance", "unknown_type"), ("", "not_an_object")] or sorted(shop.letters()) == [
        ("", "not_an_object"),
        ("dance", "unknown_type"),
    ]


def test_a_clock_an_hour_wrong_is_set_right(shop: Shop):
    wrong = NOW + timedelta(hours=1)
    happened, sent = wrong - timedelta(minutes=10), wrong
    call = {"type": "track", "userId": "anna", "event": "a", "timestamp": happened.isoformat()}
    shop.ok("batch", {"batch": [call], "sentAt": sent.isoformat()})
    assert Event.objects.get().occurred_at == NOW - timedelta(minutes=10)


def test_the_same_message_again_happened_once(shop: Shop):
    call = {"userId": "anna", "event": "a", "messageId": "m1"}
    for _ in range(3):
        shop.ok("track", call)
    shop.ok("batch", {"batch": [{"type": "track", **call}] * 5})
    assert shop.events() == [("anna", "a", {})]


def test_what_is_no_address_is_told_and_the_rest_is_taken(shop: Shop):
    shop.ok("identify", {"userId": "anna", "traits": {"email": "no", "phone": "501", "shoe": 38}})
    assert (Customer.objects.get().attributes, Address.objects.count()) == ({"shoe": 38}, 0)
    assert shop.letters() == [("identify", "bad_address")]
    assert "no email address" in DeadLetter.objects.get().words


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ({"event": "a"}, "no_id"),
        ({"userId": "anna"}, "no_event"),
        ({"userId": "anna", "event": "🎉"}, "bad_name"),
        ({"userId": "anna", "event": "consent.confirmed"}, "reserved_name"),
        ({"userId": "anna", "event": "message.clicked"}, "reserved_name"),
        ({"userId": "anna", "event": "segment.entered"}, "reserved_name"),
        ({"userId": "anna", "event": "data.zone_rejected"}, "reserved_name"),
        ({"userId": "undefined", "event": "a"}, "no_real_id"),
        ({"userId": {}, "event": "a"}, "bad_id"),
        ({"userId": "a" * 101, "event": "a"}, "bad_id"),
        ({"userId": "an\x00na", "event": "a"}, "bad_id"),
        ({"userId": "anna", "event": "a", "properties": 7}, "bad_properties"),
        ({"userId": "anna", "event": "a", "properties": {"x": "\x00"}}, "bad_value"),
        ([], "not_an_object"),
        (None, "not_an_object"),
    ],
)
def test_what_cannot_be_taken_is_a_dead_letter(shop: Shop, call: object, reason: str):
    shop.ok("track", call)
    assert shop.letters() == [("track", reason)]
    assert shop.events() == []
    shop.ok("track", call)
    assert len(shop.letters()) == 1


@pytest.mark.parametrize("traits", [{"a\x00": 1}, {"x" * 101: 1}, {"": 1}, {"plan": "a\x00"}])
def test_traits_that_no_database_holds_keep_nothing_else_out(shop: Shop, traits: dict[str, object]):
    bad = {"type": "identify", "userId": "anna", "traits": traits}
    good = {"type": "identify", "userId": "bela", "traits": {"plan": "gold"}}
    for _ in range(2):
        shop.ok("identify", bad)
        shop.ok("batch", {"batch": [bad, good, bad]})
    assert set(shop.letters()) == {("identify", "bad_value")}
    stored = Customer.objects.values_list("external_id", "attributes")
    assert list(stored) == [("bela", {"plan": "gold"})]
