"""KEYS OF ORDERS: what names each event of an order's life for good, whichever way it comes in.

A file, a connector and a second reading of either give the same key, so the same thing is stored once. An id that makes
a key longer than a column holds is named by its hash. Stored, so never to be changed; the tests pin literal values.
"""

from __future__ import annotations

from orchestrator.sdk import order_key


def placed_key(order_id: str) -> str:
    """Of the order itself."""
    return order_key("order", order_id)


def paid_key(order_id: str) -> str:
    """Of its payment."""
    return order_key("order.paid", order_id)


def delivered_key(order_id: str) -> str:
    """Of its arrival."""
    return order_key("order.delivered", order_id)


def cancelled_key(order_id: str) -> str:
    """Of its end before it was delivered; there is one, however often it is told."""
    return order_key("order.cancelled", order_id)


def returned_key(order_id: str, return_id: str) -> str:
    """Of one return; an order may have several."""
    return order_key("order.returned", f"{order_id}:{return_id}")
