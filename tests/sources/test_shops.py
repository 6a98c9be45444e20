"""What each shop's deliveries become: exact events, customers, consents and products."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.sdk import Offered
from orchestrator.sources import store
from orchestrator.sources.people import Naming
from tests.sources import bodies as b
from tests.sources.conftest import NOW, connect, consents, events, kept, nothing, people

WOO_ITEMS = [
    {"product_id": "93", "sku": "KUB-1", "name": "Kubek & talerzyk", "quantity": 2, "price": "50.00"},
    {"product_id": "94", "sku": "SWI-2", "name": "Świeca", "quantity": 1, "price": "20.00"},
]


def test_an_order_of_woocommerce():
    connect("woocommerce").ok(b.WOO_ORDER)
    assert events() == [
        ("order.placed", "order:727", Decimal("129.99")),
        ("order.paid", "order.paid:727", None),
    ]
    placed = Event.objects.get(name="order.placed")
    assert placed.occurred_at == datetime(2026, 3, 1, 9, 15, tzinfo=UTC)
    assert placed.properties == {
        "order_id": "727", "currency": "PLN", "count": 3, "items": WOO_ITEMS, "discount": "10.00", "coupon": "wiosna",
    }  # fmt: skip
    customer = Customer.objects.get()
    assert (customer.external_id, customer.country) == ("26", "PL")
    assert customer.attributes == {"first_name": "Łucja", "last_name": "Żółć"}
    assert people() == [("26", ["+48501234567", "lucja@example.com"])]
    assert (consents(), kept()) == ([], [])  # an order is no consent


def test_woocommerce_delivered_partly_returned_and_cancelled():
    shop = connect("woocommerce")
    done = {"status": "completed", "date_completed_gmt": "2026-03-01T11:00:00"}
    shop.ok(b.but(b.WOO_ORDER, **done))
    refunds = [{"id": 726, "reason": "", "total": "-20.00"}]
    shop.ok(b.but(b.WOO_ORDER, **done, refunds=refunds))
    shop.ok(b.but(b.WOO_ORDER, **done, refunds=[*refunds, {"id": 728, "total": "-5.50"}]))
    assert events()[2:] == [
        ("order.delivered", "order.delivered:727", None),
        ("order.returned", "order.returned:727:726", Decimal("20.00")),
        ("order.returned", "order.returned:727:728", Decimal("5.50")),
    ]
    shop.ok(b.but(b.WOO_ORDER, id=800, status="cancelled", date_paid_gmt=None))
    assert [name for name, key, _ in events() if key.endswith(":800")] == ["order.placed", "order.cancelled"]


def test_a_draft_and_an_unknown_topic_of_woocommerce_are_nothing():
    shop = connect("woocommerce")
    shop.ok(b.but(b.WOO_ORDER, status="checkout-draft"))
    shop.ok(b.WOO_ORDER, **{"X-WC-Webhook-Topic": "coupon.created"})
    shop.ok({"id": 5}, **{"X-WC-Webhook-Topic": "order.deleted"})
    assert nothing()


def test_a_customer_and_a_product_of_woocommerce(products: list[Any]):
    shop = connect("woocommerce")
    shop.ok(b.WOO_CUSTOMER, **{"X-WC-Webhook-Topic": "customer.created"})
    shop.ok(b.WOO_PRODUCT, **{"X-WC-Webhook-Topic": "product.updated"})
    assert people() == [("26", ["+48501234567", "lucja@example.com"])]
    assert products == [
        Offered(
            "93", "Kubek & talerzyk", "https://sklep.example/kubek/", "https://sklep.example/kubek.jpg", "Kuchnia",
            Decimal("50.00"), Decimal("60.00"), "PLN", 7, True, {"sku": "KUB-1"},
        )
    ]  # fmt: skip
    assert events() == []


def test_an_order_of_shopify_and_what_its_customer_allowed():
    shop = connect("shopify")
    shop.ok(b.SHOPIFY_ORDER)
    assert events() == [
        ("order.placed", "order:820982911946154500", Decimal("208.00")),
        ("order.paid", "order.paid:820982911946154500", None),
    ]
    assert consents() == [("email", "granted", "shopify")]  # “not subscribed” was never asked
    assert Customer.objects.values_list("external_id", "language").get() == ("115310627314723950", "pl-PL")
    shop.ok(b.SHOPIFY_CUSTOMER, **{"X-Shopify-Topic": "customers/update"})
    shop.ok(b.SHOPIFY_CUSTOMER, **{"X-Shopify-Topic": "customers/update"})
    assert consents()[1:] == [("email", "withdrawn", "shopify"), ("sms", "granted", "shopify")]
    assert Customer.objects.get().attributes["shop_tags"] == ["vip", "stary"]


def test_a_refund_of_shopify_belongs_to_whoever_placed_the_order():
    shop = connect("shopify")
    refund = {"X-Shopify-Topic": "refunds/create"}
    assert shop.send(b.SHOPIFY_REFUND, **refund).content.startswith(b"kept")
    assert kept() == [("nobody", "it names an order that is not known yet; take it again once that is")]
    shop.ok(b.SHOPIFY_ORDER)
    shop.ok(b.SHOPIFY_REFUND, **refund)
    shop.ok(b.but(b.SHOPIFY_ORDER, refunds=[b.SHOPIFY_REFUND]))  # the same refund, inside its order
    back = Event.objects.get(name="order.returned")
    assert back.key == "order.returned:820982911946154500:890088186047892300"
    assert (back.amount, back.customer_id) == (Decimal("150.50"), Customer.objects.get().pk)
    item = {
        "product_id": "632910392",
        "sku": "KOC-SZ",
        "name": "Koc - szary",
        "quantity": 1,
        "price": "199.00",
    }
    assert back.properties == {"order_id": "820982911946154500", "currency": "PLN", "items": [item]}


def test_shopify_fulfilled_cancelled_and_a_product(products: list[Any]):
    shop = connect("shopify")
    sent = [{"id": 1, "created_at": "2026-03-01T11:00:00+01:00"}]
    shop.ok(b.but(b.SHOPIFY_ORDER, fulfillment_status="fulfilled", fulfillments=sent))
    shop.ok(b.but(b.SHOPIFY_ORDER, id=9, financial_status="voided", cancelled_at="2026-03-01T11:30:00+01:00"))
    shop.ok(b.SHOPIFY_PRODUCT, **{"X-Shopify-Topic": "products/update"})
    delivered = Event.objects.get(name="order.delivered")
    assert delivered.occurred_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert [name for name, key, _ in events() if key.endswith(":9")] == ["order.placed", "order.cancelled"]
    assert [(one.key, one.price, one.stock, one.available) for one in products] == [
        ("632910392", Decimal("199.00"), 3, True)
    ]


def test_an_order_and_a_newsletter_of_prestashop():
    connect("prestashop").ok(b.PRESTA)
    assert [(name, amount) for name, _, amount in events()] == [
        ("order.placed", Decimal("89.90")), ("order.paid", None), ("order.delivered", None),
    ]  # fmt: skip
    assert consents() == [("email", "granted", "prestashop")]
    placed = Event.objects.get(name="order.placed")
    assert placed.occurred_at == datetime(2026, 3, 1, 8, tzinfo=UTC)  # the shop's clock is Warsaw's
    assert placed.properties["items"][0]["name"] == "Płyta „Świt”"


def test_a_newsletter_without_its_moment_is_no_consent():
    customer = {**b.PRESTA["customer"], "newsletter_date_add": "0000-00-00 00:00:00"}
    connect("prestashop").ok({"customer": customer})
    assert (consents(), people()) == ([], [("4", ["ewa@example.com"])])


def test_orders_of_baselinker_by_states_of_ones_own():
    shop = connect("baselinker", statuses="6624 = delivered")
    shop.ok(b.BASELINKER)
    assert [(name, key, amount) for name, key, amount in events()] == [
        ("order.placed", "order:1630473", Decimal("59.99")),
        ("order.paid", "order.paid:1630473", None),
        ("order.delivered", "order.delivered:1630473", None),
    ]
    assert people() == [(None, ["+48693123123", "ola@example.com"])]  # who is not confirmed is not there


def test_of_many_orders_the_wrong_one_keeps_none_out():
    wrong = {**b.BASELINKER["orders"][0], "order_id": 2, "date_add": "wczoraj"}
    shop = connect("baselinker")
    answer = shop.send({"status": "SUCCESS", "orders": [wrong, b.BASELINKER["orders"][0]]})
    assert answer.content.startswith(b"kept")
    assert kept() == [("unreadable", "order 2: date_add is no time: wczoraj")]
    assert [key for _, key, _ in events()] == ["order:1630473", "order.paid:1630473"]


def test_an_error_of_baselinkers_is_no_order():
    shop = connect("baselinker")
    shop.send({"status": "ERROR", "error_code": "ERROR_BAD_TOKEN"})
    assert kept() == [("unreadable", "it is no answer of getOrders but an error of BaseLinker's")]


def test_a_product_that_cannot_be_kept_keeps_none_out(monkeypatch: pytest.MonkeyPatch):
    saved: list[str] = []

    def save(offered: Any, now: datetime) -> None:
        if any(one.title == "" for one in offered):
            raise ValueError("a product needs a title")
        saved.extend(one.key for one in offered)

    monkeypatch.setattr(store, "save_products", save)
    facts = [Offered("1", "Koc"), Offered("2", ""), Offered("3", "Kubek")]
    done = store.take(facts, Naming(), NOW, "sklep")
    assert (saved, done.left) == (["1", "3"], {1: ("bad_value", "a product needs a title")})


def test_what_no_database_can_hold_is_kept_and_not_lost():
    shop = connect("shopify")
    consent = {
        "state": "subscribed",
        "opt_in_level": "a\x00b",
        "consent_updated_at": "2026-03-01T10:00:00+01:00",
    }
    said = b.but(b.SHOPIFY_CUSTOMER, email_marketing_consent=consent)
    shop.send(said, **{"X-Shopify-Topic": "customers/update"})
    assert [reason for reason, _ in kept()] == ["bad_value"]
