"""GUARDS: segments whose people get no marketing, whatever a journey says: an open complaint, fraud, staff.

Their rules are asked anew for every batch at hand-off, so nobody has to wait for a pass: a complaint that was entered a
moment ago guards already. The price is a statement for each guard and batch. Where a rule names another segment, that
one's members are those of its last look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.definition.rules import Rule
from orchestrator.sdk.value import value
from orchestrator.segments.matching import Chosen, living
from orchestrator.segments.models import Membership, Segment
from orchestrator.segments.refresh import read_stored, scope_of
from orchestrator.store.prepared import Given, prepared


@value
class Guard:
    """A guard segment. Without a rule (its plugin is gone) it guards those who were in it at its last look."""

    id: int
    key: str
    title: str
    rule: Rule | None


def guarding_segments() -> tuple[Guard, ...]:
    """All guards: one small query."""
    return tuple(
        Guard(id_, key, title or key, read_stored(rule)) for id_, key, title, rule in _guards().rows()
    )


def guarded(
    customers: Collection[int], guards: Sequence[Guard], zone: str, now: datetime
) -> dict[int, tuple[str, ...]]:
    """Of these customers those in a guard segment now -> the titles; one query a guard, none where there is none."""
    found: dict[int, list[str]] = defaultdict(list)
    for guard in guards if customers else ():
        for customer in _inside(guard, customers, zone, now):
            found[customer].append(guard.title)
    return {customer: tuple(titles) for customer, titles in found.items()}


def _inside(guard: Guard, customers: Collection[int], zone: str, now: datetime) -> set[int]:
    if guard.rule is None:
        return set(_members().column(segment=guard.id, customers=customers))
    return living(Chosen(customers), guard.rule, scope_of(zone, now))


@prepared
def _guards() -> QuerySet[Any]:
    return Segment.objects.filter(guard=True).order_by("id").values_list("id", "key", "title", "rule")


@prepared
def _members() -> QuerySet[Any]:
    members = Membership.objects.filter(segment_id=Given("segment"), customer_id__among=Given("customers"))
    return members.values_list("customer_id")
