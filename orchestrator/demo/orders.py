"""The tale of a file of orders: everybody comes with their first order, and allows email."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestrator.customers.people import Person
from orchestrator.demo.tale import Act, Newcomer, Tale
from orchestrator.events.imports import PLACED
from orchestrator.events.orders import Order, iter_orders

AFTER = timedelta(days=30)


def tell(path: Path, zone: ZoneInfo, currency: str) -> Tale:
    """From the first order to 30 days past the last. ValueError, with the line, for a file that is wrong."""
    orders = sorted(iter_orders(path, zone), key=lambda order: (order.occurred_at, order.line))
    if not orders:
        raise ValueError(f"{path} holds no orders")
    since: dict[str, datetime] = {}
    for order in orders:
        since.setdefault(order.external_id, order.occurred_at)
    newcomers = [_newcomer(name, at) for name, at in since.items()]
    begins, last = orders[0].occurred_at, orders[-1].occurred_at
    return Tale(begins, last + AFTER, newcomers, [_act(order, currency) for order in orders])


def _newcomer(name: str, at: datetime) -> Newcomer:
    address = {"email": f"customer-{name}@example.com"}
    return Newcomer(at, Person(name, addresses=address, created_at=at), {"email": "granted"})


def _act(order: Order, currency: str) -> Act:
    properties = {
        "order_id": order.order_id or order.key,
        "count": order.count,
        "currency": order.currency or currency,
    }
    return Act(order.occurred_at, order.external_id, PLACED, order.key, order.value, properties)
