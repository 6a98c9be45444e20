"""The pages "Who moved" and "Overlap": between chosen segments, with the numbers of few people hidden where they must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.domain.cells import Name, Sum
from orchestrator.segments.models import Segment
from orchestrator.segments.moves import ELSEWHERE, Moves, moves, overlap
from orchestrator.segments.sampling import Estimate
from orchestrator.studio import small
from orchestrator.studio.cells import Cells, cells
from orchestrator.studio.counted import share
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped

MOST = 12  # segments in a matrix: more cannot be read
PERIODS = {
    7: gettext_lazy("the last 7 days"),
    30: gettext_lazy("the last 30 days"),
    90: gettext_lazy("the last 90 days"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """Where people were, and what became of them: a cell for each segment and for none of them."""

    name: str
    url: str
    cells: Sequence[tuple[str, bool]]
    total: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """From the rows to the columns; `changed`: segments whose rule became another meanwhile; `exact`: all was counted."""

    columns: Sequence[str]
    rows: Sequence[Row]
    now: Sequence[str]
    changed: str
    exact: bool = True


def chosen(asked: Iterable[str]) -> list[Segment]:
    """The segments that were asked for by key, in that order, each once."""
    keys = list(dict.fromkeys(asked))[:MOST]
    found = {one.key: one for one in Segment.objects.filter(key__in=[key for key in keys if "\0" not in key])}
    return [found[key] for key in keys if key in found]


def read_matrix(segments: Sequence[Segment], days: int, now: datetime) -> Matrix:
    """Who moved in so many days."""
    ids, since = [one.pk for one in segments], now - timedelta(days=days)
    found = moves(ids, since, now)
    shown = _Estimated(ids, found) if found.margins else _cells(ids, found)
    names = {one.pk: str(one) for one in segments}
    places = [*ids, ELSEWHERE]
    rows = [
        Row(
            names.get(before, _("none of these")),
            url_of("segments_segment", before) if before else "",
            [(_cell(shown, before, after), before == after != ELSEWHERE) for after in places],
            shown.say(("was", before)) if before else "",
        )
        for before in places
    ]
    changed = ", ".join(f"“{one}”" for one in segments if one.changed_at > since and not one.static)
    columns = [names.get(one, _("none of these")) for one in places]
    return Matrix(
        columns, rows, [*(shown.say(("now", one)) for one in ids), ""], changed, exact=not found.margins
    )


class _Estimated:
    """Numbers of a sample, in the place of counts: each with how far it may be off. Who is in it now is counted."""

    def __init__(self, ids: Sequence[int], found: Moves) -> None:
        self._found, self._places = found, [*ids, ELSEWHERE]
        self._sizes = cells({("now", one): found.now[one] for one in ids})

    def say(self, name: Any) -> str:
        """A cell, the sum of a row as ("was", one), or what stands in one as ("now", one)."""
        kind, one = name
        if kind == "now":
            return self._sizes.say(name)
        parts = [(one, after) for after in self._places] if kind == "was" else [name]
        counts = [self._count(part) for part in parts]
        wide = sum(self._found.margins.get(part, 0) ** 2 for part in parts) ** 0.5
        return _say_about(sum(counts), round(wide))

    def _count(self, part: tuple[int, int]) -> int:
        return self._found.stayed[part[0]] if part[0] == part[1] else self._found.moved.get(part, 0)


def _cell(shown: Cells | _Estimated, before: int, after: int) -> str:
    """A dash where nobody moved; from none of these to none of these nobody is counted."""
    if before == after == ELSEWHERE:
        return ""
    if isinstance(shown, _Estimated):
        return shown.say((before, after))
    return shown.say((before, after)) if shown.counts[before, after] else "–"


def _cells(ids: Sequence[int], found: Moves) -> Cells:
    """All counts, and the sums that a reader can make of a row and of a column."""
    places = [*ids, ELSEWHERE]
    counts: dict[Name, int] = {
        pair: found.moved.get(pair, 0) for pair in product(places, places) if pair != (ELSEWHERE, ELSEWHERE)
    }
    counts |= {(one, one): found.stayed[one] for one in ids}
    sums = []
    for one in ids:
        out = tuple((one, after) for after in places)
        into = tuple((before, one) for before in places)
        counts["was", one] = sum(counts[name] for name in out)
        counts["now", one] = sum(counts[name] for name in into)
        sums += [Sum(("was", one), out), Sum(("now", one), into)]
    return cells(counts, sums)


@dataclass(frozen=True, slots=True)
class Venn:
    """Two circles with what stands in them; `exact` or from a sample, and how alike the two are."""

    first: str
    both: str
    second: str
    said: str
    exact: bool
    alike: str


def read_overlap(first: Segment, second: Segment) -> Venn:
    """How many are in one alone, in both, in the other alone."""
    found = overlap(first.pk, second.pk)
    parts = {"first": found.first, "both": found.both, "second": found.second}
    said = _said(parts)
    exact = all(one.exact for one in parts.values())
    told = {"one": str(first), "other": str(second), **said}
    whole = _(
        "Only in “%(one)s”: %(first)s; in both: %(both)s; only in “%(other)s”: %(second)s."
    ) % told  # fmt: skip
    either = sum(one.count for one in parts.values())
    alike = "–" if any(small.hidden(one.count) for one in parts.values()) else share(found.both.count, either)
    return Venn(said["first"], said["both"], said["second"], whole, exact, alike)


def _said(parts: Mapping[str, Estimate]) -> dict[str, str]:
    if all(one.exact for one in parts.values()):
        counts: dict[Name, int] = {name: one.count for name, one in parts.items()}
        counts |= {"a": counts["first"] + counts["both"], "b": counts["second"] + counts["both"]}
        shown = cells(counts, [Sum("a", ("first", "both")), Sum("b", ("second", "both"))])
        return {name: shown.say(name) for name in parts}
    return {name: _about(one) for name, one in parts.items()}


def _about(one: Estimate) -> str:
    """ "about 41,000 ± 3,000": two digits, and how far 95 of 100 samples lie at most."""
    return _say_about(one.count, one.wide)


def _say_about(count: int, wide: int) -> str:
    told = {"count": grouped(_rounded(count)), "wide": grouped(_rounded(wide))}
    return _("about %(count)s ± %(wide)s") % told


def _rounded(number: int) -> int:
    return round(number, 2 - len(str(number))) if number else 0
