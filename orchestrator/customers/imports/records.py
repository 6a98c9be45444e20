"""RECORDS: text as a header and rows of cells with line numbers. One broken row costs that row, never those behind it."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.customers.imports.files import FileError
from orchestrator.domain.wording import Words

_OPEN = Words(
    'a quote (") is not closed or not doubled; write a quote inside a cell as two, and the cell in quotes'
)
CELL_LINES = 100  # the most lines a quoted cell may span before its quote counts as not closed
LONGEST = 131_072  # characters of a line; the csv module reads no longer cell
DELIMITERS = ",;\t"  # that are looked for; somebody may say that it is a bar
CHOICES = f"{DELIMITERS}|"


@dataclass(frozen=True, slots=True)
class RowError:
    """One row that was left out: where, what is wrong and how to mend it."""

    line: int
    message: str


Record = tuple[int, list[str]] | RowError  # the line it starts on, and its cells


def read_text(lines: Iterator[str], delimiter: str = "") -> tuple[str, Iterator[Record]]:
    """What stands between cells, and the records; the first is the header. FileError where there is no usable header.

    `delimiter`: what somebody says of it; else it is found out.
    """
    ahead = _Lines(lines)
    first = ahead.take_filled()
    if first is None:
        raise FileError("the file is empty")
    number, text = first
    if len(text) > LONGEST:
        raise FileError(
            "the header has %(size)s characters; %(longest)s is the most. Is this a table?",
            size=len(text),
            longest=LONGEST,
        )
    delimiter = delimiter or find_delimiter(text)
    return delimiter, _records(ahead, delimiter, number, _split(text, delimiter, number))


def _records(lines: _Lines, delimiter: str, number: int, header: list[str]) -> Iterator[Record]:
    yield number, header
    while (first := lines.take_filled()) is not None:
        record = _read(lines, delimiter, len(header), *first)
        yield record if isinstance(record, RowError) else (first[0], record)


def _read(lines: _Lines, delimiter: str, columns: int, number: int, text: str) -> list[str] | RowError:
    """The record that starts here; where its quotes do not fit, only its first line is given up."""
    if (size := len(text.rstrip("\r\n"))) > LONGEST:
        return RowError(
            number,
            Words(
                "the line has %(size)s characters; %(longest)s is the most. Shorten it",
                size=size,
                longest=LONGEST,
            ),
        )
    rest: list[str] = []
    while text.count('"') % 2 and len(rest) < CELL_LINES and (line := lines.take()) is not None:
        rest.append(line)
        text += line
    try:
        cells = _split(text, delimiter, number)
        if not rest or len(cells) == columns:
            return cells
    except FileError:
        pass
    lines.put_back(rest)
    return RowError(number, _OPEN)


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
        raise FileError(
            "line %(number)s cannot be read as CSV: %(error)s; check its quotes",
            number=str(number),
            error=str(error),
        ) from error
