"""Who is meant by whom a shop names: by number, by address, and never two people as one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.erase import erase
from orchestrator.customers.models import Customer
from orchestrator.customers.save import Person, save
from tests.sources import bodies as b
from tests.sources.conftest import NOW, connect, events, kept, people

GUEST = b.but(b.WOO_ORDER, id=1, customer_id=0)


def test_a_guest_is_one_person_and_becomes_the_account_of_the_same_address():
    shop = connect("woocommerce")
    shop.ok(GUEST)
    shop.ok(b.but(GUEST, id=2))
    assert people() == [(None, ["+48501234567", "lucja@example.com"])]
    shop.ok(b.WOO_CUSTOMER, **{"X-WC-Webhook-Topic": "customer.created"})
    assert people() == [("26", ["+48501234567", "lucja@example.com"])]
    shop.ok(b.but(GUEST, id=3))
    assert len(people()) == 1
    assert {key for _, key, _ in events()} == {
        f"order{step}:{n}" for step in ("", ".paid") for n in (1, 2, 3)
    }


def test_a_guest_is_whoever_alone_has_the_address():
    (known,) = save([Person("crm-9", addresses={"email": "lucja@example.com"})], NOW).ids
    connect("woocommerce").ok(GUEST)
    assert [external for external, _ in people()] == ["crm-9"]
    assert Customer.objects.get(pk=known).attributes["last_name"] == "Żółć"


def test_of_two_who_share_an_address_a_guest_is_neither():
    save([Person(name, addresses={"email": "lucja@example.com"}) for name in ("a", "b")], NOW)
    shop = connect("woocommerce")
    shop.ok(GUEST)
    shop.ok(b.but(GUEST, id=2))
    assert [external for external, _ in people()] == ["a", "b", None]


def test_two_accounts_of_one_address_stay_two():
    shop = connect("woocommerce")
    shop.ok(b.WOO_ORDER)
    shop.ok(b.but(b.WOO_ORDER, id=2, customer_id=27))
    assert [external for external, _ in people()] == ["26", "27"]


def test_a_connection_can_know_people_by_their_address_alone():
    save([Person("crm-9", addresses={"email": "lucja@example.com"})], NOW)
    connect("woocommerce", known_by="email").ok(b.WOO_ORDER)
    assert [external for external, _ in people()] == ["crm-9"]


def test_the_prefix_keeps_two_shops_apart():
    connect("woocommerce", name="one").ok(b.WOO_ORDER)
    connect("woocommerce", name="two", prefix="b-").ok(
        b.but(b.WOO_ORDER, billing={"email": "inna@example.com"})
    )
    assert [external for external, _ in people()] == ["26", "b-26"]
    assert [key for name, key, _ in events() if name == "order.placed"] == ["order:727", "order:b-727"]


def test_a_phone_that_is_none_costs_itself_alone():
    shop = connect("woocommerce")
    shop.send(b.but(b.WOO_ORDER, billing={**b.WOO_ORDER["billing"], "phone": "brak"}))
    assert people() == [("26", ["lucja@example.com"])]
    assert len(events()) == 2
    ((reason, words),) = kept()
    assert (reason, "brak" in words) == ("bad_address", True)


def test_who_names_nobody_is_kept():
    shop = connect("woocommerce")
    shop.send(b.but(GUEST, billing={}))
    assert kept() == [("nobody", "it names nobody: no number, no email address, no phone number")]
    assert (people(), events()) == ([], [])


def test_an_erased_guest_is_not_brought_back():
    shop = connect("woocommerce")
    shop.ok(GUEST)
    erase(Customer.objects.values_list("id", flat=True), NOW)
    shop.send(b.but(GUEST, id=2))
    assert (len(people()), kept()) == (1, [])
    assert not Customer.objects.filter(erased_at=None).exists()


@pytest.mark.parametrize("source", ["baselinker"])
def test_many_orders_cost_as_many_statements_as_a_few(source: str):
    shop = connect(source)

    def cost(start: int, count: int) -> int:
        one: dict[str, Any] = b.BASELINKER["orders"][0]
        orders = [
            {**one, "order_id": start + n, "email": f"a{start + n}@example.com", "phone": ""}
            for n in range(count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            shop.ok({"status": "SUCCESS", "orders": orders})
        return len(seen)

    cost(1, 1)
    assert cost(100, 80) <= cost(1000, 2) + 2
