"""Products by the API: what is told of them, what becomes of each, and that a thousand cost no more statements than one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.catalog.models import Product, ProductPrice
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)
MUG: dict[str, Any] = {
    "title": "Mug",
    "price": "12.00",
    "regular_price": "15.00",
    "category": "kitchen",
    "stock": 3,
}


@pytest.fixture
def shop(db: None) -> Program:
    return Program()


def ask(
    shop: Program, method: str, body: Any = None, path: str = "products/mug/", **headers: str
) -> tuple[int, Any]:
    answer = shop.ask(method, path, body, **headers)
    return answer.status_code, answer.json()


def test_a_product_is_added_and_its_lowest_price_is_told(shop: Program) -> None:
    with time_machine.travel(NOW, tick=False):
        code, told = ask(shop, "put", MUG)
        product = Product.objects.get()
        assert (code, told) == (201, {
            "id": product.pk, "key": "mug", "title": "Mug", "url": "", "image_url": "", "category": "kitchen",
            "price": "12.00", "regular_price": "15.00", "currency": "PLN", "stock": 3, "available": True,
            "properties": {}, "lowest_30d": "12.00", "updated_at": "2026-03-30T12:00:00Z",
        })  # fmt: skip
        assert shop.get("products/mug/") == (200, told)
    for days, price in ((5, "9.00"), (10, "14.00")):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            code, told = ask(shop, "patch", {"price": price})
    assert (code, told["price"], told["lowest_30d"], told["stock"]) == (200, "14.00", "9.00", 3)
    assert ProductPrice.objects.count() == 3


def test_put_says_all_of_it_and_patch_what_it_names(shop: Program) -> None:
    ask(shop, "put", {**MUG, "currency": "EUR", "properties": {"colour": "red"}})
    code, told = ask(shop, "patch", {"stock": None, "properties": {}})
    assert (code, told["stock"], told["properties"], told["currency"], told["price"]) == (
        200,
        None,
        {},
        "EUR",
        "12.00",
    )
    code, told = ask(shop, "put", {"title": "Cup"})
    assert (code, told["title"], told["price"], told["currency"], told["lowest_30d"]) == (
        200,
        "Cup",
        None,
        "",
        None,
    )
    assert ask(shop, "patch", {"title": "x"}, "products/none/")[1]["code"] == "no_product"
    assert ask(shop, "put", {})[0] == 400
    for wrong in (
        {"price": "-1"},
        {"price": "1.234"},
        {"url": "ftp://x"},
        {"colour": "red"},
        {"stock": -1},
        {"currency": "zł"},
    ):
        code, told = ask(shop, "patch", wrong)
        assert (code, told["code"]) == (400, "invalid"), wrong
    assert Product.objects.get().title == "Cup"


def test_delete_withdraws_it_from_sale_and_keeps_its_history(shop: Program) -> None:
    ask(shop, "put", MUG)
    code, told = ask(shop, "delete")
    assert (code, told["available"], told["price"]) == (200, False, "12.00")
    assert (Product.objects.count(), ProductPrice.objects.count()) == (1, 1)
    assert ask(shop, "delete")[0] == 200
    assert ask(shop, "delete", path="products/none/")[0] == 404
    assert ask(shop, "patch", {"available": True})[1]["available"] is True


def test_a_batch_says_what_became_of_each(shop: Program) -> None:
    ask(shop, "put", MUG)
    ask(shop, "put", MUG, "products/pot/")
    items: list[Any] = [
        {"key": "mug", **MUG}, {"key": "pot", **MUG, "price": "11.00"}, {"key": "cup", "title": "Cup"},
        {"key": "cup", "title": "Cup!"}, {"key": "bad", "title": "x", "url": "nowhere"}, {"key": "worse"}, 7,
    ]  # fmt: skip
    code, told = ask(shop, "post", {"products": items}, "products/batch/")
    assert (code, told["stored"], told["refused"]) == (200, 4, 3)
    assert [(one["key"], one["status"]) for one in told["items"]] == [
        ("mug", "unchanged"), ("pot", "updated"), ("cup", "created"), ("cup", "updated"), (None, "refused"),
        (None, "refused"), (None, "refused"),
    ]  # fmt: skip
    assert [[fault["pointer"] for fault in one["errors"]] for one in told["items"][4:]] == [
        ["/products/4"], ["/products/5/title"], ["/products/6"],
    ]  # fmt: skip
    assert list(Product.objects.order_by("key").values_list("key", "title")) == [
        ("cup", "Cup!"), ("mug", "Mug"), ("pot", "Mug"),
    ]  # fmt: skip


def test_a_call_under_a_key_is_done_once(shop: Program) -> None:
    body = {"products": [{"key": "mug", **MUG}]}
    first = ask(shop, "post", body, "products/batch/", Idempotency_Key="till-1")
    Product.objects.update(title="Other")
    assert ask(shop, "post", body, "products/batch/", Idempotency_Key="till-1") == first
    assert ask(shop, "delete", None, "products/mug/", Idempotency_Key="till-1")[1]["code"] == "key_reused"
    assert Product.objects.get().title == "Other"


def test_lists_are_asked_by_category_and_in_it_by_what_can_be_bought(shop: Program) -> None:
    for key, category, available in (("a", "kitchen", True), ("b", "garden", True), ("c", "kitchen", False)):
        ask(shop, "put", {**MUG, "category": category, "available": available}, f"products/{key}/")

    def keys(asked: str) -> list[str]:
        return [one["key"] for one in shop.get(f"products/?{asked}")[1]["items"]]

    assert [keys("limit=200"), keys("category=kitchen"), keys("category=kitchen&available=false")] == [
        ["a", "b", "c"], ["a", "c"], ["c"],
    ]  # fmt: skip
    assert shop.get("products/?available=true")[1]["code"] == "bad_parameter"
    assert shop.get("products/?title=Mug")[1]["code"] == "unknown_parameter"


def test_scopes_are_two(db: None) -> None:
    reader, writer = Program("products:read"), Program("products:write")
    assert writer.ask("put", "products/mug/", MUG).status_code == 201
    assert reader.get("products/mug/")[0] == 200
    assert reader.ask("put", "products/mug/", MUG).json()["detail"] == (
        "This key lacks a scope; it needs: products:write."
    )
    assert writer.get("products/")[1]["detail"] == "This key lacks a scope; it needs: products:read."
    assert Program("customers:write").get("products/")[0] == 403


def test_a_thousand_cost_as_many_statements_as_ten(shop: Program) -> None:
    def cost(count: int, mark: str) -> tuple[int, int]:
        body = {"products": [{"key": f"{mark}-{number}", **MUG} for number in range(count)]}
        with CaptureQueriesContext(
            connection,
        ) as ran:
            code, told = ask(shop, "post", body, "products/batch/")
        assert (code, told["stored"]) == (200, count)
        for one in body["products"]:
            one["price"] = "13.00"
        with CaptureQueriesContext(connection) as changed:
            assert ask(shop, "post", body, "products/batch/")[1]["items"][0]["status"] == "updated"
        return len(ran), len(changed)

    cost(1, "warm")
    few = cost(10, "few")
    # SQLite takes so many values a statement: there a thousand rows are written in pieces.
    assert cost(1000, "many") == {"sqlite": (21, 27)}.get(connection.vendor, few)
    with CaptureQueriesContext(connection) as one:
        shop.get("products/?limit=1")
    with CaptureQueriesContext(connection) as many:
        assert len(shop.get("products/?limit=200")[1]["items"]) == 200
    assert len(one) == len(many)
