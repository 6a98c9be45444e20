"""A table: its columns by what they mean, and its rows with line numbers, whatever kind of file they stand in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.customers.imports import guarded
from orchestrator.customers.imports.files import WORKBOOK, FileError, Source, open_lines
from orchestrator.customers.imports.records import Record, RowError, find_delimiter, read_text
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words

COLUMNS = 300
Loose = Callable[[Source], Callable[[Iterator[str]], Iterator[Record]] | None]
_UNEVEN = Words(
    "the row has %(cells)s cells, but the header has %(columns)s; check its “%(delimiter)s” and quotes"
)
LEFT_OUT = ""  # what a column of a mapping means that is not read
__all__ = ["COLUMNS", "LEFT_OUT", "Form", "Row", "RowError", "Table", "find_delimiter", "open_table", "plain"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on, and its cells by column, without spaces around them."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """How somebody wants a file to be understood: what single columns mean, by their names as written, and which sheet.

    What is not said here goes by the names of the columns alone.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""


class Table:
    """A header and the rows under it. FileError where there is no usable header."""

    def __init__(
        self,
        lines: Iterator[str] | None,
        aliases: Mapping[str, str],
        meant: Mapping[str, str] | None = None,
        records: Iterator[Record] | None = None,
    ) -> None:
        self.delimiter = ""
        if records is None:
            self.delimiter, records = read_text(lines or iter(()))
        self._records = records
        first = next(records, None)
        if first is None:
            raise FileError("the file is empty")
        if isinstance(first, RowError):
            raise FileError("line %(line)s: %(message)s", line=str(first.line), message=first.message)
        number, written = first
        self.header, names = _name(written, aliases, meant or {}, number)
        self._written = written
        self._names = names
        self._mended = guarded.PROBLEM in names
        self.columns = [name if name is not None else "" for name in names]

    def rows(self) -> Iterator[Row | RowError]:
        """Every row, or what is wrong with it. Empty lines are passed over."""
        for record in self._records:
            yield record if isinstance(record, RowError) else self._name_cells(*record)

    def raw(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Every row that can be told apart, as it is written."""
        for record in self._records:
            if not isinstance(record, RowError):
                yield record

    def _name_cells(self, number: int, cells: list[str]) -> Row | RowError:
        if cells == self._written:
            return RowError(number, Words("the header stands here again; remove this line"))
        if not self.delimiter:  # a workbook's rows end with their last filled cell
            cells = [*cells, *[""] * (len(self._names) - len(cells))]
        if len(cells) != len(self._names):
            words = _UNEVEN.fill(cells=len(cells), columns=len(self._names), delimiter=self.delimiter or " ")
            return RowError(number, words)
        named = {}
        for column, cell in zip(self._names, cells, strict=True):
            if column:
                named[column] = cell.strip()
            elif column is None and cell.strip():
                return RowError(
                    number,
                    Words(
                        "the cell %(cell)s stands in a column without a name; name it or empty it",
                        cell=shown(cell),
                    ),
                )
        if self._mended:
            named = {name: guarded.undo(cell) for name, cell in named.items() if name not in guarded.COLUMNS}
        return Row(number, named)


@contextmanager
def open_table(
    source: Source, aliases: Mapping[str, str], form: Form | None = None, loose: Loose | None = None
) -> Iterator[Table]:
    """The file's table, read from its beginning. `loose`: as a kind has it."""
    form = form or Form()
    if source.form == WORKBOOK:
        from orchestrator.customers.imports.workbook import open_records

        with open_records(source, form.sheet) as records:
            yield Table(None, aliases, form.columns, records)
        return
    read = loose(source) if loose is not None else None
    with open_lines(source) as lines:
        if read is not None:
            yield Table(None, aliases, form.columns, read(lines))
        else:
            yield Table(lines, aliases, form.columns)


def plain(name: str) -> str:
    """A column's name in one spelling: lower case, underscores."""
    return "_".join(name.replace("-", " ").lower().split())


def _name(
    header: Sequence[str], aliases: Mapping[str, str], meant: Mapping[str, str], number: int
) -> tuple[list[str], list[str | None]]:
    """The columns as written, and what each means: a field, a name of its own in one spelling, left out ("") or, where it
    has no name, None."""
    while len(header) > COLUMNS and not header[-1].strip():
        header = header[:-1]
    if len(header) > COLUMNS:
        raise FileError(
            "the header has %(count)s columns; %(most)s is the most. Is the delimiter right?",
            count=len(header),
            most=COLUMNS,
        )
    written = [name.strip() for name in header]
    unknown = sorted(set(meant) - set(written))
    if unknown:
        raise FileError(
            "line %(number)s: the header has no column %(column)s",
            number=str(number),
            column=shown(unknown[0]),
        )
    names = [_meaning(name, aliases, meant) for name in written]
    twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
    if twice:
        raise FileError(
            "line %(number)s: the column %(twice)s stands twice in the header; remove one",
            number=str(number),
            twice=shown(twice[0]),
        )
    if any(name and (len(name) > 100 or "\x00" in name) for name in names):
        raise FileError(
            "line %(number)s: a column's name is longer than 100 characters or holds a NUL; rename it",
            number=str(number),
        )
    return written, names


def _meaning(written: str, aliases: Mapping[str, str], meant: Mapping[str, str]) -> str | None:
    if written in meant:
        return meant[written]
    name = plain(written)
    return aliases.get(name, name) or None
