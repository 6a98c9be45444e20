"""LOWEST: the lowest price of the last thirty days before the price of now began (the Omnibus directive).

That is what must stand beside a reduced price. A product that has always cost the same has none other than that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from orchestrator.catalog.models import ProductPrice

DAYS = timedelta(days=30)
Line = tuple[datetime, Decimal, str]


def lowest_30d(products: Collection[int], now: datetime) -> dict[int, Decimal]:
    """By product; nothing for one without a price. One statement; only prices in the currency of now are compared."""
    lines: Mapping[int, list[Line]] = _lines(products, now)
    return {product: lowest_of(theirs) for product, theirs in lines.items()}


def lowest_of(lines: Sequence[Line]) -> Decimal:
    """Of one product's prices, oldest first; the last is the price of now."""
    began, price, currency = lines[-1]
    since, found = began - DAYS, []
    for (at, amount, kind), (ended, *_rest) in pairwise(lines):
        if ended > since and at < began and kind == currency:
            found.append(amount)
    return min(found, default=price)


def _lines(products: Collection[int], now: datetime) -> Mapping[int, list[Line]]:
    answer: dict[int, list[Line]] = defaultdict(list)
    lines = ProductPrice.objects.filter(product__in=list(products), since__lte=now).order_by("since")
    rows: Any = lines.values_list("product", "since", "price", "currency")
    for product, at, price, currency in rows:
        answer[product].append((at, price, currency))
    return answer
