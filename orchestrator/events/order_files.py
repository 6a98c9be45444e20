"""FILES OF ORDERS: one order a row, with how far it has come: paid, delivered, cancelled, returned whole or in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.kinds import Field, Setting
from orchestrator.customers.imports.times import read_instant
from orchestrator.customers.plain import check_text
from orchestrator.domain.orders import CANCELLED, DELIVERED, PAID, PLACED, RETURNED
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.events.changes import Told
from orchestrator.events.keys_of_orders import cancelled_key, delivered_key, paid_key, returned_key
from orchestrator.events.orders import ALIASES, NOON, Order, read_value

FIELDS = (
    Field("external_id", _("the customer, by your own id"), ALIASES["external_id"], required=True),
    Field("date", _("when it was placed"), (*ALIASES["date"], "ordered_at", "placed_at"), required=True),
    Field("occurred_at", _("when it was placed, to the minute"), instead_of="date"),
    Field("amount", _("what it cost in all"), ALIASES["amount"], required=True),
    Field("order_id", _("the number of the order"), (*ALIASES["order_id"], "order_number")),
    Field("count", _("how many things"), ALIASES["count"]),
    Field("currency", _("the currency, such as PLN")),
    Field("status", _("how far it has come: placed, paid, delivered, cancelled or returned"), ("state",)),
    Field("status_at", _("when it came so far; else when it was placed"), ("changed_at", "status_date")),
    Field("returned", _("how much money was given back"), ("refunded", "refund", "returned_amount")),
    Field("return_id", _("the number of the return, where an order has several"), ("refund_id",)),
)
_STATUS: Mapping[str, str] = {
    "": PLACED, "placed": PLACED, "new": PLACED, "paid": PAID, "delivered": DELIVERED, "completed": DELIVERED,
    "cancelled": CANCELLED, "canceled": CANCELLED, "returned": RETURNED, "refunded": RETURNED,
}  # fmt: skip
_OF_STATUS = Words("the date of the status")
_ONLY = "1"  # the return of an order that names none
_KEYS = {PAID: paid_key, DELIVERED: delivered_key, CANCELLED: cancelled_key}


def check_columns(columns: Sequence[str]) -> None:
    """FileError where what became of orders could not be told apart."""
    if "order_id" not in columns and {"status", "returned"} & set(columns):
        raise FileError("a file that says what became of orders names them; add the column order_id")


def changes_of(order: Order, cells: Mapping[str, str], setting: Setting) -> list[Told]:
    """What became of a row's order. ValueError says what is wrong with the row.

    A return says its amount in `returned`; one with the status alone is of the whole order.
    """
    status = _status(cells)
    if status == PLACED and not cells.get("returned"):
        return []
    if not order.order_id:
        raise Wrong("a row with a status or a return needs an order_id; fill it in")
    return list(_changes(order, status, cells, setting))


def _changes(order: Order, status: str, cells: Mapping[str, str], setting: Setting) -> Iterator[Told]:
    at = _at(order, cells.get("status_at", ""), setting)
    said = {"order_id": order.order_id}
    if status in _KEYS:
        yield Told(order.line, order.external_id, status, at, _KEYS[status](order.order_id), None, said)
    back = read_value(cells["returned"]) if cells.get("returned") else order.value
    if (status == RETURNED or cells.get("returned")) and back:
        key = returned_key(order.order_id, _return_id(cells))
        said |= {"currency": order.currency or setting.currency}
        yield Told(order.line, order.external_id, RETURNED, at, key, back, said)


def _at(order: Order, text: str, setting: Setting) -> datetime:
    if not text:
        return order.occurred_at
    return max(read_instant(text, setting.zone, _OF_STATUS, NOON), order.occurred_at)


def _status(cells: Mapping[str, str]) -> str:
    said = cells.get("status", "").lower()
    if said not in _STATUS:
        raise Wrong(
            "the status %(said)s is not known; write placed, paid, delivered, cancelled or returned",
            said=shown(said),
        )
    return _STATUS[said]


def _return_id(cells: Mapping[str, str]) -> str:
    return check_text(cells.get("return_id", ""), "return_id") or _ONLY
