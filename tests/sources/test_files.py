"""Export files come in by the house's own import, and to the same events as the webhooks of the same shop."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator import registry
from orchestrator.customers.imports import kinds
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Outcome, Setting
from orchestrator.customers.imports.run import run
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.sdk import Source, SourceFile
from tests.sources import bodies as b
from tests.sources import files_of_shops as files
from tests.sources.conftest import NOW, connect, consents, events, people

SETTING = Setting(NOW, ZoneInfo("Europe/Warsaw"), "PLN")


def read(tmp_path: Path, kind: str, written: str) -> Outcome:
    """Import a file."""
    path = tmp_path / f"{kind}.csv"
    path.write_text(written, encoding="utf-8")
    return run(kinds.registered()[kind], path, SETTING, lambda done: None)


def said(outcome: Outcome) -> list[tuple[int, str]]:
    return [(one.line, one.message) for one in [*outcome.errors, *outcome.kept_out]]


def test_every_kind_is_there():
    assert sorted(key for key in kinds.registered() if key.partition("_")[0] in SHOPS) == [
        "baselinker_orders", "prestashop_customers", "prestashop_orders", "prestashop_products", "shopify_customers",
        "shopify_orders", "shopify_products", "woocommerce_orders", "woocommerce_products",
    ]  # fmt: skip


SHOPS = ("baselinker", "prestashop", "shopify", "woocommerce")


def test_orders_of_shopify_of_several_lines(tmp_path: Path):
    outcome = read(tmp_path, "shopify_orders", files.SHOPIFY_ORDERS)
    assert said(outcome) == [(5, "Total is no amount of money: gratis")]
    assert (outcome.counts["people"], outcome.counts["events"]) == (2, 6)
    assert [(name, key[-3:], amount) for name, key, amount in events()] == [
        ("order.placed", "500", Decimal("208.00")), ("order.placed", "501", Decimal("30.00")),
        ("order.paid", "500", None), ("order.paid", "501", None), ("order.delivered", "501", None),
        ("order.returned", "all", Decimal("30.00")),
    ]  # fmt: skip
    tea = Event.objects.get(key="order:820982911946154501")
    assert tea.occurred_at == datetime(2026, 2, 27, 8, 59, tzinfo=UTC)
    assert tea.properties["items"] == [
        {"sku": "HER", "name": "Herbata", "quantity": 2, "price": "10.00"},
        {"sku": "MIO", "name": "Miód „lipowy”", "quantity": 1, "price": "10.00"},
    ]
    assert consents() == []


@pytest.mark.parametrize("first", ["file", "webhook"])
def test_file_and_webhook_of_one_order_come_to_the_same(tmp_path: Path, first: str):
    shop = connect("shopify")
    one = files.SHOPIFY_ORDERS.split("#1002")[0]
    acts = [lambda: read(tmp_path, "shopify_orders", one), lambda: shop.ok(b.SHOPIFY_ORDER)]
    for act in acts if first == "file" else acts[::-1]:
        act()
    assert [name for name, *_ in events()] == ["order.placed", "order.paid"]
    (person,) = people()
    assert person == ("115310627314723950", ["+48601111222", "jan@example.com"])
    assert set(Event.objects.values_list("customer", flat=True)) == {
        Customer.objects.get(external_id="115310627314723950").pk
    }


def test_a_file_twice_is_as_once(tmp_path: Path):
    read(tmp_path, "shopify_orders", files.SHOPIFY_ORDERS)
    once = (events(), people())
    read(tmp_path, "shopify_orders", files.SHOPIFY_ORDERS)
    assert (events(), people()) == once


def test_customers_and_products_of_shopify(tmp_path: Path, products: list[Any]):
    read(tmp_path, "shopify_customers", files.SHOPIFY_CUSTOMERS)
    read(tmp_path, "shopify_products", files.SHOPIFY_PRODUCTS)
    assert people() == [("115310627314723950", ["+48601111222", "jan@example.com"])]
    told = Customer.objects.get().attributes
    assert (told["shop_says_accepts_email"], told["shop_tags"], consents()) == ("yes", ["vip", "stary"], [])
    assert [
        (one.key, one.title, one.price, one.regular_price, one.stock, one.category) for one in products
    ] == [("koc", "Koc", Decimal("199.00"), Decimal("249.00"), 5, "Sypialnia")]


def test_orders_and_products_of_woocommerce(tmp_path: Path, products: list[Any]):
    assert said(read(tmp_path, "woocommerce_orders", files.WOO_ORDERS)) == []
    read(tmp_path, "woocommerce_products", files.WOO_PRODUCTS)
    assert events() == [
        ("order.placed", "order:727", Decimal("129.99")), ("order.paid", "order.paid:727", None),
        ("order.delivered", "order.delivered:727", None), ("order.returned", "order.returned:727:all", Decimal("20.00")),
    ]  # fmt: skip
    placed = Event.objects.get(name="order.placed")
    assert (placed.occurred_at, placed.properties["count"]) == (datetime(2026, 3, 1, 9, 15, tzinfo=UTC), 3)
    assert people() == [("26", ["+48501234567", "lucja@example.com"])]
    assert [(one.key, one.title, one.price, one.stock, one.available, one.category) for one in products] == [
        ("93", "Kubek & talerzyk", Decimal(50), 7, True, "Kuchnia"), ("94", "Świeca", Decimal(20), 0, False, "Dom"),
    ]  # fmt: skip


def test_a_files_sum_of_returns_is_left_out_where_they_are_known_one_by_one(tmp_path: Path):
    shop = connect("woocommerce")
    shop.ok(b.but(b.WOO_ORDER, refunds=[{"id": 726, "total": "-20.00"}]))
    read(tmp_path, "woocommerce_orders", files.WOO_ORDERS)
    assert [key for name, key, _ in events() if name == "order.returned"] == ["order.returned:727:726"]


def test_files_of_prestashop(tmp_path: Path, products: list[Any]):
    for kind in ("orders", "customers", "products"):
        assert said(read(tmp_path, f"prestashop_{kind}", getattr(files, f"PRESTA_{kind.upper()}"))) == []
    assert [(name, amount) for name, _, amount in events()] == [
        ("order.placed", Decimal("89.90")), ("order.paid", None), ("order.delivered", None),
    ]  # fmt: skip
    assert people() == [("4", ["ewa@example.com"]), ("5", ["iga@example.com"])]
    assert consents() == [("email", "granted", "prestashop")]
    assert [(one.key, one.title, one.price, one.stock) for one in products] == [
        ("12", "Płyta „Świt”", Decimal("80.00"), 4)
    ]


def test_a_file_of_baselinker_goes_by_the_states_of_its_connection(tmp_path: Path):
    shop = connect("baselinker", statuses="wysłane = delivered\n6624 = delivered", prefix="bl-")
    assert said(read(tmp_path, "baselinker_orders", files.BASELINKER_ORDERS)) == []
    once = events()
    assert once == [
        ("order.placed", "order:bl-1630473", Decimal("59.99")), ("order.paid", "order.paid:bl-1630473", None),
        ("order.delivered", "order.delivered:bl-1630473", None),
    ]  # fmt: skip
    shop.ok(b.BASELINKER)
    assert (events(), len(people())) == (once, 1)


def test_connections_that_name_ids_differently_are_asked_about(tmp_path: Path):
    connect("baselinker", name="one", prefix="a-")
    connect("baselinker", name="two", prefix="b-")
    with pytest.raises(FileError, match="one, two name ids"):
        read(tmp_path, "baselinker_orders", files.BASELINKER_ORDERS)
    assert (events(), people()) == ([], [])


def test_a_file_without_what_it_needs_is_refused(tmp_path: Path):
    with pytest.raises(FileError, match="the header has no order_id"):
        read(tmp_path, "woocommerce_orders", "Order Date,Order Total Amount\n2026-03-01,5\n")
    with pytest.raises(FileError, match="total"):
        read(tmp_path, "shopify_orders", "Name,Created at\n#1,2026-03-01\n")


class Broken(Source):
    """Its export files cannot be listed."""

    name, title = "broken", "Broken"

    def verify(self, request: Any, connected: Any) -> None:
        return None

    def read(self, request: Any, connected: Any) -> Any:
        return ()

    def files(self) -> Any:
        yield SourceFile("broken_orders", "Orders", "", (), lambda columns, connected: None)  # type: ignore[arg-type, return-value]
        raise LookupError("no such table")


def test_a_source_whose_files_fail_is_named_and_the_others_are_there(monkeypatch: pytest.MonkeyPatch):
    before, known = set(kinds.registered()), registry.current()
    monkeypatch.setattr(known, "sources", {"broken": Broken(), **known.sources})
    monkeypatch.setitem(known.owners, ("source", "broken"), "rotten")
    monkeypatch.setattr(known, "failed", {})
    assert set(kinds.registered()) == before
    assert known.failed == {"rotten": "files of “broken”: LookupError: no such table"}
