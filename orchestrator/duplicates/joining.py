"""A pair whose two are merged is decided. What is said of somebody merged and a third is said of their survivor then;
that two people were told apart outlives every merge but their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into
from orchestrator.duplicates.models import DuplicateKey, DuplicateSearch, LikelyDuplicate
from orchestrator.store import bulk

State = LikelyDuplicate.State
# Of two that become one pair the first stays.
_RANKS = (State.MERGED, State.TWO_PEOPLE, State.OPEN, State.GONE)
Row = tuple[int, int, int, str]  # id, first, second, state


def handle() -> None:
    """Have pairs and keys joined in a merge."""
    models = ("duplicates.LikelyDuplicate", "duplicates.DuplicateKey")
    joining.register("duplicates", Handler(models, join))


def join(into: Into, now: datetime) -> None:
    """Close the pairs that are one person now, and let the others be the survivors'. The merged have no keys any more."""
    DuplicateKey.objects.filter(customer__in=list(into)).delete()
    everybody = {*into, *into.values()}
    rows = LikelyDuplicate.objects.filter(Q(first__in=everybody) | Q(second__in=everybody))
    known: list[Row] = list(
        rows.exclude(state=State.MERGED).order_by("id").values_list("id", "first_id", "second_id", "state")
    )
    if known:
        _close([row for row in known if _one_person(row, into)], now)
        _move([row for row in known if not _one_person(row, into)], into)


def _one_person(row: Row, into: Into) -> bool:
    _id, first, second, _state = row
    return into.get(first, first) == into.get(second, second)


def _close(rows: Sequence[Row], now: datetime) -> None:
    LikelyDuplicate.objects.filter(id__in=[row[0] for row in rows]).update(
        state=State.MERGED, decided_at=now, decided_by=None
    )


def _move(rows: Sequence[Row], into: Into) -> None:
    """To the survivors, each pair once. As found by the search that may be under way: it has passed them by already."""
    stays: dict[tuple[int, int], Row] = {}
    for row in sorted(rows, key=lambda row: (_RANKS.index(State(row[3])), row[0])):
        stays.setdefault(_pair(row, into), row)
    kept = {row[0] for row in stays.values()}
    LikelyDuplicate.objects.filter(id__in=[row[0] for row in rows if row[0] not in kept]).delete()
    if moved := list(_moved(stays)):
        search: Any = DuplicateSearch.objects.aggregate(newest=Max("id"))["newest"]
        bulk.update(LikelyDuplicate, ("first", "second", "search"), [(*row, search or 0) for row in moved])


def _moved(stays: dict[tuple[int, int], Row]) -> Iterator[tuple[int, int, int]]:
    for (first, second), row in stays.items():
        if (row[1], row[2]) != (first, second):
            yield row[0], first, second


def _pair(row: Row, into: Into) -> tuple[int, int]:
    first, second = (into.get(id_, id_) for id_ in row[1:3])
    return (first, second) if first < second else (second, first)
