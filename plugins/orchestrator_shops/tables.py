"""TABLES: readers of export files. One row is one thing, or several rows that follow one another are one order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.sdk import Connected, Fact, Group, SourceField, Unread

Cells = Mapping[str, str]


def columns(**aliases: str) -> tuple[SourceField, ...]:
    """Fields of a file: name -> other words for it, with `!` before the first where the file must have it."""
    return tuple(
        SourceField(name, name.replace("_", " "), tuple(said.lstrip("!").split()), said.startswith("!"))
        for name, said in aliases.items()
    )


@dataclass(slots=True)
class Rows:
    """One row, one thing."""

    read: Callable[[Cells, Connected], Sequence[Fact]]
    connected: Connected

    def feed(self, line: int, cells: Cells) -> Iterable[Group]:
        """What this row says."""
        facts = tuple(self.read(cells, self.connected))
        return [Group(line, facts)] if facts else []

    def end(self) -> Iterable[Group]:
        """Nothing is left."""
        return ()


@dataclass(slots=True)
class Runs:
    """Rows that follow one another and name the same order are that order. Later ones may leave what is said
    of the order empty. One that cannot be read is left out by its first line, and those behind it are read.
    """

    read: Callable[[Sequence[Cells], Connected], Sequence[Fact]]
    name: str
    connected: Connected
    _line: int = 0
    _rows: list[Cells] = field(default_factory=list)

    def feed(self, line: int, cells: Cells) -> Iterable[Group]:
        """The order before this row, if this one begins another."""
        same = self._rows and cells.get(self.name, "") in ("", self._rows[0].get(self.name, ""))
        before = (self._line, self._rows)
        if same:
            self._rows.append(cells)
            return ()
        self._line, self._rows = line, [cells]
        return self._whole(*before)

    def end(self) -> Iterable[Group]:
        """The last order."""
        before, self._rows = self._rows, []
        return self._whole(self._line, before)

    def _whole(self, line: int, rows: list[Cells]) -> list[Group]:
        if not rows:
            return []
        try:
            facts: Sequence[Fact] = self.read(rows, self.connected)
        except ValueError as error:
            facts = (Unread(str(error)),)
        return [Group(line, tuple(facts))] if facts else []
