"""FILES OF ORDERS: one order a row, with how far it has come: paid, delivered, cancelled, returned whole or in part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Field, Item, Kind, Outcome, Reader, Setting, register
from orchestrator.customers.imports.table import Row, RowError
from orchestrator.customers.imports.times import read_instant
from orchestrator.customers.plain import check_text
from orchestrator.domain.orders import CANCELLED, DELIVERED, PAID, PLACED, RETURNED
from orchestrator.domain.shown import shown
from orchestrator.events.changes import Told, store
from orchestrator.events.imports import properties_of
from orchestrator.events.keys_of_orders import cancelled_key, delivered_key, paid_key, returned_key
from orchestrator.events.orders import NOON, Order, Rows, read_value

FIELDS = (
    Field("external_id", _("the customer, by the shop's id"), ("customer_id", "customer"), True),
    Field("date", _("when it was placed"), ("on", "ordered_at", "placed_at")),
    Field("occurred_at", _("when it was placed, to the minute")),
    Field("amount", _("what it cost in all"), ("value", "total", "dollar_value"), True),
    Field("order_id", _("the number of the order"), ("order", "order_number")),
    Field("count", _("how many things"), ("quantity", "number_of_cds")),
    Field("currency", _("the currency")),
    Field("status", _("how far it has come: placed, paid, delivered, cancelled or returned"), ("state",)),
    Field("status_at", _("when it came so far; else when it was placed"), ("changed_at", "status_date")),
    Field("returned", _("how much money was given back"), ("refunded", "refund", "returned_amount")),
    Field("return_id", _("the number of the return, where an order has several"), ("refund_id",)),
)
_STATUS: Mapping[str, str] = {
    "": PLACED, "placed": PLACED, "new": PLACED, "paid": PAID, "delivered": DELIVERED, "completed": DELIVERED,
    "cancelled": CANCELLED, "canceled": CANCELLED, "returned": RETURNED, "refunded": RETURNED,
}  # fmt: skip
_ONLY = "1"  # the return of an order that names none


def handle() -> None:
    """Let such files be imported."""
    register(
        Kind(
            "orders",
            _("Orders"),
            _("One order a row: customer, date and amount; and how far it has come, if the file says so."),
            FIELDS,
            Orders,
        )
    )


class Orders(Reader):
    """Reads one row, one order and what became of it."""

    def __init__(self, columns: Sequence[str], setting: Setting) -> None:
        if not {"date", "occurred_at"} & set(columns):
            raise FileError("the header has no date; add the column date or occurred_at")
        if "order_id" not in columns and {"status", "returned"} & set(columns):
            raise FileError("a file that says what became of orders names them; add the column order_id")
        self._rows, self._setting = Rows(setting.zone), setting

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        """The order's events; ValueError says what is wrong with the row."""
        cells = row.cells
        status = _status(cells)
        order = self._rows.read(row.line, cells)
        changed = (
            []
            if status == PLACED and not cells.get("returned")
            else list(self._changed(order, status, cells))
        )
        properties = properties_of(order, self._setting.currency)
        placed = Told(
            row.line, order.external_id, PLACED, order.occurred_at, order.key, order.value, properties
        )
        return [Item(row.line, (placed, *changed))]

    def end(self) -> Iterable[Item | RowError]:
        """Nothing waits."""
        return []

    def store(self, items: Sequence[Item]) -> Outcome:
        """Record what is new."""
        return store([one for item in items for one in item.value], self._setting.now)

    def _changed(self, order: Order, status: str, cells: Mapping[str, str]) -> Iterator[Told]:
        """A return says its amount in `returned`; one with the status alone is of the whole order."""
        if not order.order_id:
            raise ValueError("a row with a status or a return needs an order_id; fill it in")
        at = self._at(order, cells.get("status_at", ""))
        keys = {PAID: paid_key, DELIVERED: delivered_key, CANCELLED: cancelled_key}
        said = {"order_id": order.order_id}
        if status in keys:
            yield Told(order.line, order.external_id, status, at, keys[status](order.order_id), None, said)
        back = read_value(cells["returned"]) if cells.get("returned") else order.value
        if (status == RETURNED or cells.get("returned")) and back:
            key = returned_key(order.order_id, _return_id(cells))
            said |= {"currency": order.currency or self._setting.currency}
            yield Told(order.line, order.external_id, RETURNED, at, key, back, said)

    def _at(self, order: Order, text: str) -> datetime:
        if not text:
            return order.occurred_at
        at = read_instant(text, self._setting.zone, "the date of the status", NOON)
        return max(at, order.occurred_at)


def _status(cells: Mapping[str, str]) -> str:
    said = cells.get("status", "").lower()
    if said not in _STATUS:
        words = "placed, paid, delivered, cancelled or returned"
        raise ValueError(f"the status {shown(said)} is not known; write {words}")
    return _STATUS[said]


def _return_id(cells: Mapping[str, str]) -> str:
    return check_text(cells.get("return_id", ""), "return_id") or _ONLY
