"""Import orders: each becomes one `order.placed` of a customer, who is added where they are not known yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from orchestrator.customers.imports.files import inspect
from orchestrator.customers.imports.report import Advance, Errors, batches
from orchestrator.customers.imports.table import RowError
from orchestrator.customers.save import Person, save
from orchestrator.events.models import Event
from orchestrator.events.orders import Order, read_orders
from orchestrator.events.record import NewEvent, record

CHUNK = 5000
PLACED = "order.placed"


@dataclass(slots=True)
class OrdersReport:
    """What came of the file. `customers`, `orders` and `value`: what it names, as it is stored now."""

    customers: int = 0
    orders: int = 0
    value: Decimal = Decimal("0.00")
    new_customers: int = 0
    new_orders: int = 0
    repeated: int = 0
    errors: Errors = field(default_factory=Errors)


@dataclass(slots=True)
class _Tally:
    report: OrdersReport
    customers: set[int] = field(default_factory=set)
    identified: set[bytes] = field(default_factory=set)

    def add(self, order: Order, customer_id: int, value: Decimal) -> None:
        """Count an order as stored; one that the file names twice by its id counts once."""
        if order.order_id:
            short = blake2b(order.key.encode(), digest_size=16).digest()
            if short in self.identified:
                return
            self.identified.add(short)
        self.customers.add(customer_id)
        self.report.customers = len(self.customers)
        self.report.orders += 1
        self.report.value += value


def import_orders(path: Path, now: datetime, zone: ZoneInfo, currency: str, advance: Advance) -> OrdersReport:
    """Store the file's orders, 5,000 lines a transaction. FileError where the file cannot be read at all.

    Wrong lines are left out and reported; the others are stored. An order has the same key in every reading, so
    an import that ended in the middle is simply run again, and twice at once stores everything once.
    `currency` is for lines that name none.
    """
    source, tally = inspect(path), _Tally(OrdersReport())
    for chunk in batches(read_orders(source, zone), CHUNK):
        orders = list(_pass(chunk, now, tally.report))
        with transaction.atomic():
            _store(orders, now, currency, tally)
        advance(chunk[-1].line)
    return tally.report


def _pass(chunk: Iterable[Order | RowError], now: datetime, report: OrdersReport) -> Iterable[Order]:
    for item in chunk:
        if isinstance(item, RowError):
            report.errors.add(item.line, item.message)
        elif (why := too_late(item, now)) is not None:
            report.errors.add(item.line, why)
        else:
            yield item


def too_late(order: Order, now: datetime) -> str | None:
    """Why an order of tomorrow cannot be: its date is wrong. None for one that can."""
    if order.occurred_at <= now + timedelta(days=1):
        return None
    return f"the date {order.occurred_at:%Y-%m-%d} is in the future; check it"


def _store(orders: Sequence[Order], now: datetime, currency: str, tally: _Tally) -> None:
    stored = _find([order.key for order in orders])
    fresh = [order for order in orders if order.key not in stored]
    # The others are stored already: most of a second run is this one query a chunk.
    owners = _save_owners(fresh, now, tally.report)
    kept = [order for order in fresh if order.line in owners]
    recorded = record([_as_event(order, owners[order.line], currency) for order in kept], now)
    tally.report.new_orders += recorded.stored
    tally.report.repeated += len(orders) - len(fresh) + recorded.repeated
    if recorded.repeated:  # a key twice in the chunk, or another import was quicker: what is stored is told
        stored |= _find([order.key for order in kept])
    for order in orders:
        if order.key in stored:
            tally.add(order, *stored[order.key])
        elif order.line in owners:
            tally.add(order, owners[order.line], order.value)


def _find(keys: Sequence[str]) -> dict[str, tuple[int, Decimal]]:
    rows = Event.objects.filter(key__in=keys).values_list("key", "customer_id", "amount")
    return {key: (customer_id, Decimal(amount or 0)) for key, customer_id, amount in rows}


def _save_owners(orders: Sequence[Order], now: datetime, report: OrdersReport) -> dict[int, int]:
    """The customer of each line, added where not known; without the lines of customers who were erased."""
    if not orders:
        return {}
    since: dict[str, datetime] = {}
    for order in orders:
        since[order.external_id] = min(order.occurred_at, since.get(order.external_id, now))
    saved = save([Person(external_id, created_at=at) for external_id, at in since.items()], now)
    report.new_customers += saved.created
    ids = dict(zip(since, saved.ids, strict=True))
    names = list(since)
    erased = {names[problem.index]: problem.message for problem in saved.problems}
    for order in orders:
        if order.external_id in erased:
            report.errors.add(order.line, erased[order.external_id])
    return {order.line: ids[order.external_id] for order in orders if order.external_id not in erased}


def _as_event(order: Order, customer_id: int, currency: str) -> NewEvent:
    properties = properties_of(order, currency)
    return NewEvent(customer_id, PLACED, order.occurred_at, order.key, order.value, properties)


def properties_of(order: Order, currency: str) -> dict[str, Any]:
    """What an `order.placed` says beside its amount; `currency` where the file names none."""
    return {
        "order_id": order.order_id or order.key,
        "count": order.count,
        "currency": order.currency or currency,
    }
