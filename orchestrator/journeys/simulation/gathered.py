"""GATHERED: what several shares of the people would have met with, told as one. Nobody is in two, so people add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from orchestrator.journeys.simulation.collisions import Collision, ordered
from orchestrator.journeys.simulation.examples import MOST, Example
from orchestrator.journeys.simulation.tell import (
    SHOWN,
    Reason,
    Told,
    Visits,
    Volume,
    fullest,
    ranked,
)

One = TypeVar("One")


def gather(shares: Sequence[Told]) -> Told:
    """All of them as one."""
    all_ = [one.simulated for one in shares]
    ticks = sum((Counter(one.ticks) for one in shares), Counter[tuple[str, str]]())
    whole = replace(
        all_[0],
        **{name: sum(getattr(one, name) for one in all_) for name in _ADDED},
        most_for_one=max(one.most_for_one for one in all_),
        passages=_added(one.passages for one in all_),
        states=_added(one.states for one in all_),
        by_day=_volumes(one.by_day for one in all_),
        by_hour=_volumes(one.by_hour for one in all_),
        holds=_reasons(one.holds for one in all_),
        losses=_reasons(one.losses for one in all_),
        steps=_steps(one.steps for one in all_),
        collisions=_collisions(one.collisions for one in all_),
        busiest=fullest(ticks),
        cost=_cost([one.cost for one in all_]),
        examples=_examples([example for one in all_ for example in one.examples]),
    )
    return Told(whole, ticks)


_ADDED = ("people", "entered", "entered_people", "held_out", "sent", "sent_people", "parts")


def _added(counted: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = sum((Counter(one) for one in counted), Counter[str]())
    return dict(sorted(total.items()))


def _grouped(rows: Iterable[Iterable[One]], key: Callable[[One], Any]) -> list[tuple[Any, list[One]]]:
    flat = sorted((row for each in rows for row in each), key=key)
    return [(found, list(same)) for found, same in groupby(flat, key)]


def _volumes(rows: Iterable[Sequence[Volume]]) -> tuple[Volume, ...]:
    found = _grouped(rows, lambda one: (one.when, one.channel))
    return tuple(Volume(when, channel, sum(one.messages for one in same)) for (when, channel), same in found)


def _reasons(rows: Iterable[Sequence[Reason]]) -> tuple[Reason, ...]:
    found = _grouped(rows, lambda one: (one.outcome, one.reason))
    return ranked(_as_one(outcome, reason, same) for (outcome, reason), same in found)


def _as_one(outcome: str, reason: str, same: Sequence[Reason]) -> Reason:
    whom = sorted(person for one in same for person in one.whom)[:SHOWN]
    return Reason(
        outcome, reason, sum(one.messages for one in same), sum(one.people for one in same), tuple(whom)
    )


def _steps(rows: Iterable[Sequence[Visits]]) -> tuple[Visits, ...]:
    found = _grouped(rows, lambda one: (one.step, one.outcome))
    return tuple(Visits(step, outcome, sum(one.visits for one in same)) for (step, outcome), same in found)


def _collisions(rows: Iterable[Sequence[Collision]]) -> tuple[Collision, ...]:
    found = _grouped(rows, lambda one: (one.yields, one.to, one.reason))
    return ordered(
        Collision(yields, to, reason, sum(one.messages for one in same))
        for (yields, to, reason), same in found
    )


def _cost(costs: Sequence[str | None]) -> str | None:
    known = [Decimal(one) for one in costs if one is not None]
    return f"{sum(known):.2f}" if known else None


def _examples(found: Sequence[Example]) -> tuple[Example, ...]:
    """One of each way first, then more, in the order in which they entered."""
    ways, first, more = set[Any](), list[Example](), list[Example]()
    for one in found:
        way = (one.status, one.reason, tuple((each.step, each.what, each.reason) for each in one.happened))
        (more if way in ways else first).append(one)
        ways.add(way)
    return tuple(sorted([*first, *more][:MOST], key=lambda one: (one.entered_at, one.person)))
