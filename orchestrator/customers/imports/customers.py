"""Import customers from a table: one row, one person; any column that has no meaning of its own is an attribute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from orchestrator.customers.imports.files import FileError, inspect, open_lines
from orchestrator.customers.imports.handlers import Handler, registered
from orchestrator.customers.imports.report import Advance, Errors, batches
from orchestrator.customers.imports.table import Row, RowError, Table
from orchestrator.customers.imports.times import as_iso
from orchestrator.customers.people import Person, check
from orchestrator.customers.save import save
from orchestrator.domain.dates import parse_birthday

CHUNK = 1000
_ALIASES = {
    "customer_id": "external_id", "id": "external_id", "e_mail": "email", "mobile": "phone",
    "timezone": "time_zone", "date_of_birth": "birthday",
}  # fmt: skip
_ADDRESSES = {"email": "email", "phone": "sms", "push_token": "push"}
_PLACES = ("external_id", "language", "country", "time_zone")


@dataclass(slots=True)
class CustomersReport:
    """What came of the file. `customers`: how many different ones it names, as they are stored now."""

    customers: int = 0
    new_customers: int = 0
    updated_customers: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    errors: Errors = field(default_factory=Errors)
    kept_out: Errors = field(default_factory=Errors)  # values, while their row was stored


@dataclass(frozen=True, slots=True)
class _Read:
    line: int
    person: Person
    said: Mapping[str, Any]  # handler -> what the row's cells say to it


def import_customers(path: Path, now: datetime, zone: ZoneInfo, advance: Advance) -> CustomersReport:
    """Store the file's people, a thousand rows a transaction. FileError where the file cannot be read at all.

    Wrong rows are left out and reported with their line; the others are stored. Run again after an end in the
    middle, or twice at once, it comes to the same: people are found by their external id.
    """
    source, report = inspect(path), CustomersReport()
    ids: set[int] = set()
    with open_lines(source) as lines:
        table = Table(lines, _ALIASES)
        if "external_id" not in table.columns:
            raise FileError("the header has no external_id; add a column with your own id of each person")
        handlers = {name: (handler, handler.claim(table.columns)) for name, handler in registered().items()}
        for chunk in batches(table.rows(), CHUNK):
            people = list(_read_all(chunk, handlers, zone, report))
            with transaction.atomic():
                ids.update(_store(people, handlers, now, report))
            advance(chunk[-1].line)
    report.customers = len(ids)
    return report


Claims = Mapping[str, tuple[Handler, set[str]]]


def _read_all(
    rows: Iterable[Row | RowError], handlers: Claims, zone: ZoneInfo, report: CustomersReport
) -> Iterable[_Read]:
    for row in rows:
        if isinstance(row, RowError):
            report.errors.add(row.line, row.message)
            continue
        try:
            person, problems = check(_read_person(row, handlers))
            said = {name: handler.read(row.cells, zone) for name, (handler, _) in handlers.items()}
        except ValueError as error:
            report.errors.add(row.line, str(error))
            continue
        for problem in problems:
            report.kept_out.add(row.line, problem.message)
        yield _Read(row.line, person, said)


def _read_person(row: Row, handlers: Claims) -> Person:
    cells = {name: cell for name, cell in row.cells.items() if cell}
    if "external_id" not in cells:
        raise ValueError("external_id is empty; give each person an id of your own")
    claimed = {*_PLACES, *_ADDRESSES, *(column for _, columns in handlers.values() for column in columns)}
    attributes = {name: cell for name, cell in cells.items() if name not in claimed}
    if "birthday" in attributes:
        attributes["birthday"] = _read_birthday(attributes["birthday"])
    return Person(
        external_id=cells["external_id"],
        language=cells.get("language", ""),
        country=cells.get("country", ""),
        time_zone=cells.get("time_zone", ""),
        attributes=attributes,
        addresses={channel: cells[column] for column, channel in _ADDRESSES.items() if column in cells},
    )


def _read_birthday(text: str) -> str:
    """One spelling: `1990-02-28`, or `--02-28` where the year is not known."""
    try:
        year, month, day = parse_birthday(as_iso(text))
    except ValueError as error:
        raise ValueError(f"birthday: {error}") from None
    return f"{year:04d}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"


def _store(people: list[_Read], handlers: Claims, now: datetime, report: CustomersReport) -> list[int]:
    refused: dict[int, str] = {}
    for handler, _ in handlers.values():
        refused |= handler.refuse([read.person for read in people])
    for index, why in refused.items():
        report.errors.add(people[index].line, why)
    kept = [read for index, read in enumerate(people) if index not in refused]
    saved = save([read.person for read in kept], now)
    erased = {problem.index: problem.message for problem in saved.problems}
    for index, why in erased.items():
        report.errors.add(kept[index].line, why)
    alive = [
        (id_, read)
        for index, (id_, read) in enumerate(zip(saved.ids, kept, strict=True))
        if index not in erased
    ]
    for name, (handler, _) in handlers.items():
        said = [(id_, read.said[name]) for id_, read in alive if read.said[name] is not None]
        report.counts.update(handler.store(said, now))
    report.new_customers += saved.created
    report.updated_customers += saved.updated
    return [id_ for id_, _ in alive]
