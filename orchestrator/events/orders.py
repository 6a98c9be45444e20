"""Orders in a file: CDNOW's format, or CSV with a header. Reading only; nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestrator.customers.imports.files import FileError, Source, inspect, open_lines
from orchestrator.customers.imports.table import Row, RowError, Table
from orchestrator.customers.imports.times import read_date, read_instant
from orchestrator.customers.plain import check_text
from orchestrator.domain.keys import order_key
from orchestrator.domain.shown import shown
from orchestrator.domain.zones import local, resolve
from orchestrator.events.keys_of_orders import placed_key

NOON = time(12)
_CDNOW = re.compile(r"\s*(\S+)\s+(\d{8})\s+(\d+)\s+(-?\d+(?:\.\d+)?)\s*", re.ASCII)
_ALIASES = {
    "customer_id": "external_id", "customer": "external_id", "order": "order_id", "value": "amount", "total": "amount",
    "dollar_value": "amount", "quantity": "count", "number_of_cds": "count", "on": "date",
}  # fmt: skip
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
            raise ValueError(f"line {order.line}: {order.message}")
        yield order


def read_orders(source: Source, zone: ZoneInfo) -> Iterator[Order | RowError]:
    """Every order of a file, or what is wrong with its line.

    An order without an id is one line: it is placed at 12:00 in `zone`, and as many seconds later as equal lines
    came before it, so that equal lines are different orders and a second reading gives the same keys.
    """
    seen: dict[bytes, int] = {}
    with open_lines(source) as lines:
        for line, fields in _read_lines(source, lines, zone):
            if isinstance(fields, str):
                yield RowError(line, fields)
            elif fields.order_id:
                yield _identified(line, fields, zone)
            else:
                yield _counted(line, fields, zone, seen)


class Rows:
    """Reads rows of a table, each one order. Those without an id are told apart as in `read_orders`."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._seen: dict[bytes, int] = {}

    def read(self, line: int, cells: Mapping[str, str]) -> Order:
        """The order of a row; ValueError says what is wrong with it."""
        fields = _read_row(cells, self._zone, ",")
        if fields.order_id:
            return _identified(line, fields, self._zone)
        return _counted(line, fields, self._zone, self._seen)


def read_value(text: str) -> Decimal:
    """An amount of money, with a comma or a point; ValueError for what is none."""
    return _read_value(text.replace(",", ".") if "." not in text else text)


def is_cdnow(source: Source) -> bool:
    """Whether the lines are `id YYYYMMDD count value` between spaces, below a header line or none."""
    with open_lines(source) as lines:
        filled = [line for line, _ in zip((line for line in lines if line.strip()), range(2), strict=False)]
    return bool(filled) and (
        _CDNOW.fullmatch(filled[0]) is not None
        or (not re.search(r"[,;\t]", filled[0]) and _CDNOW.fullmatch(filled[-1]) is not None)
    )


def _read_lines(source: Source, lines: Iterator[str], zone: ZoneInfo) -> Iterator[tuple[int, _Fields | str]]:
    if is_cdnow(source):
        yield from _read_cdnow(lines)
        return
    table = Table(lines, _ALIASES)
    dated = {"date", "occurred_at"} & set(table.columns)
    if not {"external_id", "amount"} <= set(table.columns) or not dated:
        raise FileError(
            "the header needs the columns external_id (or customer_id), date (or occurred_at) and amount (or value);"
            f" it has {', '.join(filter(None, table.columns))[:200]}"
        )
    for row in table.rows():
        yield row.line, row.message if isinstance(row, RowError) else _try_row(row, zone, table.delimiter)


def _read_cdnow(lines: Iterable[str]) -> Iterator[tuple[int, _Fields | str]]:
    first = True
    for number, line in enumerate(lines, 1):
        match = _CDNOW.fullmatch(line)
        if match:
            yield number, _try_cdnow(match)
        elif line.strip() and not first:
            yield (
                number,
                f"{shown(line.strip())} is no order; write customer, date as 19970131, count and value",
            )
        first = first and not line.strip()


def _try_cdnow(match: re.Match[str]) -> _Fields | str:
    customer, on, count, value = match.groups()
    try:
        return _Fields(
            _read_id(customer, "customer"),
            read_date(on),
            None,
            _read_count(count),
            _read_value(value),
            "",
            "USD",
        )
    except ValueError as error:
        return str(error)


def _try_row(row: Row, zone: ZoneInfo, delimiter: str) -> _Fields | str:
    try:
        return _read_row(row.cells, zone, delimiter)
    except ValueError as error:
        return str(error)


def _read_row(cells: Mapping[str, str], zone: ZoneInfo, delimiter: str) -> _Fields:
    moment = cells.get("occurred_at") or cells.get("date", "")
    if not moment:
        raise ValueError("the date is empty; write it like 2026-01-31")
    occurred_at = read_instant(moment, zone, "the date", NOON)
    currency = cells.get("currency", "").upper()
    if currency and not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(f"the currency {shown(currency)} is no code; write three letters, like PLN")
    value = (
        cells["amount"].replace(",", ".")
        if delimiter != "," or "." not in cells["amount"]
        else cells["amount"]
    )
    return _Fields(
        _read_id(cells["external_id"], "external_id"),
        local(occurred_at, zone).date(),
        occurred_at if len(moment) > 10 else None,
        _read_count(cells.get("count") or "1"),
        _read_value(value),
        check_text(cells.get("order_id", ""), "order_id"),
        currency,
    )


def _read_id(text: str, what: str) -> str:
    if not 1 <= len(check_text(text, what)) <= 100:
        raise ValueError(f"{what} must have 1 to 100 characters, not {shown(text)}")
    return text


def _read_count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise ValueError(f"the count {shown(text)} is no whole number from 0 to 999,999,999; write it like 3")
    return int(text)


def _read_value(text: str) -> Decimal:
    """The amount, exact; spaces between thousands are allowed, fractions of a hundredth are not."""
    try:
        value = Decimal("".join(text.split()))
    except InvalidOperation:
        raise ValueError(f"the value {shown(text)} is no amount of money; write it like 1234.50") from None
    if not value.is_finite() or value >= _LARGEST:
        raise ValueError(f"the value {shown(text)} is no amount of money; write it like 1234.50")
    if value < 0:
        raise ValueError(f"the value {shown(text)} is below zero: a return is no order; leave the line out")
    kept = value.quantize(Decimal("0.01"))
    if kept != value:
        raise ValueError(f"the value {shown(text)} has more than two decimal places; round it")
    return kept


def _identified(line: int, fields: _Fields, zone: ZoneInfo) -> Order:
    return _make(line, fields, placed_key(fields.order_id), fields.occurred_at or _noon(fields.on, zone))


def _counted(line: int, fields: _Fields, zone: ZoneInfo, seen: dict[bytes, int]) -> Order:
    said = (fields.external_id, fields.on, fields.count, fields.value)
    key = order_key(*said, 0)
    occurrence = seen.get(bytes.fromhex(key), 0)
    seen[bytes.fromhex(key)] = occurrence + 1
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
