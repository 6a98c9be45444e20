"""REFRESH: who is in which segment now. A coming and a going are events, found by their row and so told once.

Whoever did something, or was changed, is looked at at once, in the segments that others name first; rules that time
alone makes true or false are asked of everybody again and again, in chunks, by `pass_over`. The table of memberships
decides who has come or gone, whoever looks first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from orchestrator import outside, registry
from orchestrator.customers.chunks import following
from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.audiences import ENTERED, LEFT
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.domain.definition.rules import Happened, Received, Rule
from orchestrator.domain.definition.score_rules import ScoreIs, ScoreRanked
from orchestrator.domain.outside import Fact, Kind
from orchestrator.events.record import NewEvent, record
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.define import named
from orchestrator.segments.matching import Chosen, Span, Whom, strayed
from orchestrator.segments.models import Membership, Segment, Transition
from orchestrator.store import bulk, deadlines
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Brand, Workspace

# Of a pass. Nobody is locked, and mostly nothing is written; half of it costs a sixth more a head. If all of them come
# in, that takes a third of a second.
BATCH = 10_000
TOLD = frozenset({Kind.SEGMENT_ENTERED, Kind.SEGMENT_LEFT})
HOURLY, SOON = timedelta(hours=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Stored:
    """A segment with its rule; None where a plugin that the rule needs is gone: nobody comes or goes then."""

    id: int
    key: str
    rule: Rule | None
    settled: bool


def stored() -> list[Stored]:
    """All segments that have a rule; the members of a list are who was put on it."""
    return [_stored(*row) for row in _segments().rows()]


def inner_first(segments: Sequence[Stored]) -> list[Stored]:
    """Each segment after those that its rule names: one look at a customer then finds them in all, however nested."""
    by_key = {one.key: one for one in segments}
    ordered: dict[str, Stored] = {}
    work = [(one, False) for one in reversed(segments)]
    seen = set[str]()
    while work:
        one, ready = work.pop()
        if ready:
            ordered[one.key] = one
        elif one.key not in seen:
            seen.add(one.key)
            inside = named(one.rule) if one.rule is not None else []
            work += [(one, True), *((by_key[key], False) for key in reversed(inside) if key in by_key)]
    return list(ordered.values())


@prepared
def _segments() -> QuerySet[Any]:
    return Segment.objects.filter(static=False).order_by("id").values_list("id", "key", "rule", "settled")


def _stored(id_: int, key: str, plain: Any, settled: bool) -> Stored:
    return Stored(id_, key, read_stored(plain), settled)


def read_stored(plain: Any) -> Rule | None:
    """A stored rule; None where a plugin that it needs is gone."""
    try:
        return read_rule(plain, registry.current().conditions)
    except DefinitionError:
        return None


def refresh(customer_ids: Collection[int], now: datetime, silently: bool = False) -> None:
    """Look at these customers in every segment. Runs inside the caller's transaction.

    `silently`: nothing of theirs has changed but what we know (a merge): who comes or goes is history, and starts nothing.
    """
    if not customer_ids:
        return
    for segment in inner_first(stored()):
        _look(replace(segment, settled=False) if silently else segment, Chosen(customer_ids), now)


def pass_over(now: datetime, limit: int = BATCH) -> int:
    """Look at the next customers of a segment whose pass is due; answers how many were looked at."""
    with transaction.atomic():
        due = _due().rows(now=now)
        if not due:
            return 0
        deadlines.extend(processes=0)
        *row, cursor = due[0]
        segment = _stored(*row)
        count, last = following(cursor, limit)
        if count:
            _look(segment, Span(cursor, last), now)
        _note(segment, last if count == limit else None, now)
    return count


@prepared
def _due() -> QuerySet[Any]:
    due = Segment.objects.filter(due_at__lte=Given("now")).order_by("due_at", "id")
    return due.select_for_update(skip_locked=True).values_list("id", "key", "rule", "settled", "cursor")[:1]


def _note(segment: Stored, last: int | None, now: datetime) -> None:
    """How far the pass has come; None where it has come to the end."""
    row = Segment.objects.filter(pk=segment.id)
    if last is not None:
        row.update(cursor=last)
        return
    again = looks_again_after(segment.rule) if segment.rule else None
    row.update(cursor=0, settled=True, passed_at=now, due_at=now + again if again else None)


def looks_again_after(rule: Rule) -> timedelta | None:
    """How long until everybody is looked at again; None if the rule's truth changes only when a person does.

    Windows of days are looked at by the hour, shorter ones every five minutes: so late may a leaving be found.
    """
    leaves = [leaf for leaf in rule.leaves() if isinstance(leaf, (Happened, Received))]
    windows = [leaf.within.approximate for leaf in leaves if leaf.within]
    if any(window < timedelta(days=1) for window in windows):
        return SOON
    by_hour = windows or any(isinstance(leaf, (Received, ScoreIs, ScoreRanked)) for leaf in rule.leaves())
    return HOURLY if by_hour else None


def _look(segment: Stored, whom: Whom, now: datetime) -> None:
    if segment.rule is None:
        return
    scope = scope_of(Workspace.get().time_zone, now)
    coming, going = strayed(whom, segment.rule, scope, _members(type(whom)), segment=segment.id)
    if coming or going:
        put(segment, coming, going, now)


def put(
    segment: Stored, coming: Sequence[int], going: Sequence[int], now: datetime
) -> tuple[list[int], list[int]]:
    """Let these in and those out, and tell of it; answers who really came and who went. Both rise by id."""
    came, went = _enter(segment, coming, now), _leave(segment, going)
    record([*_told(segment, ENTERED, came, now), *_told(segment, LEFT, went, now)], now)
    if segment.settled:
        rows = [(segment.id, customer, now, True) for _, customer in came]
        rows += [(segment.id, customer, now, False) for _, customer in went]
        bulk.insert(Transition, ("segment", "customer", "at", "entered"), rows)
        outside.say(TOLD, lambda: (_fact(segment, *row[1:]) for row in rows))
    return [customer for _, customer in came], [customer for _, customer in went]


def _fact(segment: Stored, customer: int, now: datetime, entered: bool) -> Fact:
    kind = Kind.SEGMENT_ENTERED if entered else Kind.SEGMENT_LEFT
    return Fact(kind, now, customer, {"segment": segment.key})


def scope_of(zone: str, now: datetime) -> Scope:
    """What rules about customers are asked in: the workspace's zone, the default brand."""
    return Scope(CUSTOMERS, now, ZoneInfo(zone), _brand())


def _brand() -> int:
    ((brand,),) = _brands().rows()
    return int(brand)


@prepared
def _brands() -> QuerySet[Any]:
    return Brand.objects.filter(key="default").values_list("id")


@prepared
def _members(kind: type[Whom]) -> QuerySet[Any]:
    rows = Membership.objects.filter(kind.where("customer_id"), segment_id=Given("segment"))
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
