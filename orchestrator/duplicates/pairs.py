"""PAIRS: who shares a key, compared two by two; what is alike is stored, with its evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db.models import Count, QuerySet

from orchestrator.domain.duplicate_keys import MOST, Kind
from orchestrator.domain.duplicates import Facts, Verdict, weigh
from orchestrator.duplicates.facts import load
from orchestrator.duplicates.models import DuplicateKey, LikelyDuplicate
from orchestrator.segments.matching import Chosen
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared

Pair = tuple[int, int]  # ids, the lower first
State = LikelyDuplicate.State


@dataclass(slots=True)
class Shared:
    """Whom to compare, and the crowds: kind of key -> how many keys, and how many people share them."""

    pairs: set[Pair]
    crowds: Counter[Kind] = field(default_factory=Counter)
    crowded: Counter[Kind] = field(default_factory=Counter)


def shared(low: int, high: int) -> Shared:
    """Of the keys from `low` up to `high`, those that several have: two statements, one where nobody shares any."""
    found = Shared(set())
    asked: list[int] = []
    for key, kind, people in _groups().rows(low=low, high=high):
        if people <= MOST:
            asked.append(key)
        else:
            found.crowds[Kind(kind)] += 1
            found.crowded[Kind(kind)] += people
    members: dict[int, list[int]] = defaultdict(list)
    for key, customer in _members().rows(keys=asked) if asked else ():
        members[key].append(customer)
    found.pairs = {pair for ids in members.values() for pair in combinations(sorted(ids), 2)}
    return found


def compare(pairs: Collection[Pair]) -> dict[Pair, Verdict]:
    """Those that anybody need look at, as they are now. Whoever is not there any more is in none."""
    ids = sorted({id_ for pair in pairs for id_ in pair})
    people: Mapping[int, Facts] = load(Chosen(ids)) if ids else {}
    there = [pair for pair in pairs if pair[0] in people and pair[1] in people]
    weighed = {pair: weigh(people[pair[0]], people[pair[1]]) for pair in there}
    return {pair: verdict for pair, verdict in weighed.items() if verdict.strength}


def store(found: Mapping[Pair, Verdict], search: int, now: datetime) -> int:
    """Keep these as found by this search; answers how many are new, or alike again. What was decided stays decided."""
    if not found:
        return 0
    known = _known(found)
    fresh = [(*pair, *_told(one), now) for pair, one in sorted(found.items()) if pair not in known]
    columns = ("first", "second", *_TOLD, "found_at")
    bulk.insert(
        LikelyDuplicate,
        columns,
        fresh,
        always={"search": search, "state": State.OPEN},
        ignore_conflicts=True,
    )
    seen = [
        (id_, found[pair], state, at) for pair, (id_, state, at) in sorted(known.items()) if pair in found
    ]
    again = [
        (id_, *_told(one), at if state == State.OPEN else now, search, State.OPEN, None)
        for id_, one, state, at in seen
        if state in (State.OPEN, State.GONE)
    ]
    bulk.update(LikelyDuplicate, (*_TOLD, "found_at", "search", "state", "decided_at"), again)
    return len(fresh) + sum(state == State.GONE for _, _, state, _ in seen)


_TOLD = ("weight", "strength", "evidence")


def _told(one: Verdict) -> tuple[int, str, str]:
    """As the row keeps it. Each code stands between blanks, so that one can be asked for that another begins with."""
    return one.weight, one.strength, f" {' '.join(one.evidence)} "


def _known(pairs: Iterable[Pair]) -> dict[Pair, tuple[int, str, datetime]]:
    """What is stored of them: the pairs, and a few others that lie between the same people."""
    firsts, seconds = zip(*pairs, strict=True)
    rows: Sequence[Any] = _stored().rows(firsts=set(firsts), seconds=set(seconds))
    return {(first, second): (id_, state, at) for id_, first, second, state, at in rows}


@prepared
def _groups() -> QuerySet[Any]:
    within = DuplicateKey.objects.filter(key__gte=Given("low"), key__lte=Given("high"))
    counted = within.values("key", "kind").annotate(people=Count("customer_id")).filter(people__gt=1)
    return counted.order_by().values_list("key", "kind", "people")


@prepared
def _members() -> QuerySet[Any]:
    return DuplicateKey.objects.filter(key__among=Given("keys")).values_list("key", "customer_id")


@prepared
def _stored() -> QuerySet[Any]:
    rows = LikelyDuplicate.objects.filter(first__among=Given("firsts"), second__among=Given("seconds"))
    return rows.values_list("id", "first_id", "second_id", "state", "found_at")
