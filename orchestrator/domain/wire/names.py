"""What events are called here. Segment's e-commerce specification (version 2) names them "Order Completed"; we say order.placed.

Any other name is written in small letters with `_` between words, as ours are; one that is written like ours stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from orchestrator.domain.shown import shown
from orchestrator.domain.wire.values import Refusal

# By the snake-cased name, so that "Order Completed", "order completed" and "orderCompleted" are one.
NAMES: Mapping[str, str] = {
    "order_completed": "order.placed",
    "order_updated": "order.updated",
    "order_refunded": "order.returned",
    "order_cancelled": "order.cancelled",
    "product_viewed": "product.viewed",
    "product_clicked": "product.clicked",
    "product_list_viewed": "product_list.viewed",
    "product_added": "cart.product_added",
    "product_removed": "cart.product_removed",
    "product_added_to_wishlist": "wishlist.product_added",
    "product_removed_from_wishlist": "wishlist.product_removed",
    "products_searched": "products.searched",
    "product_reviewed": "product.reviewed",
    "cart_viewed": "cart.viewed",
    "cart_updated": "cart.updated",
    "checkout_started": "checkout.started",
    "checkout_step_completed": "checkout.step_completed",
    "payment_info_entered": "checkout.payment_entered",
    "coupon_applied": "coupon.applied",
    "coupon_entered": "coupon.entered",
    "signed_up": "customer.signed_up",
}
# What we say ourselves: of messages that left, consents, segments, and of bad data. Nobody may say it for us.
OURS = ("message.", "consent.", "segment.", "data.")
LARGEST = Decimal(10) ** 12
_OURS = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REST = re.compile(r"[^a-z0-9]+")
_PLACED = ("total", "revenue", "value")


@lru_cache(maxsize=4096)  # events are many, their names few
def name_of(written: str) -> str:
    """Our name of an event; Refusal for one of which nothing remains, or that only we may say."""
    name = _named(written.strip())
    if not name:
        raise Refusal(
            "bad_name", f"the event name {shown(written)} has no letters or digits that we can keep"
        )
    if name.startswith(OURS):
        raise Refusal("reserved_name", f"events called {name} are told by this installation alone")
    return name


def _named(written: str) -> str:
    if len(written) <= 100 and _OURS.fullmatch(written):
        return written
    snake = snake_cased(written)
    return NAMES.get(snake, snake)


def snake_cased(written: str) -> str:
    """Small letters, digits and `_`, beginning with a letter, at most 100: "Zamówienie złożone" is zamowienie_zlozone."""
    folded = unicodedata.normalize("NFKD", written[:400].replace("ł", "l").replace("Ł", "L"))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    snake = _REST.sub("_", _HUMP.sub("_", plain).lower()).strip("_")
    return (f"e_{snake}" if snake[:1].isdigit() else snake)[:100].rstrip("_")


def amount_of(name: str, properties: Mapping[str, Any]) -> Decimal | None:
    """The money of an event: of an order or a checkout its total, else its revenue, else its value; of any other its revenue."""
    asked = _PLACED if name.startswith(("order.", "checkout.")) else ("revenue",)
    for field in asked:
        if (amount := money(properties.get(field))) is not None:
            return abs(amount) if name == "order.returned" else amount  # what was given back is so much
    return None


def money(value: Any) -> Decimal | None:
    """A sum as JSON writes one, as a number or a text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return None if isinstance(value, str) and len(value) > 40 else _money(value)


@lru_cache(maxsize=4096, typed=True)  # prices come again and again
def _money(value: float | str) -> Decimal | None:
    try:
        amount = Decimal(value.strip() if isinstance(value, str) else repr(value))
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() and abs(amount) < LARGEST else None
