"""Files of products: a table of the shop's, and a feed as search engines take it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from orchestrator.catalog.imports import read_price
from orchestrator.catalog.models import Product
from orchestrator.customers.imports.kinds import Outcome, Setting, registered
from orchestrator.customers.imports.run import run

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def load(folder: Path, text: str) -> Outcome:
    path = folder / "products.csv"
    path.write_text(text, encoding="utf-8")
    setting = Setting(NOW, ZoneInfo("Europe/Warsaw"), "PLN")
    return run(registered()["products"], path, setting, lambda done: None)


def test_a_table_of_the_shops(tmp_path: Path) -> None:
    came = load(
        tmp_path,
        "sku;name;price;category;stock;colour\nA-1;Kubek;12,50;kuchnia;3;biały\nA-2;Talerz;;;0;\n",
    )
    assert (dict(came.counts), came.errors) == ({"created": 2, "updated": 0, "unchanged": 0}, [])
    mug, plate = Product.objects.order_by("key")
    assert (mug.key, mug.title, mug.price, mug.currency) == ("A-1", "Kubek", Decimal("12.50"), "PLN")
    assert (mug.category, mug.stock, mug.available, mug.properties) == (
        "kuchnia",
        3,
        True,
        {"colour": "biały"},
    )
    assert (plate.price, plate.currency, plate.available, plate.properties) == (None, "", False, {})


def test_a_feed_as_search_engines_take_it(tmp_path: Path) -> None:
    load(
        tmp_path,
        "id\ttitle\tlink\timage_link\tprice\tsale_price\tavailability\tproduct_type\tgtin\n"
        "7\tMug\thttps://shop.example/7\thttps://shop.example/7.png\t15.00 EUR\t12.00 EUR\tin stock\tHome > Mugs\t590\n"
        "8\tCup\thttps://shop.example/8\t\t9.00 EUR\t\tout_of_stock\tHome\t\n",
    )
    mug, cup = Product.objects.order_by("key")
    assert (mug.price, mug.regular_price, mug.currency) == (Decimal("12.00"), Decimal("15.00"), "EUR")
    assert (mug.url, mug.image_url) == ("https://shop.example/7", "https://shop.example/7.png")
    assert (mug.category, mug.available, mug.properties) == ("Home > Mugs", True, {"gtin": "590"})
    assert (cup.price, cup.regular_price, cup.available) == (Decimal("9.00"), None, False)


def test_a_wrong_row_is_left_out_and_named(tmp_path: Path) -> None:
    came = load(
        tmp_path,
        "id,title,price,availability\n1,Mug,cheap,\n2,,1.00,\n3,Cup,1.00,perhaps\n4,Pot,1.00,yes\n",
    )
    assert [(one.line, one.message) for one in came.errors] == [
        (2, "the price 'cheap' is no amount of money; write it like 12.00 PLN"),
        (3, "a product needs a key and a title; fill both in"),
        (4, "the availability 'perhaps' is not known; write in_stock or out_of_stock"),
    ]
    assert [one.key for one in Product.objects.all()] == ["4"]


def test_a_second_reading_changes_nothing(tmp_path: Path) -> None:
    text = "id,title,price\n1,Mug,1.00\n"
    load(tmp_path, text)
    assert dict(load(tmp_path, text).counts) == {"created": 0, "updated": 0, "unchanged": 1}


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.00 PLN", "12.00", "PLN"),
        ("PLN 12,00", "12.00", "PLN"),
        ("1 234.50", "1234.50", ""),
        ("1,234.50 eur", "1234.50", "EUR"),
        ("7", "7", ""),
    ],
)
def test_prices_as_they_are_written(text: str, amount: str, currency: str) -> None:
    assert read_price(text, "the price") == (Decimal(amount), currency)
