"""The tale of a file of orders: everybody comes with their first order, and allows email."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestrator.customers.imports.files import FileError, inspect
from orchestrator.customers.imports.report import Errors
from orchestrator.customers.imports.table import RowError
from orchestrator.customers.people import Person
from orchestrator.demo.tale import Act, Newcomer, Tale
from orchestrator.events.changes import too_late
from orchestrator.events.imports import PLACED, properties_of
from orchestrator.events.orders import Order, read_orders

AFTER = timedelta(days=30)
_PLAIN = re.compile(r"[a-z0-9_-]{1,50}")  # other ids make no mailbox, or one that is already another's


def tell(path: Path, zone: ZoneInfo, currency: str, now: datetime) -> Tale:
    """From the first order to 30 days past the last. FileError names every line that is wrong; none is left out."""
    orders = sorted(_read(path, zone, now), key=lambda order: (order.occurred_at, order.line))
    if not orders:
        raise FileError(f"{path} holds no orders")
    since: dict[str, datetime] = {}
    for order in orders:
        since.setdefault(order.external_id, order.occurred_at)
    newcomers = [_newcomer(name, at) for name, at in since.items()]
    begins, last = orders[0].occurred_at, orders[-1].occurred_at
    return Tale(begins, last + AFTER, newcomers, [_act(order, currency) for order in orders])


def _read(path: Path, zone: ZoneInfo, now: datetime) -> list[Order]:
    errors, orders = Errors(), []
    for item in read_orders(inspect(path), zone):
        if isinstance(item, RowError):
            errors.add(item.line, item.message)
        elif (why := too_late(item.occurred_at, now)) is not None:
            errors.add(item.line, why)
        else:
            orders.append(item)
    if errors.count:
        raise FileError(
            "\n".join([f"{path} is not lived, for some of its lines are wrong:", *errors.as_lines()])
        )
    return orders


def _newcomer(name: str, at: datetime) -> Newcomer:
    mailbox = name if _PLAIN.fullmatch(name) else blake2b(name.encode(), digest_size=8).hexdigest()
    address = {"email": f"customer-{mailbox}@example.com"}
    return Newcomer(at, Person(name, addresses=address, created_at=at), {"email": "granted"})


def _act(order: Order, currency: str) -> Act:
    properties = properties_of(order, currency)
    return Act(order.occurred_at, order.external_id, PLACED, order.key, order.value, properties)
