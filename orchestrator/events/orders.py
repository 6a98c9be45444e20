"""Orders in a file: CDNOW's format, or CSV with a header. Reading only; nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestrator.customers.imports.files import TEXT, FileError, Source, inspect, open_lines
from orchestrator.customers.imports.records import Record
from orchestrator.customers.imports.table import Row, RowError, open_table
from orchestrator.customers.imports.tally import Tally
from orchestrator.customers.imports.times import THE_DATE, read_instant
from orchestrator.customers.plain import check_text
from orchestrator.domain.keys import order_key
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong, words_of
from orchestrator.domain.zones import local, resolve
from orchestrator.events.keys_of_orders import placed_key

NOON = time(12)
_CDNOW = re.compile(r"\s*(\S+)\s+(\d{8})\s+(\d+)\s+(-?\d+(?:\.\d+)?)\s*", re.ASCII)
ALIASES = {
    "external_id": ("customer_id", "customer"), "order_id": ("order",), "amount": ("value", "total", "dollar_value"),
    "count": ("quantity", "number_of_cds"), "date": ("on",),
}  # fmt: skip
_NAMES = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
_CDNOW_COLUMNS = ["external_id", "date", "count", "amount", "currency"]
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Order:
    """One order of a file. `key` names it for good: by its own id, else by what it says (DESIGN §7)."""

    line: int
    external_id: str
    occurred_at: datetime
    count: int
    value: Decimal
    key: str
    order_id: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class _Fields:
    external_id: str
    on: date
    occurred_at: datetime | None  # None = the file has dates only
    count: int
    value: Decimal
    order_id: str = ""
    currency: str = ""


def iter_orders(path: Path, zone: ZoneInfo) -> Iterator[Order]:
    """Every order of a file. ValueError, with the line, for the first that is wrong; FileError for the file."""
    for order in read_orders(inspect(path), zone):
        if isinstance(order, RowError):
            raise Wrong("line %(line)s: %(message)s", line=str(order.line), message=order.message)
        yield order


def read_orders(source: Source, zone: ZoneInfo) -> Iterator[Order | RowError]:
    """Every order of a file, or what is wrong with its line."""
    with open_table(source, _NAMES, loose=loose) as table:
        orders = OrderRows(table.columns, zone)
        for row in table.rows():
            if isinstance(row, RowError):
                yield row
                continue
            try:
                yield orders.read(row)
            except ValueError as error:
                yield RowError(row.line, words_of(error))


class OrderRows:
    """The orders of one reading of a file, row by row.

    An order without an id is one line: it is placed at 12:00 in `zone`, and as many seconds later as equal lines
    came before it, so that equal lines are different orders and a second reading gives the same keys.
    """

    def __init__(self, columns: Sequence[str], zone: ZoneInfo) -> None:
        dated = {"date", "occurred_at"} & set(columns)
        if not {"external_id", "amount"} <= set(columns) or not dated:
            raise FileError(
                "the header needs the columns external_id (or customer_id), date (or occurred_at) and amount (or value); it has"
                " %(known)s",
                known=", ".join(filter(None, columns))[:200],
            )
        self._zone = zone
        self._seen = Tally()

    def read(self, row: Row) -> Order:
        """The row's order. ValueError: the row is wrong."""
        fields = _read_row(row.cells, self._zone)
        if fields.order_id:
            return _identified(row.line, fields, self._zone)
        return _counted(row.line, fields, self._zone, self._seen)


def read_value(text: str) -> Decimal:
    """An amount of money, with a comma or a point; ValueError for what is none."""
    return _read_value(text.replace(",", "."))


def is_cdnow(source: Source) -> bool:
    """Whether the lines are `id YYYYMMDD count value` between spaces, below a header line or none."""
    if source.form != TEXT:
        return False
    with open_lines(source) as lines:
        filled = [line for line, _ in zip((line for line in lines if line.strip()), range(2), strict=False)]
    return bool(filled) and (
        _CDNOW.fullmatch(filled[0]) is not None
        or (not re.search(r"[,;\t]", filled[0]) and _CDNOW.fullmatch(filled[-1]) is not None)
    )


