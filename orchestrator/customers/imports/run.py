"""Read a file of some kind and store it, a transaction a chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import transaction

from orchestrator.customers.imports.files import FileError, Openable, Source, inspect
from orchestrator.customers.imports.kinds import Counting, Item, Kind, Outcome, Reader, Setting
from orchestrator.customers.imports.report import Advance, batches
from orchestrator.customers.imports.table import Form, RowError, Table, open_table
from orchestrator.domain.wording import words_of

MOST = 10_000  # rows that a run names; all of them are counted


@dataclass(slots=True)
class Whole(Outcome):
    """What came of all of it: the first ten thousand rows that were left out are named, all of them counted."""

    left_out: int = 0
    kept_out_count: int = 0

    def take(self, chunk: Iterable[Item | RowError], outcome: Outcome) -> None:
        """What came of a chunk."""
        errors = wrong(chunk, outcome)
        self.counts.update(outcome.counts)
        self.left_out += len(errors)
        self.kept_out_count += len(outcome.kept_out)
        self.errors += errors[: MOST - len(self.errors)]
        self.kept_out += outcome.kept_out[: MOST - len(self.kept_out)]


@dataclass(slots=True)
class Reading:
    """A file that is being read: its table, and the reader of its kind."""

    kind: Kind
    table: Table
    reader: Reader

    def chunks(
        self, after: int = 0, counted: Callable[[Item], bool] | None = None
    ) -> Iterator[list[Item | RowError]]:
        """What is in the file, as much at a time as is stored in one transaction; without the first `after`.

        Reading is the same at every reading of a file: whoever has stored so many goes on with the next, and misses none.
        `counted`: of a dry run, which of those before were not left out: what they name is not counted again.
        """
        items = _items(self.reader, self.table)
        for batch in batches(islice(items, after), self.kind.chunk):
            if counted is not None and isinstance(self.reader, Counting):
                self.reader.passed([one for one in batch if isinstance(one, Item) and counted(one)])
        yield from batches(items, self.kind.chunk)

    def run(self, advance: Advance) -> Whole:
        """Store all of it."""
        whole = Whole()
        for chunk in self.chunks():
            with transaction.atomic():
                outcome = store(self.reader, chunk)
            whole.take(chunk, outcome)
            advance(chunk[-1].line)
        return whole


def run(
    kind: Kind, path: Path | Source, setting: Setting, advance: Advance, form: Form | None = None
) -> Whole:
    """Store the file, and answer what came of all of it. FileError where the file cannot be read at all."""
    with reading(kind, path, setting, form) as one:
        return one.run(advance)


@contextmanager
def reading(
    kind: Kind, path: Path | Openable | Source, setting: Setting, form: Form | None = None
) -> Iterator[Reading]:
    """Begin to read. FileError where the file cannot be read, or its columns will not do."""
    source = path if isinstance(path, Source) else inspect(path, form.encoding if form else "")
    with open_table(source, kind.aliases(), form, kind.loose) as table:
        if missing := kind.missing(table.columns):
            raise FileError(
                "the header has no %(columns)s; add that. It has: %(known)s",
                columns=", ".join(" / ".join(names) for names in missing),
                known=", ".join(filter(None, table.columns))[:200],
            )
        yield Reading(kind, table, kind.begin(table.columns, setting))


def store(reader: Reader, chunk: Iterable[Item | RowError]) -> Outcome:
    """Store what of a chunk can be, in the caller's transaction."""
    items = [one for one in chunk if isinstance(one, Item)]
    return reader.store(items) if items else Outcome()


def wrong(chunk: Iterable[Item | RowError], outcome: Outcome) -> list[RowError]:
    """The rows of a chunk that are left out, be it by reading or by storing them, in the order of their lines."""
    found = [one for one in chunk if isinstance(one, RowError)] + outcome.errors
    return sorted(found, key=lambda one: one.line)


def _items(reader: Reader, table: Table) -> Iterator[Item | RowError]:
    for row in table.rows():
        if isinstance(row, RowError):
            yield row
            continue
        try:
            yield from reader.feed(row)
        except ValueError as error:
            yield RowError(row.line, words_of(error))
    yield from reader.end()
