"""GOODS: what the sample shop sells, at which prices, and what somebody puts in a basket."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from orchestrator.catalog.save import save
from orchestrator.sdk.orders import OrderItem
from orchestrator.sdk.sources import Offered

GREEN, BLACK, HERBAL, WARE = "green tea", "black tea", "herbal tea", "teaware"
# key, title, category, złoty
_SHELF = (
    ("sencha", "Sencha, 100 g", GREEN, "29.90"),
    ("gunpowder", "Gunpowder, 100 g", GREEN, "24.50"),
    ("jasmine", "Jaśminowa, 100 g", GREEN, "34.00"),
    ("darjeeling", "Darjeeling first flush, 100 g", BLACK, "49.00"),
    ("assam", "Assam, 100 g", BLACK, "27.00"),
    ("earl-grey", "Earl Grey, 100 g", BLACK, "25.90"),
    ("herbata-zimowa", "Herbata zimowa, 100 g", BLACK, "32.00"),
    ("rooibos", "Rooibos, 100 g", HERBAL, "22.00"),
    ("yerba-mate", "Yerba mate, 500 g", HERBAL, "39.00"),
    ("czajniczek", "Czajniczek żeliwny, 0.8 l", WARE, "129.00"),
)
GOODS = tuple(
    Offered(
        key,
        title,
        f"https://shop.example/{key}",
        "",
        category,
        Decimal(price),
        None,
        "PLN",
        40 + 7 * len(key),
    )
    for key, title, category, price in _SHELF
)
ON_SALE = "herbata-zimowa"
CHEAPER, SALE_FOR = Decimal("0.75"), timedelta(days=10)
_LONG_AGO = timedelta(days=300)
_MOST = 4  # different goods in a basket


def stock_shelves(ends: datetime) -> None:
    """Fill the catalogue as it has long been, with one tea on sale for the last days of the tale."""
    save(GOODS, ends - _LONG_AGO)
    reduced = next(one for one in GOODS if one.key == ON_SALE)
    assert reduced.price is not None
    price = (reduced.price * CHEAPER).quantize(Decimal("0.01"))
    save([replace(reduced, price=price, regular_price=reduced.price)], ends - SALE_FOR)


def basket(spend: float, chance: random.Random) -> Sequence[OrderItem]:
    """About as much as somebody spends, in złoty: one thing at least."""
    chosen = chance.sample(GOODS, chance.randint(1, _MOST))
    each = spend / len(chosen)
    return [_item(one, each) for one in chosen]


def total(items: Sequence[OrderItem]) -> Decimal:
    """What these cost together."""
    return sum((one.price * one.quantity for one in items), Decimal(0))


def _item(one: Offered, spend: float) -> OrderItem:
    assert one.price is not None
    quantity = max(1, round(spend / float(one.price)))
    return OrderItem(one.key, one.title, quantity, one.price, one.key.upper(), one.category)
