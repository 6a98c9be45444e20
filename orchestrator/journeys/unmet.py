"""UNMET: goals that were met by an order which counts no more. What is measured is put right; nobody walks again.

The goal is met by the next order that stands and came in time, else it is open again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet

from orchestrator.domain.definition import Definition
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.orders import CHANGES, PLACED
from orchestrator.events.net import Net, net, placed
from orchestrator.journeys.history import with_amount
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import versions
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared

if TYPE_CHECKING:
    from orchestrator.journeys.pull import Happening


class _Met(NamedTuple):
    id: int
    version_id: int
    customer: int
    entered_at: datetime
    until: datetime
    at: datetime


def undone(happenings: Mapping[int, Sequence[Happening]], now: datetime) -> set[int]:
    """Those orders among these that were cancelled or given back before anybody looked at them."""
    ordered = [one for all_ in happenings.values() for one in all_ if one.name == PLACED]
    found = net(PLACED, {one.customer_id for one in ordered}, now)
    return {one.id for one in ordered if not found.stands(one.id)}


def unmeet(happenings: Mapping[int, Sequence[Happening]], now: datetime) -> None:
    """Look again at the goals of customers of whom an order was changed just now. Two more statements for them alone."""
    changed = [customer for customer, all_ in happenings.items() if any(one.name in CHANGES for one in all_)]
    met = [_Met(*row) for row in _met().rows(customers=changed)] if changed else []
    if not met:
        return
    live, orders = versions({one.version_id for one in met}), _orders_of(changed, now)
    moved = [(one.id, at) for one in met for at in _moved(one, live[one.version_id].definition, orders)]
    bulk.update(Enrollment, ("goal_met_at",), moved)


Placed = tuple[int, datetime, Any, dict[str, Any]]


def _moved(
    one: _Met, definition: Definition, orders: tuple[Mapping[int, list[Placed]], Net]
) -> Iterator[datetime | None]:
    """When the goal is met instead; nothing where what met it stands, or is not known any more."""
    goal, (ordered, found) = definition.goal, orders
    if goal is None or goal.event != PLACED:
        return
    theirs = ordered.get(one.customer, [])
    good = [
        at
        for id_, at, amount, about in theirs
        if one.entered_at <= at <= one.until
        and found.stands(id_)
        and all_match(goal.where, with_amount(about, found.worth(id_, amount)))
    ]
    if one.at not in good and any(at == one.at for _, at, _, _ in theirs):
        yield min(good, default=None)


def _orders_of(customers: Collection[int], now: datetime) -> tuple[Mapping[int, list[Placed]], Net]:
    answer: dict[int, list[Placed]] = defaultdict(list)
    for customer, *order in placed().rows(customers=list(customers), now=now):
        answer[customer].append(tuple(order))  # type: ignore[arg-type]
    return answer, net(PLACED, customers, now)


@prepared
def _met() -> QuerySet[Any]:
    met = Enrollment.objects.filter(
        customer_id__among=Given("customers"), goal_met_at__isnull=False, goal_until__isnull=False
    )
    locked = met.order_by("id").select_for_update()
    return locked.values_list("id", "version_id", "customer_id", "entered_at", "goal_until", "goal_met_at")
