"""`/api/v1/products/`: what the shop sells, its price now and the lowest of thirty days; one by one or a thousand a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.accounts.scopes import READ_PRODUCTS, WRITE_PRODUCTS
from orchestrator.api.auth import Door
from orchestrator.api.once import once
from orchestrator.api.pages import page
from orchestrator.api.params import PAGED, Param, read
from orchestrator.api.problems import Fault, Refused
from orchestrator.api.shapes import (
    Fates,
    ObjectField,
    ProblemFault,
    Shape,
    batch,
    page_of,
    read_body,
    read_items,
)
from orchestrator.api.telling import told
from orchestrator.catalog.lowest import lowest_30d
from orchestrator.catalog.models import Product
from orchestrator.catalog.product import check
from orchestrator.catalog.save import COLUMNS, Saved, save
from orchestrator.sdk import Offered
from orchestrator.workspace.models import Workspace

Plain = dict[str, Any]
_FILTERS = (
    Param("category", "Products of this category, written as it is.", example="kitchen"),
    Param(
        "available", "Those that can be bought, or cannot.", choices=("true", "false"), needs=("category",)
    ),
)
SENT: Plain = {
    "title": "Mug", "url": "https://shop.example/mug", "category": "kitchen", "price": "39.00",
    "regular_price": "49.00", "currency": "PLN", "stock": 12,
}  # fmt: skip
EXAMPLE: Plain = {
    "id": 3, "key": "mug-1", **SENT, "image_url": "", "available": True, "properties": {}, "lowest_30d": "42.00",
    "updated_at": "2026-03-02T12:00:00Z",
}  # fmt: skip


class ProductShape(serializers.Serializer):  # type: ignore[type-arg]
    """One thing that the shop sells. `lowest_30d`: what must stand beside a reduced price; null without a price."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    image_url = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    price = serializers.CharField(allow_null=True)
    regular_price = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    stock = serializers.IntegerField(allow_null=True)
    available = serializers.BooleanField()
    properties = ObjectField()
    lowest_30d = serializers.CharField(allow_null=True)
    updated_at = serializers.DateTimeField()


class ProductChanges(Shape):
    """What becomes known of a product; what is not named stays. `available` is whether it can be bought."""

    title = serializers.CharField(required=False, max_length=300)
    url = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    image_url = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    category = serializers.CharField(required=False, allow_blank=True, max_length=300)
    price = serializers.DecimalField(14, 2, required=False, allow_null=True, min_value=0)
    regular_price = serializers.DecimalField(14, 2, required=False, allow_null=True, min_value=0)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    stock = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2_000_000_000)
    available = serializers.BooleanField(required=False)
    properties = ObjectField(required=False)


class WholeProduct(ProductChanges):
    """A product as it is now: what is not said of it is not known. A price without a currency is in the workspace's."""

    title = serializers.CharField(max_length=300)


class NewProduct(WholeProduct):
    """The same with the shop's own number of it."""

    key = serializers.CharField(max_length=100)


class OfferedShape(serializers.Serializer):  # type: ignore[type-arg]
    """What became of an item; `errors` of one that was refused."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(["created", "updated", "unchanged", "refused"])
    key = serializers.CharField(allow_null=True)
    errors = ProblemFault(many=True)


class OfferedBatch(Fates):
    """Each item's fate, in the order given."""

    items = OfferedShape(many=True)


class ProductBatch(serializers.Serializer):  # type: ignore[type-arg]
    """One to a thousand."""

    products = NewProduct(many=True)


