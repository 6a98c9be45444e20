"""A customer's page tells the life of their orders, and what is left of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orchestrator.customers.models import Customer
from orchestrator.customers.save import Person, save
from orchestrator.events.record import NewEvent, record
from orchestrator.studio.orders import read_orders, say_goods
from tests.studio.sample import Sample

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Customer:
    (id_,) = save([Person("anna")], NOW).ids
    return Customer.objects.get(pk=id_)


def did(anna: Customer, name: str, day: int, amount: str | None = None, **about: Any) -> None:
    at = NOW - timedelta(days=30 - day)
    key = f"{name}:{about}:{day}"
    record([NewEvent(anna.pk, name, at, key, Decimal(amount) if amount else None, about)], NOW)


def test_nothing_is_told_of_who_has_never_ordered(anna: Customer) -> None:
    did(anna, "order.returned", 1, "5.00")
    assert read_orders(anna, NOW) is None


def test_the_life_of_orders_in_words(anna: Customer) -> None:
    did(anna, "order.placed", 1, "100.00", order_id="A", currency="PLN")
    did(anna, "order.paid", 2, order_id="A")
    did(anna, "order.delivered", 4, order_id="A")
    did(anna, "order.returned", 9, "30.00", order_id="A")
    did(anna, "order.placed", 10, "1250.00", order_id=7)
    did(anna, "order.cancelled", 11, order_id="7")
    did(anna, "order.placed", 12, "20.00")
    told = read_orders(anna, NOW)
    assert told is not None
    assert told.headline == "2 orders count, of 90.00 in all. 1 was cancelled or returned whole."
    assert [(one.title, one.left, one.tone) for one in told.lives] == [
        ("20.00", "", ""),
        ("Order 7, 1,250.00", "counts no more", "danger"),
        ("Order A, 100.00 PLN", "70.00 is left", "warning"),
    ]
    assert [step.rsplit(" on ", 1)[0] for step in told.lives[2].steps] == [
        "placed",
        "paid",
        "delivered",
        "30.00 given back",
    ]


def test_a_loose_return_lowers_the_sum_alone(anna: Customer) -> None:
    did(anna, "order.placed", 1, "100.00", order_id="A")
    did(anna, "order.returned", 2, "30.00")
    did(anna, "order.returned", 3, None, order_id="A")
    told = read_orders(anna, NOW - timedelta(days=28))
    assert told is not None
    assert told.headline == "1 order counts, of 70.00."


def test_it_stands_on_the_customers_page(marketer: Client, sample: Sample) -> None:
    page = marketer.get(
        reverse("admin:customers_customer_change", args=[sample.customer.pk])
    ).content.decode()
    assert "1 order counts, of 1,249.90." in page


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (
            [{"name": "Earl Grey", "quantity": 2, "price": "32.00"}, {"title": "Sencha"}],
            "Earl Grey × 2, Sencha",
        ),
        (
            [{"sku": "T-1", "quantity": 1}, {"name": "", "product_id": "T-2", "quantity": 1000}],
            "T-1, T-2 × 1000",
        ),
        ([{"name": "Earl Grey"}, {"quantity": 2}], ""),
        ([{"name": 7}], ""),
        (["Earl Grey"], ""),
        ([], ""),
        ({"name": "Earl Grey"}, ""),
    ],
)
def test_goods_are_said_by_name_and_how_many(listed: object, said: str) -> None:
    assert say_goods(listed) == said
