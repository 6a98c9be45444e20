"""TABLES of counts as this reader may see them: `domain/cells.py` says which go, here is how they are told and drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.cells import Name, Sum, hidden
from orchestrator.studio import small
from orchestrator.studio.counted import grouped, share


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts by name, and those of them that this reader is not told.

    `alone`: what a hidden one could be told by is not shown at all, so that a small one may be said to be "<5".
    """

    counts: Mapping[Name, int]
    gone: frozenset[Name]
    alone: bool = False

    def say(self, name: Name) -> str:
        """The count, or that it is hidden: the same word for all that are."""
        if self.alone and small.hidden(self.counts[name]):
            return grouped(self.counts[name])
        return _("hidden") if name in self.gone else grouped(self.counts[name])

    def share(self, part: Name, whole: Name) -> str:
        """A share in percent; a dash where either is hidden."""
        if part in self.gone or whole in self.gone:
            return "–"
        return share(self.counts[part], self.counts[whole])

    def length(self, name: Name, among: Iterable[Name]) -> int:
        """A bar's length in hundredths of the longest that is shown; none of what is hidden, for it would tell it."""
        longest = max((self.counts[one] for one in among if one not in self.gone), default=0)
        return 0 if name in self.gone or not longest else round(100 * self.counts[name] / longest)


def cells(counts: Mapping[Name, int], sums: Collection[Sum] = ()) -> Cells:
    """A table as this reader may see it; `sums` are all that a reader can add up, with what stands elsewhere too."""
    return Cells(counts, hidden(counts, sums, small.LEAST) if small.hides() else frozenset())


def parted(part: int, whole: int) -> Cells:
    """`part` of a `whole`, of which a reader can take the one from the other."""
    return divided(whole, {"part": part})


def divided(whole: int, parts: Mapping[Any, int]) -> Cells:
    """Several parts of one "whole", each with its own rest, which a reader can reckon."""
    counts: dict[Name, int] = {**parts, "whole": whole}
    counts |= {("rest", name): whole - part for name, part in parts.items()}
    found = cells(counts, [Sum("whole", (name, ("rest", name))) for name in parts])
    return Cells(counts, found.gone, alone=True)


def charted(rows: Mapping[Any, Mapping[str, int]]) -> Cells:
    """Bars that are made of parts: each is the sum of its own, named (bar, part), and all of them stand beside "all"."""
    counts: dict[Name, int] = {
        (row, part): count for row, parts in rows.items() for part, count in parts.items()
    }
    counts |= {row: sum(parts.values()) for row, parts in rows.items()}
    counts["all"] = sum(counts[row] for row in rows)
    sums = [Sum(row, tuple((row, part) for part in parts)) for row, parts in rows.items() if parts]
    return cells(counts, [*sums, Sum("all", tuple(rows))])


def listed(counts: Mapping[Any, int]) -> Cells:
    """Counts that stand beside their total, which is named "all"."""
    return cells({**counts, "all": sum(counts.values())}, [Sum("all", tuple(counts))])
