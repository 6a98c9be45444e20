"""EXPORT: one ZIP with all that we hold about a person: one JSON for machines, and a CSV a table for people.

Rows are read and written a thousand at a time, so that nobody has done too much to be told of it.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from django.utils.translation import gettext as _

from orchestrator.customers.exporting import Table, registered, words_of
from orchestrator.customers.imports.guarded import guard
from orchestrator.customers.survivors import whole

SCHEMA = "orchestrator.export/1"
ROWS = 1000
Row = dict[str, Any]


def export(customer_id: int, out: IO[bytes], language: str, now: datetime) -> dict[str, int]:
    """Write the ZIP; answer how many rows of which table. Whoever was merged into them is in it, and nobody else.

    Words are in this language; names in the JSON are the same in all. Nothing is written to the database.
    """
    ids = sorted(whole([customer_id]))
    with translation.override(language), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        counts = {table.name: _write_csv(archive, table, ids) for table in registered().values()}
        with archive.open("export.json", "w") as file:
            _write_json(file, ids, language, now)
        archive.writestr(_("READ ME") + ".txt", _about(counts, now))
    return counts


def rows(table: Table, ids: Collection[int]) -> Iterator[Row]:
    """The table's rows of these people, with the words that are known for them."""
    said = words_of(table.name)
    names = list(table.columns)
    found = table.of(ids).order_by("pk").values_list(*table.columns.values())
    for values in found.iterator(ROWS):
        row = dict(zip(names, values, strict=True))
        for column, words in said.items():
            row[f"{column}_in_words"] = words(row[column])
        yield row


def _write_csv(archive: zipfile.ZipFile, table: Table, ids: Collection[int]) -> int:
    """With a mark of UTF-8 before it, by which spreadsheets read Polish letters."""
    count = 0
    names = [*table.columns, *(f"{column}_in_words" for column in words_of(table.name))]
    with archive.open(f"{table.name}.csv", "w") as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(names)
        for count, row in enumerate(rows(table, ids), start=1):  # noqa: B007 (the last one counts)
            writer.writerow([cell(row[name]) for name in names])
        text.flush()
        text.detach()
    return count


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else _plain(value)
    return guard(text) if isinstance(value, str) else text


def _plain(value: Any) -> str:
    written = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return written.strip('"') if isinstance(value, datetime) else written


def _write_json(file: IO[bytes], ids: Collection[int], language: str, now: datetime) -> None:
    head = {"schema": SCHEMA, "exported_at": now, "language": language}
    file.write(_json(head)[:-1])
    for table in registered().values():
        file.write(f', "{table.name}": ['.encode())
        for place, row in enumerate(rows(table, ids)):
            file.write((b",\n" if place else b"\n") + _json(row))
        file.write(b"]")
    file.write(b"}\n")


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode()


def _about(counts: dict[str, int], now: datetime) -> str:
    lines = [
        _("What we hold about you, as of %(when)s.") % {"when": now.isoformat(timespec="seconds")},
        _("Each table is a file that a spreadsheet opens; export.json holds all of them for other systems."),
        _("What the machine keeps for its own order, and says nothing about you, is left out."),
        "",
        *(f"{name}.csv: {count}" for name, count in counts.items()),
    ]
    return "\r\n".join(lines) + "\r\n"
