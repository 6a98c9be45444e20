"""Products are stored whole, once each, and what they cost before is remembered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.catalog.lowest import lowest_30d
from orchestrator.catalog.models import Product, ProductPrice
from orchestrator.catalog.save import Saved, save
from orchestrator.sdk import Offered

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def mug(price: str | None = "12.00", **said: Any) -> Offered:
    return Offered(
        **{
            "key": "mug",
            "title": "Mug",
            "price": Decimal(price) if price else None,
            "currency": "PLN",
            **said,
        }
    )


def test_a_product_is_stored_with_all_that_is_said_of_it() -> None:
    whole = mug(
        url="https://shop.example/mug", image_url="https://shop.example/mug.png", category="kitchen",
        regular_price=Decimal("15.00"), stock=3, available=False, properties={"colour": "white", "sizes": [1, 2]},
    )  # fmt: skip
    assert save([whole], NOW) == Saved(1, 0)
    row = Product.objects.get()
    assert {name: getattr(row, name) for name in Offered.__dataclass_fields__} == {
        name: getattr(whole, name) for name in Offered.__dataclass_fields__
    }
    assert row.updated_at == NOW


def test_what_is_as_it_was_is_not_written() -> None:
    save([mug(), mug(key="cup")], NOW)
    later = NOW + timedelta(days=1)
    assert save([mug(), mug(key="cup", title="Cup")], later) == Saved(0, 1)
    assert dict(Product.objects.values_list("key", "updated_at")) == {"mug": NOW, "cup": later}
    assert ProductPrice.objects.count() == 2


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    assert save([mug("1.00"), mug("2.00")], NOW) == Saved(1, 0)
    assert Product.objects.get().price == Decimal("2.00")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "a product needs a key and a title; fill both in"),
        ({"title": "x" * 301}, "the title of a product has at most 300 letters; shorten it"),
        ({"url": "javascript:alert(1)"}, "is no address; write it like https://shop.example/mug"),
        ({"image_url": "http://[x"}, "is no address"),
        ({"currency": "zł"}, "is no code; write three letters, like PLN"),
        ({"price": Decimal("-1")}, "is no amount of money; write it like 12.00"),
        ({"price": Decimal("1.001")}, "has more than two decimal places; round it"),
        ({"regular_price": Decimal("NaN")}, "is no amount of money"),
        ({"stock": -1}, "is no number of things; write 0 or more"),
        ({"properties": {"x": "\x00"}}, "holds a NUL character"),
    ],
)
def test_nothing_is_stored_where_one_cannot_be(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match="product “mug”") as caught:
        save(
            [mug(key="cup"), mug(**{"price": "1.00"} | wrong) if "price" not in wrong else _priced(wrong)],
            NOW,
        )
    assert said in str(caught.value)
    assert Product.objects.count() == 0


def _priced(wrong: dict[str, Any]) -> Offered:
    return Offered("mug", "Mug", **wrong)


def test_a_thousand_products_take_as_many_statements_as_two() -> None:
    asked = []
    for many in (2, 1000):
        with CaptureQueriesContext(connection) as queries:
            save([mug(key=f"{many}-{number}") for number in range(many)], NOW)
        asked.append(len(queries))
    assert asked[1] <= asked[0] + 8  # SQLite takes them in parts
    assert Product.objects.count() == 1002


def at(day: int) -> datetime:
    return NOW + timedelta(days=day)


def lowest(day: int) -> Decimal | None:
    id_ = Product.objects.get().pk
    return lowest_30d([id_], at(day)).get(id_)


def test_the_lowest_price_of_thirty_days_before_the_price_of_now_began() -> None:
    save([mug("20.00")], at(0))
    assert lowest(1) == Decimal("20.00")
    save([mug("10.00")], at(5))
    save([mug("30.00")], at(10))
    save([mug("25.00")], at(12))
    assert lowest(13) == Decimal("10.00")
    save([mug("30.00")], at(15))
    save([mug("25.00")], at(39))
    assert lowest(39) == Decimal("10.00")  # it was asked until the tenth day, 29 days before
    save([mug("30.00")], at(40))
    save([mug("24.00")], at(41))
    assert lowest(60) == Decimal("25.00")  # all that is longer ago counts no more


def test_a_price_in_another_currency_is_not_compared() -> None:
    save([mug("5.00", currency="EUR")], at(0))
    save([mug("20.00")], at(1))
    assert lowest(2) == Decimal("20.00")


def test_a_product_without_a_price_has_none() -> None:
    save([mug(None)], NOW)
    assert lowest(1) is None
    assert ProductPrice.objects.count() == 0


def test_prices_of_long_ago_are_forgotten_but_not_the_one_that_held_until_then() -> None:
    for day, price in ((0, "1.00"), (10, "2.00"), (430, "3.00")):
        save([mug(price)], at(day))
    assert list(ProductPrice.objects.order_by("since").values_list("price", flat=True)) == [
        Decimal("2.00"),
        Decimal("3.00"),
    ]
