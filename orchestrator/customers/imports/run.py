"""Read a file of some kind and store it, a transaction a chunk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from orchestrator.customers.imports.files import FileError, inspect, open_lines
from orchestrator.customers.imports.kinds import Item, Kind, Outcome, Reader, Setting
from orchestrator.customers.imports.report import Advance, batches
from orchestrator.customers.imports.table import RowError, Table


def run(kind: Kind, path: Path, setting: Setting, advance: Advance) -> Outcome:
    """Store the file, and answer what came of all of it. FileError where the file cannot be read at all."""
    whole = Outcome()
    with open_lines(inspect(path)) as lines:
        table = Table(lines, kind.aliases())
        missing = [one.name for one in kind.fields if one.required and one.name not in table.columns]
        if missing:
            raise FileError(f"the header has no {missing[0]}; add that column")
        reader = kind.begin(table.columns, setting)
        for chunk in batches(_items(reader, table), kind.chunk):
            with transaction.atomic():
                outcome = reader.store([one for one in chunk if isinstance(one, Item)])
            whole.counts.update(outcome.counts)
            whole.errors += [one for one in chunk if isinstance(one, RowError)] + outcome.errors
            whole.kept_out += outcome.kept_out
            advance(chunk[-1].line)
    return whole


def _items(reader: Reader, table: Table) -> Iterator[Item | RowError]:
    for row in table.rows():
        if isinstance(row, RowError):
            yield row
            continue
        try:
            yield from reader.feed(row)
        except ValueError as error:
            yield RowError(row.line, str(error))
    yield from reader.end()
