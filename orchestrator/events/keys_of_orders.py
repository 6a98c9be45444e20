"""KEYS OF ORDERS: what names each event of an order's life for good, whichever way it comes in.

A file, a connector and a second reading of either give the same key, so the same thing is stored once. An id that makes
a key longer than a column holds is named by its hash. Stored, so never to be changed; the tests pin literal values.
"""

from __future__ import annotations

from hashlib import sha256

LONGEST = 100


def placed_key(order_id: str) -> str:
    """Of the order itself."""
    return _key("order", order_id)


def paid_key(order_id: str) -> str:
    """Of its payment."""
    return _key("order.paid", order_id)


def delivered_key(order_id: str) -> str:
    """Of its arrival."""
    return _key("order.delivered", order_id)


def cancelled_key(order_id: str) -> str:
    """Of its end before it was delivered; there is one, however often it is told."""
    return _key("order.cancelled", order_id)


def returned_key(order_id: str, return_id: str) -> str:
    """Of one return; an order may have several."""
    return _key("order.returned", f"{order_id}:{return_id}")


def _key(prefix: str, id_: str) -> str:
    key = f"{prefix}:{id_}"
    return key if len(key) <= LONGEST else f"{prefix}:{sha256(id_.encode()).hexdigest()}"
