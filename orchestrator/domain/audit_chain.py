"""Whether the audit log's chain is whole, read from its first entry to its last in one pass, and if not, what is wrong.

An entry says itself where it belongs, since its number is in its hash. So an entry that stands elsewhere is told from one
that was changed, and what was taken out or put in shifts all that follow by one. What the chain alone cannot tell: that
its end was cut off, or that all of it was written anew. For that, its head is kept elsewhere: an anchor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from orchestrator.domain.audit import NOTHING, Entry, digest

Stored = tuple[Entry, str]  # an entry, and the hash that stands beside it
# How far from its place an entry is looked for, and for how many that have lost theirs.
REACH, SEARCHES = 1000, 50


class What(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    MOVED = "reordered"
    REWRITTEN = "rewritten"
    ANCHOR = "not as anchored"
    CUT = "cut off"


@dataclass(frozen=True, slots=True)
class Break:
    """Something wrong: at which number, and up to which; of what was moved `to` is where it belongs."""

    what: What
    number: int
    to: int = 0

    def __str__(self) -> str:
        here, both = f"entry {self.number}", f"entries {self.number} to {self.to}"
        return {
            What.CHANGED: f"{here} was changed",
            What.MISSING: f"{here} is missing" if self.to == self.number else f"{both} are missing",
            What.ADDED: f"{here} was added",
            What.MOVED: f"{here} was reordered: it belongs at {self.to}",
            What.REWRITTEN: f"{here} was rewritten: what follows holds another hash",
            What.ANCHOR: f"{here} is not the one that was anchored: it, or one before it, was written anew",
            What.CUT: f"the log was cut off: it ends before entry {self.number}",
        }[self.what]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head as it was once: its number and its hash."""

    number: int
    hash: str


@dataclass
class Chain:
    """What has been read so far: how many, the first and the last number, and the last hash. Fed in pieces or at once."""

    count: int = 0
    first: int = 0
    number: int = 0
    hash: str = NOTHING
    shift: int = 0  # by how much numbers are ahead of where their entries belong
    sound: bool = True  # whether the last entry says where it belongs
    searches: int = SEARCHES
    anchors: list[Anchor] = field(default_factory=list)

    def read(self, rows: Iterable[Stored]) -> Iterator[Break]:
        """Read on; needs one row ahead of what it tells."""
        ahead = iter(rows)
        here = next(ahead, None)
        while here is not None:
            after = next(ahead, None)
            yield from self._one(here, after)
            here = after

    def end(self) -> Iterator[Break]:
        """Once all is read: the anchors that lie behind the end."""
        for anchor in self.anchors:
            if anchor.number > self.number:
                yield Break(What.CUT, self.number + 1)

    def _one(self, here: Stored, after: Stored | None) -> Iterator[Break]:
        entry, stored = here
        expected = self.number + 1
        if entry.number > expected:
            yield Break(What.MISSING, expected, entry.number - 1)
            self.sound = False
        place = self._place(here)
        if place is not None:
            yield from self._at(entry, place, after)
        else:
            yield self._changed(entry.number, after)
        for anchor in self.anchors:
            if anchor.number == entry.number and anchor.hash != stored:
                yield Break(What.ANCHOR, entry.number)
        self.count, self.first = self.count + 1, self.first or entry.number
        self.number, self.hash = entry.number, stored
        self.sound = place == entry.number - self.shift

    def _at(self, entry: Entry, place: int, after: Stored | None) -> Iterator[Break]:
        """The entry is as it was written, for this place: is it there, and does it hold the one before?"""
        off = entry.number - place
        if off == self.shift:
            if self.sound and entry.previous != self.hash:
                yield Break(What.REWRITTEN, entry.number - 1)
            return
        follows = self._place(after) if after is not None else None
        alike = after is None and self.sound if follows is None else _off(after, follows) == off
        if not alike:
            yield Break(What.MOVED, entry.number, place)
        elif off > self.shift:
            yield Break(What.ADDED, entry.number - (off - self.shift))
            self.shift = off
        else:
            yield Break(What.MISSING, entry.number - self.shift, place - 1)
            self.shift = off

    def _changed(self, number: int, after: Stored | None) -> Break:
        """An entry that is not as it was written: if the next one belongs here, this one was put before it."""
        follows = self._place(after) if after is not None else None
        if follows is None or _off(after, follows) != self.shift + 1:
            return Break(What.CHANGED, number)
        self.shift += 1
        return Break(What.ADDED, number)

    def _place(self, stored: Stored | None) -> int | None:
        """Where the entry belongs by its own hash; None where it was changed."""
        if stored is None:
            return None
        entry, hash_ = stored
        here = entry.number - self.shift
        if digest(replace(entry, number=here)) == hash_:
            return here
        if self.searches <= 0:
            return None
        self.searches -= 1
        for away in range(1, REACH + 1):
            for place in (here - away, here + away):
                if place >= 1 and digest(replace(entry, number=place)) == hash_:
                    return place
        return None


def _off(stored: Stored | None, place: int) -> int:
    return stored[0].number - place if stored is not None else 0
