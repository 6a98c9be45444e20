"""WORKBOOK: a sheet of an Excel workbook as the header and the rows that a CSV of it would have."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from orchestrator.customers.imports.files import MOST_BYTES, WORKBOOK, FileError, Openable, Source
from orchestrator.customers.imports.packed import BROKEN
from orchestrator.customers.imports.records import Record, RowError
from orchestrator.domain.wording import Words

SHARED = (
    256 << 20
)  # bytes of all but the sheets: texts above all, which are held in memory while a sheet is read
_SHEETS = "/worksheets/"
_FAULTS = frozenset({"#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!"})


def inspect(path: Openable) -> Source:
    """What sheets there are, and how many rows the first one says that it has."""
    _check_size(path)
    with _opened(path) as book:
        sheets = tuple(one.title for one in book.worksheets)
        if not sheets:
            raise FileError("%(name)s is a workbook without a sheet", name=path.name)
        rows = tuple(one.max_row or 0 for one in book.worksheets)
        return Source(path, "", rows[0], WORKBOOK, sheets, rows)


@contextmanager
def open_records(source: Source, sheet: str = "") -> Iterator[Iterator[Record]]:
    """The rows of a sheet, or of the first one; the header is the first that is not empty."""
    if sheet and sheet not in source.sheets:
        there = ", ".join(source.sheets)
        raise FileError(
            "the workbook has no sheet “%(sheet)s”; there are: %(there)s", sheet=sheet, there=there
        )
    with _opened(source.path) as book:
        found = book[sheet] if sheet else book.worksheets[0]
        found.reset_dimensions()  # some programs write a wrong one, beyond which nothing would be read
        yield _records(found)


def _check_size(path: Openable) -> None:
    """A workbook says beforehand how large its parts are, and is read no further than it says."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            sizes = {one.filename: one.file_size for one in archive.infolist()}
    except BROKEN as error:
        raise FileError(
            "%(name)s begins like an Excel workbook or a zip, and is none: %(error)s",
            name=path.name,
            error=str(error),
        ) from error
    held = sum(size for name, size in sizes.items() if _SHEETS not in name)
    if sum(sizes.values()) > MOST_BYTES or held > SHARED:
        raise FileError(
            "%(name)s is larger inside than a workbook may be; save it as CSV UTF-8", name=path.name
        )


@contextmanager
def _opened(path: Openable) -> Iterator[Any]:
    from openpyxl import load_workbook  # read when one comes: it takes a third of a second

    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except (*BROKEN, KeyError, ValueError, TypeError, SyntaxError, AttributeError, OSError) as error:
            raise FileError(
                "%(name)s cannot be read as an Excel workbook (%(error)s); save it anew, or as CSV UTF-8",
                name=path.name,
                error=str(error),
            ) from error
        try:
            yield book
        finally:
            book.close()


def _records(sheet: Any) -> Iterator[Record]:
    try:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            cells = [_text(cell) for cell in row]
            while cells and not cells[-1].strip():
                cells.pop()
            if not cells:
                continue
            faults = sorted(_FAULTS.intersection(cells))
            if faults:
                yield RowError(
                    number,
                    Words("a cell holds %(fault)s; mend its formula, or empty the cell", fault=faults[0]),
                )
            else:
                yield number, cells
    except (*BROKEN, SyntaxError, ValueError, KeyError) as error:
        raise FileError(
            "the workbook cannot be read to its end (%(error)s); save it as CSV UTF-8", error=str(error)
        ) from error


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    if isinstance(value, datetime):
        bare = value.time() == time(0) and "h" not in str(cell.number_format).lower()
        return value.date().isoformat() if bare else value.replace(microsecond=0).isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float, written_as: str) -> str:
    """With the fifteen digits that Excel knows, and with the zeros before it that it is shown with."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    text = str(value) if isinstance(value, int) else format(Decimal(f"{value:.15g}"), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    digits = written_as.strip('"@\\')
    return text.zfill(len(digits)) if set(digits) == {"0"} and "." not in text else text
