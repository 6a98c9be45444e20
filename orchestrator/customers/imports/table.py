"""A table: its columns by what they mean, and its rows with line numbers, whatever kind of file they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestrator.customers.imports import guarded
from orchestrator.customers.imports.files import WORKBOOK, FileError, Source, open_lines
from orchestrator.customers.imports.header import COLUMNS, LEFT_OUT, plain, read_header
from orchestrator.customers.imports.records import Record, RowError, find_delimiter, read_text
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words

Loose = Callable[[Source], Callable[[Iterator[str]], Iterator[Record]] | None]
_UNEVEN = Words(
    "the row has %(cells)s cells, but the header has %(columns)s; check its “%(delimiter)s” and quotes"
)
__all__ = ["COLUMNS", "LEFT_OUT", "Form", "Row", "RowError", "Table", "find_delimiter", "open_table", "plain"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on, and its cells by column, without spaces around them."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """How somebody wants a file to be understood: what single columns mean, by their labels (`header.py`); which sheet of
    a workbook; in which of ENCODINGS its letters are written, and what stands between cells.

    What is not said here goes by what is found out, and by the names of the columns.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


class Table:
    """A header and the rows under it. FileError where there is no usable header."""

    def __init__(
        self,
        lines: Iterator[str] | None,
        aliases: Mapping[str, str],
        meant: Mapping[str, str] | None = None,
        records: Iterator[Record] | None = None,
        delimiter: str = "",
        strict: bool = True,
    ) -> None:
        """`strict`: FileError where two columns mean the same. Else whoever asks shows `twice`, and reads no rows."""
        self.delimiter = ""
        if records is None:
            self.delimiter, records = read_text(lines or iter(()), delimiter)
        self._records = records
        first = next(records, None)
        if first is None:
            raise FileError("the file is empty")
        if isinstance(first, RowError):
            raise FileError("line %(line)s: %(message)s", line=str(first.line), message=first.message)
        number, written = first
        header = read_header(number, written, aliases, meant or {})
        if strict:
            header.check()
        self.header, self.labels, self.twice = header.written, header.labels, header.twice
        self._written = written
        self._names = header.names
        self._mended = guarded.PROBLEM in header.names
        self.columns = [name if name is not None else "" for name in header.names]

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
    source: Source,
    aliases: Mapping[str, str],
    form: Form | None = None,
    loose: Loose | None = None,
    strict: bool = True,
) -> Iterator[Table]:
    """The file's table, read from its beginning. `loose`: as a kind has it; `strict`: as a Table has it."""
    form = form or Form()
    if source.form == WORKBOOK:
        from orchestrator.customers.imports.workbook import open_records

        with open_records(source, form.sheet) as records:
            yield Table(None, aliases, form.columns, records, strict=strict)
        return
    read = loose(source) if loose is not None else None
    with open_lines(source) as lines:
        if read is not None:
            yield Table(None, aliases, form.columns, read(lines), strict=strict)
        else:
            yield Table(lines, aliases, form.columns, delimiter=form.delimiter, strict=strict)