def loose(source: Source) -> Callable[[Iterator[str]], Iterator[Record]] | None:
    """How lines in CDNOW's format become rows; None for a table."""
    return _read_cdnow if is_cdnow(source) else None


def _read_cdnow(lines: Iterable[str]) -> Iterator[Record]:
    yield 1, _CDNOW_COLUMNS
    first = True
    for number, line in enumerate(lines, 1):
        match = _CDNOW.fullmatch(line)
        if match:
            yield number, [*match.groups(), "USD"]
        elif line.strip() and not first:
            said = shown(line.strip())
            yield RowError(
                number,
                Words("%(said)s is no order; write customer, date as 19970131, count and value", said=said),
            )
        first = first and not line.strip()


def _read_row(cells: Mapping[str, str], zone: ZoneInfo) -> _Fields:
    moment = cells.get("occurred_at") or cells.get("date", "")
    if not moment:
        raise Wrong("the date is empty; write it like 2026-01-31")
    occurred_at = read_instant(moment, zone, THE_DATE, NOON)
    currency = cells.get("currency", "").upper()
    if currency and not re.fullmatch(r"[A-Z]{3}", currency):
        raise Wrong(
            "the currency %(currency)s is no code; write three letters, like PLN", currency=shown(currency)
        )
    return _Fields(
        _read_id(cells["external_id"], "external_id"),
        local(occurred_at, zone).date(),
        occurred_at if len(moment) > 10 else None,
        _read_count(cells.get("count") or "1"),
        _read_value(cells["amount"].replace(",", ".")),
        check_text(cells.get("order_id", ""), "order_id"),
        currency,
    )


def _read_id(text: str, what: str) -> str:
    if not 1 <= len(check_text(text, what)) <= 100:
        raise Wrong("%(what)s must have 1 to 100 characters, not %(text)s", what=what, text=shown(text))
    return text


def _read_count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise Wrong(
            "the count %(text)s is no whole number from 0 to 999,999,999; write it like 3", text=shown(text)
        )
    return int(text)


def _read_value(text: str) -> Decimal:
    """The amount, exact; spaces between thousands are allowed, fractions of a hundredth are not."""
    try:
        value = Decimal("".join(text.split()))
    except InvalidOperation:
        raise Wrong(
            "the value %(text)s is no amount of money; write it like 1234.50", text=shown(text)
        ) from None
    if not value.is_finite() or value >= _LARGEST:
        raise Wrong("the value %(text)s is no amount of money; write it like 1234.50", text=shown(text))
    if value < 0:
        raise Wrong(
            "the value %(text)s is below zero: a return is no order; leave the line out", text=shown(text)
        )
    kept = value.quantize(Decimal("0.01"))
    if kept != value:
        raise Wrong("the value %(text)s has more than two decimal places; round it", text=shown(text))
    return kept


def _identified(line: int, fields: _Fields, zone: ZoneInfo) -> Order:
    return _make(line, fields, placed_key(fields.order_id), fields.occurred_at or _noon(fields.on, zone))


def _counted(line: int, fields: _Fields, zone: ZoneInfo, seen: Tally) -> Order:
    said = (fields.external_id, fields.on, fields.count, fields.value)
    key = order_key(*said, 0)
    occurrence = seen.add(bytes.fromhex(key))
    if occurrence:
        key = order_key(*said, occurrence)
    later = timedelta(seconds=occurrence)
    return _make(line, fields, key, fields.occurred_at or _noon(fields.on, zone) + later)


def _make(line: int, fields: _Fields, key: str, at: datetime) -> Order:
    return Order(
        line, fields.external_id, at, fields.count, fields.value, key, fields.order_id, fields.currency
    )


def _noon(on: date, zone: ZoneInfo) -> datetime:
    return resolve(datetime.combine(on, NOON), zone)
