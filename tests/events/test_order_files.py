"""Files of orders that say how far each has come, and files of invoices line by line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Outcome, Setting, registered
from orchestrator.customers.imports.run import run
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.events.net import net

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
HEAD = "customer_id,date,amount,order_id,status,status_at,returned,return_id\n"
LINES = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
pytestmark = pytest.mark.django_db


def load(kind: str, folder: Path, text: str) -> Outcome:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return run(registered()[kind], path, Setting(NOW, ZoneInfo("Europe/Warsaw"), "PLN"), lambda done: None)


def stored() -> list[tuple[str, str, Decimal | None]]:
    return list(Event.objects.order_by("occurred_at", "key").values_list("key", "name", "amount"))


def left(external_id: str) -> list[Decimal]:
    customer = Customer.objects.get(external_id=external_id).pk
    found = net("order.placed", [customer], NOW)
    rows = Event.objects.filter(customer=customer, name="order.placed").order_by("occurred_at", "id")
    return [
        worth
        for one in rows
        if found.stands(one.pk) and (worth := found.worth(one.pk, one.amount)) is not None
    ]


def test_an_order_says_how_far_it_has_come(tmp_path: Path) -> None:
    came = load(
        "orders",
        tmp_path,
        HEAD
        + "anna,2026-03-01,100.00,1,paid,2026-03-02,,\n"
        + "anna,2026-03-01,50.00,2,Delivered,,,\n"
        + "anna,2026-03-01,30.00,3,canceled,2026-03-05,,\n"
        + "anna,2026-03-01,20.00,4,returned,2026-03-09,,\n"
        + "anna,2026-03-01,80.00,5,delivered,2026-03-09,30.00,R7\n"
        + "anna,2026-03-01,10.00,6,,,,\n",
    )
    assert came.errors == []
    assert stored() == [
        ("order.delivered:2", "order.delivered", None),
        ("order:1", "order.placed", Decimal("100.00")),
        ("order:2", "order.placed", Decimal("50.00")),
        ("order:3", "order.placed", Decimal("30.00")),
        ("order:4", "order.placed", Decimal("20.00")),
        ("order:5", "order.placed", Decimal("80.00")),
        ("order:6", "order.placed", Decimal("10.00")),
        ("order.paid:1", "order.paid", None),
        ("order.cancelled:3", "order.cancelled", None),
        ("order.delivered:5", "order.delivered", None),
        ("order.returned:4:1", "order.returned", Decimal("20.00")),
        ("order.returned:5:R7", "order.returned", Decimal("30.00")),
    ]
    assert left("anna") == [Decimal("100.00"), Decimal("50.00"), Decimal("50.00"), Decimal("10.00")]


def test_a_second_return_of_an_order_stands_in_another_row_and_none_is_stored_twice(tmp_path: Path) -> None:
    text = HEAD + "anna,2026-03-01,80.00,5,,,30.00,R7\nanna,2026-03-01,80.00,5,,,25.00,R8\n"
    load("orders", tmp_path, text)
    assert left("anna") == [Decimal("25.00")]
    assert +load("orders", tmp_path, text).counts == {"repeated": 4}
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("anna,2026-03-01,1.00,7,lost,,,\n", "the status 'lost' is not known; write placed, paid, delivered, cancelled or"
            " returned"),
        ("anna,2026-03-01,1.00,,paid,,,\n", "a row with a status or a return needs an order_id; fill it in"),
        ("anna,2026-03-01,1.00,7,,,much,\n", "the value 'much' is no amount of money; write it like 1234.50"),
        ("anna,2027-03-01,1.00,7,,,,\n", "the date 2027-03-01 is in the future; check it"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_left_out(tmp_path: Path, row: str, said: str) -> None:
    came = load("orders", tmp_path, HEAD + row + "anna,2026-03-01,5.00,8,,,,\n")
    assert [(one.line, one.message) for one in came.errors] == [(2, said)]
    assert [key for key, _, _ in stored()] == ["order:8"]


def test_what_became_of_orders_needs_their_numbers(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="add the column order_id"):
        load("orders", tmp_path, "customer_id,date,amount,status\n")
    with pytest.raises(FileError, match="the header has no date / occurred_at"):
        load("orders", tmp_path, "customer_id,amount\n")


def invoices(tmp_path: Path, *rows: str) -> Outcome:
    return load("online_retail", tmp_path, LINES + "".join(f"{row}\n" for row in rows))


def test_the_lines_of_an_invoice_are_one_order(tmp_path: Path) -> None:
    came = invoices(
        tmp_path,
        "536365,85123A,WHITE LANTERN,6,2010-12-01 08:26,2.55,17850,United Kingdom",
        "536366,22633,HAND WARMER,6,2010-12-01 08:28,1.85,17850,United Kingdom",
        "536365,71053,METAL LANTERN,2,2010-12-01 08:26,3.39,17850,United Kingdom",
        "536367,22633,HAND WARMER,6,2010-12-01 08:34,1.85,,United Kingdom",
    )
    assert dict(came.counts) == {"orders": 2, "new_customers": 1, "repeated": 0, "without_customer": 1}
    first: Any = Event.objects.get(key="order:536365")
    assert (first.amount, first.occurred_at) == (Decimal("22.08"), datetime(2010, 12, 1, 7, 26, tzinfo=UTC))
    assert first.properties == {
        "order_id": "536365", "invoice": "536365", "currency": "PLN", "count": 8, "country": "United Kingdom",
        "items": [
            {"product_id": "85123A", "sku": "85123A", "name": "WHITE LANTERN", "quantity": 6, "price": "2.55"},
            {"product_id": "71053", "sku": "71053", "name": "METAL LANTERN", "quantity": 2, "price": "3.39"},
        ],
    }  # fmt: skip


def test_a_cancellation_is_of_the_newest_order_that_has_as_many_left(tmp_path: Path) -> None:
    came = invoices(
        tmp_path,
        "1,mug,Mug,10,2026-01-01 10:00,2.00,7,Poland",
        "2,mug,Mug,4,2026-01-02 10:00,2.00,7,Poland",
        "3,mug,Mug,99,2026-01-02 10:00,2.00,8,Poland",
        "C4,mug,Mug,-3,2026-01-03 10:00,2.00,7,Poland",
        "C5,mug,Mug,-2,2026-01-04 10:00,2.00,7,Poland",
        "C6,mug,Mug,-9,2026-01-05 10:00,2.00,7,Poland",
        "C6,cup,Cup,-1,2026-01-05 10:00,5.00,7,Poland",
    )
    back = Event.objects.filter(name="order.returned").order_by("occurred_at", "key")
    assert list(back.values_list("key", "amount")) == [
        ("order.returned:2:C4", Decimal("6.00")),
        ("order.returned:1:C5", Decimal("4.00")),
        ("order.returned::C6", Decimal("23.00")),
    ]
    assert (came.counts["orders"], came.counts["returned"], came.counts["loose_returns"]) == (3, 2, 1)
    assert left("7") == [Decimal("16.00"), Decimal("2.00")]


def test_a_second_reading_of_invoices_stores_nothing(tmp_path: Path) -> None:
    rows = ("1,mug,Mug,10,2026-01-01 10:00,2.00,7,Poland", "C2,mug,Mug,-3,2026-01-03 10:00,2.00,7,Poland")
    invoices(tmp_path, *rows)
    assert dict(invoices(tmp_path, *rows).counts) == {"repeated": 2}
    assert Event.objects.count() == 2


def test_a_wrong_line_costs_that_line(tmp_path: Path) -> None:
    came = invoices(
        tmp_path,
        "1,mug,Mug,many,2026-01-01 10:00,2.00,7,Poland",
        "1,cup,Cup,1,2026-01-01 10:00,free,7,Poland",
        "1,pot,Pot,1,2026-01-01 10:00,3.00,7,Poland",
    )
    assert [(one.line, one.message) for one in came.errors] == [
        (2, "the quantity 'many' is no whole number; write it like 3"),
        (3, "the price 'free' is no amount of money; write it like 2.55"),
    ]
    assert stored() == [("order:1", "order.placed", Decimal("3.00"))]


def test_what_became_of_an_order_after_tomorrow_is_named_and_its_order_is_kept(tmp_path: Path) -> None:
    came = load("orders", tmp_path, HEAD + "anna,2026-03-01,80.00,5,delivered,2027-03-09,,\n")
    assert [(one.line, one.message) for one in came.errors] == [
        (2, "the date 2027-03-09 is in the future; check it")
    ]
    assert [key for key, _, _ in stored()] == ["order:5"]
