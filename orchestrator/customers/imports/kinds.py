"""KINDS OF FILES that can be imported. A room registers its own; command, admin and worker run all of them alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from orchestrator.customers.imports.files import Source
from orchestrator.customers.imports.records import Record
from orchestrator.customers.imports.table import Row, RowError


@dataclass(frozen=True, slots=True)
class Field:
    """A thing that a row can say. `aliases`: other words for it in a header, plain (small letters, `_`).

    `instead_of`: the required field that needs no column where this one has one.
    """

    name: str
    words: Any  # what it is, one lazy translation
    aliases: tuple[str, ...] = ()
    required: bool = False
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a file does not say of itself: the zone of its clock, the currency of its money; `now` dates what it stores."""

    now: datetime
    zone: ZoneInfo
    currency: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the file, of one row or of several. `line`: where it begins; items come in the order of their lines."""

    line: int
    value: Any


@dataclass(slots=True)
class Outcome:
    """What storing some items did: counts for the summary, rows that were left out, values that were kept out of theirs."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    kept_out: list[RowError] = field(default_factory=list)


class Reader(Protocol):
    """Reads one file from its beginning. Reading stores nothing and is the same at every reading of the file.

    So an import that ended in the middle reads from the beginning again, and stores what begins behind its last line.
    """

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        """What is whole with this row; nothing yet where the next one may belong to it. ValueError: the row is wrong."""

    def end(self) -> Iterable[Item | RowError]:
        """What is whole with the file's end."""

    def store(self, items: Sequence[Item]) -> Outcome:
        """Store these in the caller's transaction. What was stored before is stored no second time."""


@runtime_checkable
class Counting(Protocol):
    """A reader that counts each thing of a dry run once, though every chunk of it is taken back."""

    def passed(self, items: Sequence[Item]) -> None:
        """These were stored, and so counted, by a reading of this file that ended in the middle."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `begin` looks at the columns (by their field's name where they mean one, else by their own) and
    answers a reader; FileError where they will not do. `others`: whether columns that mean no field are kept as well.
    `loose`: for text that is no table of cells; it answers how lines become a header and rows, or None for a table.
    """

    key: str
    title: Any  # lazy translations
    help: Any
    fields: tuple[Field, ...]
    begin: Callable[[Sequence[str], Setting], Reader]
    others: bool = False
    chunk: int = 1000  # items a transaction
    loose: Callable[[Source], Callable[[Iterator[str]], Iterator[Record]] | None] | None = None

    def aliases(self) -> Mapping[str, str]:
        """Every other word for a field -> its name."""
        return {alias: one.name for one in self.fields for alias in one.aliases}

    def needs(self) -> list[tuple[Field, list[str]]]:
        """The required fields, and the names of those that serve each: itself, and what stands instead of it."""
        instead = [(one.instead_of, one.name) for one in self.fields]
        return [
            (one, [one.name, *(name for of, name in instead if of == one.name)])
            for one in self.fields
            if one.required
        ]

    def missing(self, columns: Collection[str]) -> list[list[str]]:
        """What of these names no column means, though one of each list must be there."""
        return [names for _one, names in self.needs() if not set(names).intersection(columns)]


_kinds: dict[str, Kind] = {}
_later: list[Callable[[], Iterable[Kind]]] = []


def register(kind: Kind) -> None:
    """Add a kind; the same key again replaces it."""
    _kinds[kind.key] = kind


def later(bring: Callable[[], Iterable[Kind]]) -> None:
    """Ask this for more kinds whenever they are wanted: of plugins, which are loaded on first use."""
    _later.append(bring)


def registered() -> dict[str, Kind]:
    """All kinds, by key."""
    return _kinds | {kind.key: kind for bring in _later for kind in bring()}
