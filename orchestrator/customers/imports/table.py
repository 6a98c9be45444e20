"""A CSV file as a header and rows with line numbers. One broken row costs that row, never those behind it."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.customers.imports.files import FileError
from orchestrator.domain.shown import shown

COLUMNS = 300
CELL_LINES = 100  # the most lines a quoted cell may span before its quote counts as not closed
LONGEST = 131_072  # characters of a line; the csv module reads no longer cell
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on, and its cells by column, without spaces around them."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """One row that was left out: where, what is wrong and how to mend it."""

    line: int
    message: str


class Table:
    """A header and the rows under it. FileError where there is no usable header."""

    def __init__(self, lines: Iterator[str], aliases: Mapping[str, str]) -> None:
        self._lines = _Lines(lines)
        first = self._lines.take_filled()
        if first is None:
            raise FileError("the file is empty")
        number, text = first
        if len(text) > LONGEST:
            raise FileError(
                f"the header has {len(text):,} characters; {LONGEST:,} is the most. Is this a table?"
            )
        self.delimiter = find_delimiter(text)
        self._header = _split(text, self.delimiter, number)
        self.columns = _name(self._header, aliases, number)

    def rows(self) -> Iterator[Row | RowError]:
        """Every row, or what is wrong with it. Empty lines are passed over."""
        while (first := self._lines.take_filled()) is not None:
            record = self._read(*first)
            yield record if isinstance(record, RowError) else self._name_cells(first[0], record)

    def _read(self, number: int, text: str) -> list[str] | RowError:
        """The record that starts here; where its quotes do not fit, only its first line is given up."""
        if (size := len(text.rstrip("\r\n"))) > LONGEST:
            return RowError(number, f"the line has {size:,} characters; {LONGEST:,} is the most. Shorten it")
        rest: list[str] = []
        while text.count('"') % 2 and len(rest) < CELL_LINES and (line := self._lines.take()) is not None:
            rest.append(line)
            text += line
        try:
            cells = _split(text, self.delimiter, number)
            if not rest or len(cells) == len(self.columns):
                return cells
        except FileError:
            pass
        self._lines.put_back(rest)
        words = 'a quote (") is not closed or not doubled; write a quote inside a cell as two, and the cell in quotes'
        return RowError(number, words)

    def _name_cells(self, number: int, cells: Sequence[str]) -> Row | RowError:
        if list(cells) == self._header:
            return RowError(number, "the header stands here again; remove this line")
        if len(cells) != len(self.columns):
            missing = f"{len(cells)} cells, but the header has {len(self.columns)}"
            return RowError(number, f"the row has {missing}; check its “{self.delimiter}” and quotes")
        named = {}
        for column, cell in zip(self.columns, cells, strict=True):
            if column:
                named[column] = cell.strip()
            elif cell.strip():
                return RowError(
                    number, f"the cell {shown(cell)} stands in a column without a name; name it or empty it"
                )
        return Row(number, named)


class _Lines:
    """Lines with their numbers, from which some can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self._taken = 0

    def take(self) -> str | None:
        line = self._back.popleft() if self._back else next(self._lines, None)
        self._taken += line is not None
        return line

    def take_filled(self) -> tuple[int, str] | None:
        while (line := self.take()) is not None:
            if line.strip():
                return self._taken, line
        return None

    def put_back(self, lines: Sequence[str]) -> None:
        self._back.extendleft(reversed(lines))
        self._taken -= len(lines)


def find_delimiter(header: str) -> str:
    """The one of comma, semicolon and tab that stands oftenest in the header outside quotes."""
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _split(text: str, delimiter: str, number: int) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as error:
        raise FileError(f"line {number} cannot be read as CSV: {error}; check its quotes") from error


def _name(header: Sequence[str], aliases: Mapping[str, str], number: int) -> list[str]:
    """Column names in one spelling: lower case, underscores; other words for a known column become its name."""
    while len(header) > COLUMNS and not header[-1].strip():
        header = header[:-1]
    if len(header) > COLUMNS:
        raise FileError(
            f"the header has {len(header)} columns; {COLUMNS} is the most. Is the delimiter right?"
        )
    plain = ["_".join(name.replace("-", " ").lower().split()) for name in header]
    names = [aliases.get(name, name) for name in plain]
    twice = [name for name, count in Counter(filter(None, names)).items() if count > 1]
    if twice:
        raise FileError(f"line {number}: the column {shown(twice[0])} stands twice in the header; remove one")
    if any(len(name) > 100 or "\x00" in name for name in names):
        raise FileError(
            f"line {number}: a column's name is longer than 100 characters or holds a NUL; rename it"
        )
    return names
