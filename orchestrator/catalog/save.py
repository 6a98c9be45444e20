"""SAVE: store products, a few hundred to some thousands a call, in a handful of statements.

A product that is as it was is not written. A price that is new for it begins a line of its history, in which the lowest of
the last thirty days is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from orchestrator.catalog.models import Product, ProductPrice
from orchestrator.catalog.product import check
from orchestrator.domain.wording import Wrong, words_of
from orchestrator.sdk import Offered
from orchestrator.sdk.value import value
from orchestrator.store import bulk

COLUMNS = (
    "title", "url", "image_url", "category", "price", "regular_price", "currency", "stock", "available", "properties",
)  # fmt: skip
KEPT = timedelta(days=400)  # of prices that are no longer


@value
class Saved:
    """How many were new, and how many of those that were known have changed. `fresh`, `changed`: the keys of both."""

    created: int
    updated: int
    fresh: frozenset[str] = field(default=frozenset(), compare=False)
    changed: frozenset[str] = field(default=frozenset(), compare=False)


def save(products: Sequence[Offered], now: datetime) -> Saved:
    """Store them all, or none: ValueError names the first that cannot be. Of a key that stands twice the last counts."""
    wanted = {}
    for one in products:
        try:
            wanted[one.key] = check(one)
        except ValueError as error:
            raise Wrong("product “%(key)s”: %(error)s", key=one.key[:100], error=words_of(error)) from error
    if not wanted:
        return Saved(0, 0)
    with transaction.atomic():
        created = _insert(wanted, now)
        before = _known([key for key in wanted if key not in created])
        changed = {key: one for key, one in before.items() if _row(wanted[key]) != one[1:]}
        rows = [(one[0], *_row(wanted[key]), now) for key, one in sorted(changed.items())]
        bulk.update(Product, (*COLUMNS, "updated_at"), rows)
        _price(wanted, created, changed, now)
    return Saved(len(created), len(changed), frozenset(created), frozenset(changed))


def _insert(wanted: Mapping[str, Offered], now: datetime) -> dict[str, int]:
    """Those that are new, by key; in one order, so that two who save at once wait for each other in no circle."""
    rows = [(key, *_row(one), now) for key, one in sorted(wanted.items())]
    columns = ("key", *COLUMNS, "updated_at")
    made = bulk.insert(Product, columns, rows, ignore_conflicts=True, returning=("key", "id"))
    return dict(made)


def _known(keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    rows = Product.objects.filter(key__in=keys).order_by("key").select_for_update()
    return {key: tuple(row) for key, *row in rows.values_list("key", "id", *COLUMNS)}


def _row(one: Offered) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in COLUMNS)


def _price(
    wanted: Mapping[str, Offered],
    created: Mapping[str, int],
    changed: Mapping[str, tuple[Any, ...]],
    now: datetime,
) -> None:
    """Begin a line for each price that was another one before, and forget lines of long ago."""
    place = {name: COLUMNS.index(name) + 1 for name in ("price", "currency")}
    begun = dict(created)
    for key, row in changed.items():
        if (row[place["price"]], row[place["currency"]]) != (wanted[key].price, wanted[key].currency):
            begun[key] = row[0]
    prices = [(id_, wanted[key].price, wanted[key].currency, now) for key, id_ in sorted(begun.items())]
    rows = [row for row in prices if row[1] is not None]
    columns = ("product", "price", "currency", "since")
    bulk.insert(ProductPrice, columns, rows, ignore_conflicts=True)
    later = ProductPrice.objects.filter(
        product=OuterRef("product"), since__gt=OuterRef("since"), since__lte=now - KEPT
    )
    ended = ProductPrice.objects.filter(product__in=list(begun.values()), since__lt=now - KEPT)
    ended.filter(Exists(later)).delete()
