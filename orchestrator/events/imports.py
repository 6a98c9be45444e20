"""Import orders: each becomes one `order.placed` of a customer, who is added where they are not known yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from orchestrator.customers.imports.kinds import Item, Kind, Outcome, Setting
from orchestrator.customers.imports.report import Advance, Errors
from orchestrator.customers.imports.run import reading
from orchestrator.customers.imports.table import Row, RowError
from orchestrator.customers.imports.tally import Tally
from orchestrator.events import changes
from orchestrator.events.changes import Told, save_owners, too_late
from orchestrator.events.models import Event
from orchestrator.events.order_files import FIELDS, changes_of, check_columns
from orchestrator.events.orders import Order, OrderRows, loose
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


class _Counted:
    """What the file names, as it is stored: for a summary of it."""

    def __init__(self) -> None:
        self.customers, self.identified = Tally(), Tally()
        self.orders, self.value = 0, Decimal("0.00")

    def add(self, order: Order, customer_id: int, value: Decimal) -> None:
        """Count an order as stored; one that the file names twice by its id counts once."""
        if order.order_id and self.identified.add(blake2b(order.key.encode(), digest_size=16).digest()):
            return
        self.customers.add(customer_id)
        self.orders += 1
        self.value += value


class OrdersReader:
    """One row is one order, and what became of it. `counted`: what this reading has stored or found, where somebody asks."""

    def __init__(self, columns: Sequence[str], setting: Setting) -> None:
        check_columns(columns)
        self._rows = OrderRows(columns, setting.zone)
        self._setting = setting
        self._new = Tally()  # what is new a second time was taken back: it is a dry run, which counts it once
        self.counted: _Counted | None = None

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        """ValueError for an order that cannot be."""
        order = self._rows.read(row)
        if (why := too_late(order.occurred_at, self._setting.now)) is not None:
            raise ValueError(why)
        return (Item(row.line, (order, changes_of(order, row.cells, self._setting))),)

    def end(self) -> Iterable[Item | RowError]:
        """Nothing is left."""
        return ()

    def store(self, items: Sequence[Item]) -> Outcome:
        """Store what is new. An order has the same key in every reading, so that it is stored once."""
        orders: list[Order] = [item.value[0] for item in items]
        outcome, fresh, people = _store(orders, self._setting, self.counted)
        again = sum(self._new.add(key) > 0 for key in fresh)
        outcome.counts["new_orders"] -= again
        outcome.counts["repeated"] += again
        outcome.counts["new_customers"] = sum(self._new.add(f"customer {name}") == 0 for name in people)
        self._change([told for item in items for told in item.value[1]], outcome)
        return outcome

    def passed(self, items: Sequence[Item]) -> None:
        """What an earlier reading of a dry run has counted."""
        for order, _told in (item.value for item in items):
            self._new.add(order.key)
            self._new.add(f"customer {order.external_id}")

    def _change(self, told: Sequence[Told], outcome: Outcome) -> None:
        """Store what became of orders, too. Their customers are there since their orders are; who was erased is named once."""
        if told:
            changed = changes.store(told, self._setting.now)
            outcome.counts.update(changed.counts)
            outcome.errors += [one for one in changed.errors if one not in outcome.errors]


def _store(
    orders: Sequence[Order], setting: Setting, counted: _Counted | None
) -> tuple[Outcome, set[str], set[str]]:
    """What came of it; the keys that were not stored before, and the names of the customers that were not."""
    outcome = Outcome()
    stored = _find([order.key for order in orders])
    fresh = [order for order in orders if order.key not in stored]
    # The others are stored already: most of a second run is this one query a chunk.
    lines = [(order.line, order.external_id, order.occurred_at) for order in fresh]
    owners = save_owners(lines, setting.now, outcome)
    kept = [order for order in fresh if order.external_id in owners.ids]
    recorded = record(
        [_as_event(order, owners.ids[order.external_id], setting.currency) for order in kept], setting.now
    )
    repeated = len(orders) - len(fresh) + recorded.repeated
    outcome.counts.update(new_orders=recorded.stored, repeated=repeated)
    if counted is not None:
        if (
            recorded.repeated
        ):  # a key twice in the chunk, or another import was quicker: what is stored is told
            stored |= _find([order.key for order in kept])
        _count(orders, stored, owners.ids, counted)
    return outcome, {order.key for order in kept}, set(owners.added)


def _count(
    orders: Sequence[Order],
    stored: Mapping[str, tuple[int, Decimal]],
    owners: Mapping[str, int],
    counted: _Counted,
) -> None:
    for order in orders:
        if order.key in stored:
            counted.add(order, *stored[order.key])
        elif order.external_id in owners:
            counted.add(order, owners[order.external_id], order.value)


def _find(keys: Sequence[str]) -> dict[str, tuple[int, Decimal]]:
    rows = Event.objects.filter(key__in=keys).values_list("key", "customer_id", "amount")
    return {key: (customer_id, Decimal(amount or 0)) for key, customer_id, amount in rows}


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


ORDERS = Kind(
    "orders",
    _("Orders"),
    _(
        "One row is one order of a customer, who is added where they are not known yet; and how far it has come, if the"
        " file says so. CDNOW's format is read as well."
    ),
    FIELDS,
    OrdersReader,
    chunk=CHUNK,
    loose=loose,
)  # fmt: skip


def import_orders(path: Path, now: datetime, zone: ZoneInfo, currency: str, advance: Advance) -> OrdersReport:
    """Store the file's orders, 5,000 lines a transaction. FileError where the file cannot be read at all.

    Wrong lines are left out and reported; the others are stored. An order has the same key in every reading, so
    an import that ended in the middle is simply run again, and twice at once stores everything once.
    `currency` is for lines that name none.
    """
    with reading(replace(ORDERS, chunk=CHUNK), path, Setting(now, zone, currency)) as one:
        reader: Any = one.reader
        counted = reader.counted = _Counted()
        whole = one.run(advance)
    counts, errors = whole.counts, Errors.of(whole.errors, whole.left_out)
    return OrdersReport(
        len(counted.customers), counted.orders, counted.value,
        counts["new_customers"], counts["new_orders"], counts["repeated"], errors,
    )  # fmt: skip
