"""ONLINE RETAIL: a shop's invoices line by line, as the data set of that name has them (UCI Machine Learning Repository).

The lines of one invoice stand together, or nearly, and are one order. A number that begins with C is a cancellation: of
goods, not of an invoice, which it does not name. Each of its lines is taken to be given back of the customer's newest
earlier invoice in the file that has as many of the same goods left; where none has, it is a loose return, which lowers
sums alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from orchestrator.customers.imports.kinds import Field, Item, Kind, Outcome, Reader, Setting, register
from orchestrator.customers.imports.table import Row, RowError
from orchestrator.customers.imports.times import THE_DATE, read_instant
from orchestrator.customers.plain import check_text
from orchestrator.domain.orders import PLACED, RETURNED
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.events.changes import Told, store
from orchestrator.events.keys_of_orders import placed_key, returned_key

FIELDS = (
    Field("invoice", _("the number of the invoice; with a C before it, a cancellation"), ("invoiceno", "invoice_no"), True),
    Field("stock_code", _("the number of the goods"), ("stockcode",), True),
    Field("description", _("what the goods are called")),
    Field("quantity", _("how many; below zero where they came back"), (), True),
    Field("invoice_date", _("when the invoice was written"), ("invoicedate",), True),
    Field("unit_price", _("the price of one"), ("unitprice", "price"), True),
    Field("customer_id", _("the customer; lines without one are left out"), ("customerid", "customer"), True),
    Field("country", _("the customer's country, in words")),
)  # fmt: skip
NEAR = 3  # invoices that are written at the same time: their lines may stand among one another's
_INVOICE, _CUSTOMER, _CODE = Words("the invoice"), Words("the customer"), Words("the stock code")
_CENT = Decimal("0.01")
_MOST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class _Line:
    line: int
    stock_code: str
    name: str
    quantity: int
    price: Decimal

    @property
    def item(self) -> dict[str, Any]:
        """As an order names what was in it."""
        return {
            "product_id": self.stock_code, "sku": self.stock_code, "name": self.name,
            "quantity": abs(self.quantity), "price": str(self.price),
        }  # fmt: skip


@dataclass(slots=True)
class _Invoice:
    number: str
    customer: str
    at: datetime
    country: str
    lines: list[_Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    """What is whole with a row: events, and how many rows without a customer were passed over since the last."""

    told: tuple[Told, ...]
    nobody: int = 0


def handle() -> None:
    """Let such files be imported."""
    register(
        Kind(
            "online_retail",
            _("Invoices, line by line"),
            _("The lines of an invoice become one order; a number that begins with C is a cancellation (Online Retail)."),
            FIELDS,
            lambda columns, setting: Invoices(setting),
        )
    )  # fmt: skip


class Invoices(Reader):
    """Gathers the lines of an invoice, and knows of what is left what of it could come back."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._open: dict[tuple[str, str], _Invoice] = {}  # oldest first
        self._nobody = 0
        self._parts: dict[str, int] = {}
        # (customer, goods) -> [invoice, how many are left] of each invoice, oldest first
        self._left: dict[tuple[str, str], list[list[Any]]] = defaultdict(list)

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        """The oldest open invoice, where this row begins another one."""
        cells = row.cells
        if not cells["customer_id"]:
            self._nobody += 1
            return []
        number, customer = (
            _id(cells["invoice"], _INVOICE),
            _id(cells["customer_id"], _CUSTOMER),
        )
        line = _line(row)
        if (open_ := self._open.get((number, customer))) is not None:
            open_.lines.append(line)
            return []
        at = read_instant(cells["invoice_date"], self._setting.zone, THE_DATE, time(12))
        self._open[number, customer] = _Invoice(number, customer, at, cells.get("country", ""), [line])
        return [self._close()] if len(self._open) > NEAR else []

    def end(self) -> Iterable[Item | RowError]:
        """The last invoices, or what was passed over where there was none."""
        last = [self._close() for _ in range(len(self._open))]
        return last or [Item(1, _Read((), self._nobody))]

    def _close(self) -> Item:
        invoice = self._open.pop(next(iter(self._open)))
        nobody, self._nobody = self._nobody, 0
        told = self._cancelled(invoice) if invoice.number[:1] in "Cc" else self._placed(invoice)
        return Item(invoice.lines[0].line, _Read(tuple(told), nobody))

    def store(self, items: Sequence[Item]) -> Outcome:
        """Record what is new."""
        outcome = store([one for item in items for one in item.value.told], self._setting.now)
        if nobody := sum(item.value.nobody for item in items):
            outcome.counts["without_customer"] += nobody
        return outcome

    def _placed(self, invoice: _Invoice) -> Iterator[Told]:
        """One order. Lines of an invoice that stand apart are further orders of its number."""
        for one in invoice.lines:
            self._left[invoice.customer, one.stock_code].append([invoice.number, one.quantity])
        part = self._parts[invoice.number] = self._parts.get(invoice.number, 0) + 1
        key = placed_key(invoice.number if part == 1 else f"{invoice.number}#{part}")
        yield self._told(invoice, PLACED, key, invoice.number, invoice.lines)

    def _cancelled(self, invoice: _Invoice) -> Iterator[Told]:
        """One return of each invoice that goods came from; "" of none."""
        by_order: dict[str, list[_Line]] = defaultdict(list)
        for one in invoice.lines:
            by_order[self._taken_from(invoice.customer, one)].append(one)
        part = self._parts[invoice.number] = self._parts.get(invoice.number, 0) + 1
        name = invoice.number if part == 1 else f"{invoice.number}#{part}"
        for order_id, lines in by_order.items():
            yield self._told(invoice, RETURNED, returned_key(order_id, name), order_id, lines)

    def _taken_from(self, customer: str, line: _Line) -> str:
        for one in reversed(self._left.get((customer, line.stock_code), [])):
            if one[1] >= abs(line.quantity):
                one[1] -= abs(line.quantity)
                return str(one[0])
        return ""

    def _told(self, invoice: _Invoice, name: str, key: str, order_id: str, lines: Sequence[_Line]) -> Told:
        total = sum((one.quantity * one.price for one in lines), Decimal(0)).quantize(_CENT)
        amount = abs(total) if name == RETURNED else total
        properties = {
            "order_id": order_id,
            "invoice": invoice.number,
            "currency": self._setting.currency,
            "count": sum(abs(one.quantity) for one in lines),
            "country": invoice.country,
            "items": [one.item for one in lines],
        }
        kept = {key: value for key, value in properties.items() if value != ""}
        return Told(lines[0].line, invoice.customer, name, invoice.at, key, amount, kept)


def _id(text: str, what: str) -> str:
    if not 1 <= len(check_text(text, what)) <= 100:
        raise Wrong(
            "%(what)s must have 1 to 100 letters, not %(text)s; mend or remove the line",
            what=what,
            text=shown(text),
        )
    return text


def _line(row: Row) -> _Line:
    cells = row.cells
    if not re.fullmatch(r"-?[0-9]{1,9}", cells["quantity"], re.ASCII):
        raise Wrong(
            "the quantity %(quantity)s is no whole number; write it like 3", quantity=shown(cells["quantity"])
        )
    try:
        price = Decimal(cells["unit_price"].replace(",", "."))
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or not 0 <= price < _MOST:
        raise Wrong(
            "the price %(price)s is no amount of money; write it like 2.55",
            price=shown(cells["unit_price"]),
        )
    code = _id(cells["stock_code"], _CODE)
    return _Line(row.line, code, cells.get("description", ""), int(cells["quantity"]), price)
