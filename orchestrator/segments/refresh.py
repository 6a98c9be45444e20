"""REFRESH: who is in which segment now. A coming and a going are events, found by their row and so told once.

Whoever did something is looked at at once; rules that time alone makes true or false are asked of everybody again
and again, in chunks, by `pass_over`. The table of memberships decides who has come or gone, whoever looks first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from orchestrator import registry
from orchestrator.customers.models import Customer
from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.audiences import ENTERED, LEFT
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.domain.definition.rules import Happened, Received, Rule
from orchestrator.events.record import NewEvent, record
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import matching
from orchestrator.segments.models import Membership, Segment
from orchestrator.store import bulk, deadlines
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Brand, Workspace

BATCH = 5000
HOURLY, SOON = timedelta(hours=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stored:
    """A segment with its rule; None where a plugin that the rule needs is gone: nobody comes or goes then."""

    id: int
    key: str
    rule: Rule | None
    settled: bool


def stored() -> list[Stored]:
    """All segments."""
    return [_stored(*row) for row in _segments().rows()]


@prepared
def _segments() -> QuerySet[Any]:
    return Segment.objects.order_by("id").values_list("id", "key", "rule", "settled")


def _stored(id_: int, key: str, plain: Any, settled: bool) -> Stored:
    try:
        return Stored(id_, key, read_rule(plain, registry.current().conditions), settled)
    except DefinitionError:
        return Stored(id_, key, None, settled)


def refresh(customer_ids: Collection[int], now: datetime, silently: bool = False) -> None:
    """Look at these customers in every segment. Runs inside the caller's transaction.

    `silently`: nothing of theirs has changed but what we know (a merge): who comes or goes is history, and starts nothing.
    """
    for segment in stored():
        _look(replace(segment, settled=False) if silently else segment, customer_ids, now)


def pass_over(now: datetime, limit: int = BATCH) -> int:
    """Look at the next customers of a segment whose pass is due; answers how many were looked at."""
    with transaction.atomic():
        row = (
            Segment.objects.filter(due_at__lte=now)
            .order_by("due_at", "id")
            .select_for_update(skip_locked=True)
        )
        found = row.first()
        if found is None:
            return 0
        deadlines.extend()
        segment = _stored(found.id, found.key, found.rule, found.settled)
        ids = _following(limit).column(after=found.cursor)
        _look(segment, ids, now)
        found.cursor = ids[-1] if ids else 0
        if len(ids) < limit:
            found.cursor, found.settled, found.passed_at = 0, True, now
            again = looks_again_after(segment.rule) if segment.rule else None
            found.due_at = now + again if again else None
        found.save(update_fields=["cursor", "settled", "passed_at", "due_at"])
    return len(ids)


@prepared
def _following(limit: int) -> QuerySet[Any]:
    return Customer.objects.filter(id__gt=Given("after")).order_by("id").values_list("id")[:limit]


def looks_again_after(rule: Rule) -> timedelta | None:
    """How long until everybody is looked at again; None if the rule's truth changes only when a person does.

    Windows of days are looked at by the hour, shorter ones every five minutes: so late may a leaving be found.
    """
    leaves = [leaf for leaf in rule.leaves() if isinstance(leaf, (Happened, Received))]
    windows = [leaf.within.approximate for leaf in leaves if leaf.within]
    if any(window < timedelta(days=1) for window in windows):
        return SOON
    return HOURLY if windows or any(isinstance(leaf, Received) for leaf in leaves) else None


def _look(segment: Stored, customer_ids: Collection[int], now: datetime) -> None:
    if segment.rule is None or not customer_ids:
        return
    scope = Scope(CUSTOMERS, now, ZoneInfo(Workspace.get().time_zone), _brand())
    true = matching(Customer, customer_ids, segment.rule, scope) & set(_there().column(ids=customer_ids))
    members = set(_members().column(segment=segment.id, ids=customer_ids))
    came = _enter(segment, sorted(true - members), now)
    went = _leave(segment, sorted(members - true))
    record([*_told(segment, ENTERED, came, now), *_told(segment, LEFT, went, now)], now)


def _brand() -> int:
    return int(Brand.objects.values_list("id", flat=True).get(key="default"))


@prepared
def _there() -> QuerySet[Any]:
    people = Customer.objects.filter(id__among=Given("ids"), erased_at=None, merged_into=None)
    return people.values_list("id")


@prepared
def _members() -> QuerySet[Any]:
    rows = Membership.objects.filter(segment_id=Given("segment"), customer_id__among=Given("ids"))
    return rows.values_list("customer_id")


def _enter(segment: Stored, customers: Sequence[int], now: datetime) -> list[tuple[int, int]]:
    rows = [(segment.id, customer, now) for customer in customers]
    columns = ("segment", "customer", "since")
    made = bulk.insert(Membership, columns, rows, ignore_conflicts=True, returning=("id", "customer_id"))
    return [(id_, customer) for id_, customer in made]


def _leave(segment: Stored, customers: Sequence[int]) -> list[tuple[int, int]]:
    """Those who were still in it: locked, so that two who look tell of one going once."""
    if not customers:
        return []
    rows = _going().rows(segment=segment.id, ids=customers)
    Membership.objects.filter(id__among=[id_ for id_, _ in rows]).delete()
    return [(id_, customer) for id_, customer in rows]


@prepared
def _going() -> QuerySet[Any]:
    rows = Membership.objects.filter(segment_id=Given("segment"), customer_id__among=Given("ids"))
    return rows.order_by("customer_id").select_for_update().values_list("id", "customer_id")


def _told(segment: Stored, name: str, rows: Sequence[tuple[int, int]], now: datetime) -> Iterator[NewEvent]:
    """The events of a change. In silence, while a new rule finds its members, they are history and start nothing."""
    for id_, customer in rows:
        key = f"{name}:{segment.id}:{id_}"
        yield NewEvent(
            customer, name, now, key, properties={"segment": segment.key}, backfilled=not segment.settled
        )