class ProductsView(Door):
    """All of them."""

    rights = {"GET": READ_PRODUCTS}

    @told(
        "list_products", "List products, by their numbers",
        tag="products", params=(*_FILTERS, *PAGED), answers=page_of(ProductShape),
        example={"items": [EXAMPLE], "next": None},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Those withdrawn from sale too: `available` says which."""
        asked = read(request, (*_FILTERS, *PAGED))
        rows = Product.objects.all()
        if asked["category"]:
            rows = rows.filter(category=asked["category"])
        if asked["available"]:
            rows = rows.filter(available=asked["available"] == "true")
        return page(rows, asked, tell_products, name="products")


class ProductView(Door):
    """One of them."""

    rights = {"GET": READ_PRODUCTS, "PUT": WRITE_PRODUCTS, "PATCH": WRITE_PRODUCTS, "DELETE": WRITE_PRODUCTS}

    @told("get_product", "Get a product", tag="products", answers=ProductShape, example=EXAMPLE, missing=True)
    def get(self, request: Request, product: str) -> Response:
        """With its price now and the lowest of the thirty days before that began."""
        read(request, ())
        return _answer(_found(product))

    @told(
        "put_product", "Add a product, or say anew all that is known of it",
        tag="products", body=WholeProduct, sent=SENT, writes=True,
        answers=ProductShape, example=EXAMPLE, status=201, also={200: ProductShape},
    )  # fmt: skip
    @once
    def put(self, request: Request, product: str) -> Response:
        """201 for a new one, 200 for one that is known. What is not named is known no more."""
        given = read_body(WholeProduct, request.data)
        saved = _save_one(_offered({"key": product, **given}))
        return _answer(_found(product), 201 if saved.created else 200)

    @told(
        "change_product", "Change a product",
        tag="products", body=ProductChanges, sent={"price": "35.00", "stock": 9}, writes=True,
        answers=ProductShape, example=EXAMPLE, missing=True,
    )  # fmt: skip
    @once
    def patch(self, request: Request, product: str) -> Response:
        """What is not named stays."""
        given = read_body(ProductChanges, request.data)
        _save_one(_offered({**_said(_found(product, held=True)), **given}))
        return _answer(_found(product))

    @told(
        "withdraw_product", "Withdraw a product from sale",
        tag="products", writes=True, answers=ProductShape, example={**EXAMPLE, "available": False}, missing=True,
    )  # fmt: skip
    @once
    def delete(self, request: Request, product: str) -> Response:
        """It stays with what it has cost, and is recommended no more; PUT or PATCH offer it again."""
        _save_one(_offered({**_said(_found(product, held=True)), "available": False}))
        return _answer(_found(product))


class ProductBatchView(Door):
    """Many of them."""

    rights = {"POST": WRITE_PRODUCTS}

    @told(
        "save_products", "Add up to 1000 products, or say anew all that is known of them",
        tag="products", body=ProductBatch, sent={"products": [{"key": "mug-1", **SENT}]}, writes=True,
        answers=OfferedBatch,
        example={"stored": 1, "refused": 0, "items": [
            {"index": 0, "status": "created", "key": "mug-1", "errors": []}]},
    )  # fmt: skip
    @once
    def post(self, request: Request) -> Response:
        """Each by itself, as PUT does it: one that is refused keeps no other out. Of a key twice the last counts."""
        return Response(save_batch(batch(request.data, "products")))


def save_batch(items: list[Any]) -> Plain:
    """Save those that are sound, in one call of the verb; each item's fate."""
    sound: dict[int, Offered] = {}
    faults: dict[int, list[Fault]] = {}
    currency = Workspace.get().currency
    for number, given, wrong in read_items(NewProduct, items, "products"):
        try:
            if given is not None:
                sound[number] = check(_offered(given, currency))
        except ValueError as error:
            wrong = [{"pointer": f"/products/{number}", "code": "invalid", "detail": str(error)}]
        faults[number] = wrong
    saved = save(list(sound.values()), timezone.now())
    rows = _fates(len(items), sound, saved, faults)
    return {"stored": len(sound), "refused": len(items) - len(sound), "items": rows}


def _fates(
    count: int, sound: Mapping[int, Offered], saved: Saved, faults: Mapping[int, list[Fault]]
) -> list[Plain]:
    rows: list[Plain] = []
    seen: set[str] = set()
    for number in range(count):
        key = sound[number].key if number in sound else None
        again = key in seen
        if key is None:
            status = "refused"
        elif key in saved.fresh:
            status = "updated" if again else "created"
        else:
            status = "updated" if key in saved.changed else "unchanged"
        seen |= {key} if key else set()
        rows.append({"index": number, "status": status, "key": key, "errors": faults[number]})
    return rows


def tell_products(products: Sequence[Product]) -> list[Plain]:
    """As answers name them, with their lowest prices: one query more, however many."""
    lowest = lowest_30d([one.pk for one in products], timezone.now())
    return [
        {
            "id": one.pk, "key": one.key, **_said(one), "price": _money(one.price),
            "regular_price": _money(one.regular_price),
            "lowest_30d": _money(lowest.get(one.pk) if one.price is not None else None),
            "updated_at": one.updated_at,
        }
        for one in products
    ]  # fmt: skip


def _offered(given: Mapping[str, Any], currency: str = "") -> Offered:
    """`currency`: of a price that names none; of the workspace where it is not given."""
    if given.get("price") is not None and not given.get("currency"):
        given = {**given, "currency": currency or Workspace.get().currency}
    return Offered(**given)


def _save_one(one: Offered) -> Saved:
    try:
        return save([check(one)], timezone.now())
    except ValueError as error:
        fault = {"pointer": "", "code": "invalid", "detail": str(error)}
        raise Refused("invalid", str(error), 400, [fault]) from None


def _found(key: str, held: bool = False) -> Product:
    rows = Product.objects.select_for_update() if held else Product.objects.all()
    one = rows.filter(key=key).first() if "\0" not in key else None
    if one is None:
        raise Refused("no_product", f"There is no product “{key[:100]}”.", 404)
    return one


def _said(one: Product) -> Plain:
    return {name: getattr(one, name) for name in ("key", *COLUMNS)}


def _answer(one: Product, status: int = 200) -> Response:
    return Response(tell_products([one])[0], status)


def _money(amount: Any) -> str | None:
    return None if amount is None else f"{amount:.2f}"
