"""An order's life as facts: the names, keys and properties that every shop's orders have in common.

Stored, so never to be changed. An id that makes a key longer than 100 letters is named by its hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from orchestrator.sdk.sources import Happened, Who

LONGEST = 100


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of an order. `price`: of one piece, as the customer paid it."""

    product_id: str
    name: str
    quantity: int
    price: Decimal
    sku: str = ""
    category: str = ""

    def plain(self) -> dict[str, Any]:
        """As it stands in an event; what is empty is left out."""
        said = {
            "product_id": self.product_id, "sku": self.sku, "name": self.name, "category": self.category,
            "quantity": self.quantity, "price": str(self.price),
        }  # fmt: skip
        return {name: value for name, value in said.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it was placed. `id`: with the connection's prefix; `total`: gross, with the delivery."""

    id: str
    who: Who
    placed_at: datetime
    total: Decimal
    currency: str
    items: Sequence[OrderItem] = ()
    discount: Decimal | None = None
    coupon: str = ""

    def placed(self) -> Happened:
        """It was placed."""
        said: dict[str, Any] = {
            "order_id": self.id, "currency": self.currency, "count": sum(one.quantity for one in self.items),
            "items": [one.plain() for one in self.items],
        }  # fmt: skip
        if self.discount:
            said["discount"] = str(self.discount)
        if self.coupon:
            said["coupon"] = self.coupon
        return Happened(
            self.who, "order.placed", self.placed_at, order_key("order", self.id), self.total, said
        )

    def paid(self, at: datetime) -> Happened:
        """It was paid."""
        return self._step("order.paid", at)

    def delivered(self, at: datetime) -> Happened:
        """It arrived, or was handed to the carrier where the shop tells no more."""
        return self._step("order.delivered", at)

    def cancelled(self, at: datetime) -> Happened:
        """It was called off."""
        return self._step("order.cancelled", at)

    def returned(
        self, return_id: str, at: datetime, amount: Decimal, items: Sequence[OrderItem] = ()
    ) -> Happened:
        """A part of it, or all, came back; `amount`: the money given back, positive."""
        return returned(self.who, self.id, return_id, at, amount, self.currency, items)

    def _step(self, name: str, at: datetime) -> Happened:
        return Happened(self.who, name, at, order_key(name, self.id), None, {"order_id": self.id})


def returned(
    who: Who,
    order_id: str,
    return_id: str,
    at: datetime,
    amount: Decimal,
    currency: str = "",
    items: Sequence[OrderItem] = (),
) -> Happened:
    """A return that is told by itself, without its order."""
    said: dict[str, Any] = {"order_id": order_id}
    if currency:
        said["currency"] = currency
    if items:
        said["items"] = [one.plain() for one in items]
    key = order_key("order.returned", f"{order_id}:{return_id}")
    return Happened(who, "order.returned", at, key, abs(amount), said)


def order_key(prefix: str, id_: str) -> str:
    """The key of one step in an order's life."""
    key = f"{prefix}:{id_}"
    return key if len(key) <= LONGEST else f"{prefix}:{sha256(id_.encode()).hexdigest()}"


def ticket_key(what: str, id_: str, nth: str = "") -> str:
    """The key of a ticket's step: `ticket.opened:<id>`, `ticket.closed:<id>:<number of closing>`."""
    return order_key(f"ticket.{what}", f"{id_}:{nth}" if nth else id_)
