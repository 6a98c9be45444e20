"""What is checked of a product that comes from outside before it is stored: what is not said of it is not known."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

from orchestrator.customers.plain import check_text, make_plain
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.sdk import Offered

LARGEST = Decimal(10) ** 12
MOST_STOCK = 2_000_000_000
_OF = {
    "key": Words("the key of a product"), "title": Words("the title of a product"),
    "category": Words("the category of a product"), "url": Words("the url of a product"),
    "image_url": Words("the image_url of a product"),
}  # fmt: skip
_LENGTHS = {"key": 100, "title": 300, "category": 300, "url": 2000, "image_url": 2000}


def check(one: Offered) -> Offered:
    """The same as it can be stored; ValueError in words for the first thing that cannot."""
    for name, longest in _LENGTHS.items():
        if len(check_text(getattr(one, name), _OF[name])) > longest:
            raise Wrong(
                "%(what)s has at most %(longest)s letters; shorten it",
                what=_OF[name],
                longest=longest,
            )
    if not one.key.strip() or not one.title.strip():
        raise Wrong("a product needs a key and a title; fill both in")
    for name in ("url", "image_url"):
        _check_url(getattr(one, name), name)
    if one.currency and not re.fullmatch(r"[A-Z]{3}", one.currency):
        raise Wrong(
            "the currency %(currency)s is no code; write three letters, like PLN",
            currency=shown(one.currency),
        )
    if one.stock is not None and not 0 <= one.stock <= MOST_STOCK:
        raise Wrong("the stock %(stock)s is no number of things; write 0 or more", stock=one.stock)
    return replace(
        one,
        price=_money(one.price, Words("the price")),
        regular_price=_money(one.regular_price, Words("the regular price")),
        properties=make_plain(one.properties, "properties"),
    )


def _check_url(text: str, name: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = None
    if text and (parts is None or parts.scheme not in ("http", "https") or not parts.netloc):
        raise Wrong(
            "the %(name)s %(text)s is no address; write it like https://shop.example/mug",
            name=name,
            text=shown(text),
        )


def _money(amount: Decimal | None, name: str) -> Decimal | None:
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount < LARGEST:
        raise Wrong(
            "%(name)s %(amount)s is no amount of money; write it like 12.00",
            name=name,
            amount=shown(str(amount)),
        )
    kept = amount.quantize(Decimal("0.01"))
    if kept != amount:
        raise Wrong(
            "%(name)s %(amount)s has more than two decimal places; round it",
            name=name,
            amount=shown(str(amount)),
        )
    return kept
