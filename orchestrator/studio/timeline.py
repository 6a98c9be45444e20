"""What happened between a customer and us, in one column, newest first: by kind where one asks for it, page by page."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from orchestrator.customers.models import Customer
from orchestrator.studio.happened import SOURCES, Found, Item, tell

PAGE = 50
KINDS: Mapping[str, str | Promise] = {
    "events": gettext_lazy("Events"),
    "messages": gettext_lazy("Messages"),
    "decisions": gettext_lazy("Decisions"),
    "consents": gettext_lazy("Consents"),
    "segments": gettext_lazy("Segments"),
    "enrollments": gettext_lazy("Journeys"),
}


class BadPlace(ValueError):
    """What was given as a place in the timeline is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the column: what comes after it is older, or of a lower rank, or has a smaller id."""

    at: datetime
    rank: int
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """As it was written into an address; BadPlace for anything else."""
        parts = text.split("~")
        try:
            at = parse_datetime(parts[0]) if len(parts) == 3 else None
            if at is None or timezone.is_naive(at):
                raise BadPlace(text)
            numbers = [int(part) for part in parts[1:] if part.isascii() and part.isdecimal()]
            rank, id_ = numbers
        except ValueError:
            raise BadPlace(text) from None
        if rank >= len(SOURCES) or id_ >= 2**63:
            raise BadPlace(text)
        return cls(at, rank, id_)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of it. `next`: the place where the following page begins; "" where this one is the last."""

    items: list[Item]
    next: str


def read_timeline(
    customer: Customer, kinds: Collection[str] = (), before: Place | None = None, most: int = PAGE
) -> Timeline:
    """A page of these kinds, or of all: one query a kind (three for passages) by the customer's indexes, two for titles."""
    found: list[Found] = []
    for rank, source in enumerate(SOURCES):
        if kinds and source.kind not in kinds:
            continue
        rows = _page(source.rows(customer, bool(kinds)), source.at, rank, before)[: most + 1]
        found += [Found(getattr(row, source.at), rank, row) for row in rows]
    newest = heapq.nlargest(most + 1, found, key=lambda one: (one.at, one.rank, one.row.pk))
    more = len(newest) > most
    last = newest[most - 1] if more else None
    return Timeline(tell(newest[:most]), str(Place(last.at, last.rank, last.row.pk)) if last else "")


def _page(rows: QuerySet[Any], at: str, rank: int, before: Place | None) -> QuerySet[Any]:
    if before is not None:
        older = Q(**{f"{at}__lt": before.at})
        if rank < before.rank:
            older |= Q(**{at: before.at})
        elif rank == before.rank:
            older |= Q(**{at: before.at, "pk__lt": before.id})
        rows = rows.filter(older)
    return rows.order_by(f"-{at}", "-pk")


@dataclass(frozen=True, slots=True)
class Filter:
    """A link above the column."""

    title: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Column:
    """All that the page shows of it: the filters, the items, and the ways on and back to the newest."""

    filters: list[Filter]
    items: list[Item]
    older: str
    newest: str


def column(customer: Customer, kind: str, before: str) -> Column:
    """The column that an address asks for; what is no kind and no place asks for the newest of all."""
    chosen = kind if kind in KINDS else ""
    try:
        place = Place.parse(before) if before else None
    except BadPlace:
        place = None
    page = read_timeline(customer, (chosen,) if chosen else (), place)
    return Column(
        list(_filters(chosen)),
        page.items,
        _url(chosen, page.next) if page.next else "",
        _url(chosen) if place else "",
    )


def _filters(chosen: str) -> Iterator[Filter]:
    yield Filter(str(_ALL), _url(""), not chosen)
    for kind, title in KINDS.items():
        yield Filter(str(title), _url(kind), kind == chosen)


_ALL = gettext_lazy("Everything")


def _url(kind: str, before: str = "") -> str:
    asked = {name: value for name, value in (("kind", kind), ("before", before)) if value}
    return f"?{urlencode(asked)}#timeline"
