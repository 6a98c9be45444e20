"""MARKS: which milestones a batch of events passes. Orders count net: what was given back has to be spent again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum

from orchestrator.domain.definition.entries import MilestoneTrigger
from orchestrator.domain.definition.rearm import NEVER
from orchestrator.domain.milestones import key_of, passings
from orchestrator.domain.orders import Turn
from orchestrator.domain.zones import local
from orchestrator.events.models import Event
from orchestrator.events.net import Net, net
from orchestrator.journeys.arrivals import event_properties
from orchestrator.journeys.enroll import Candidate, hops_of
from orchestrator.journeys.versions import Live
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

if TYPE_CHECKING:
    from orchestrator.journeys.pull import Happening


def crossed(
    door: Live, trigger: MilestoneTrigger, happenings: Sequence[Happening], now: datetime
) -> Iterator[Candidate]:
    """Marks crossed upwards by these events: above with them, below without.

    Two workers with two events of one person may both see the crossing; the entry's once-key keeps it single. That
    neither sees it cannot be: whichever reads last sees both, as each event was committed before it was claimed.
    """
    ours: dict[int, list[Happening]] = defaultdict(list)
    for one in happenings:
        ours[one.customer_id].append(one)
    if trigger.rearm != NEVER:
        yield from _crossed_again(door, trigger, ours, now)
        return
    totals: dict[int, Any] = dict(
        _measured(trigger.measure).rows(customers=list(ours), event=trigger.event, now=now)
    )
    found = net(trigger.event, ours, now)
    for customer, events in ours.items():
        after = Decimal(totals.get(customer) or 0)
        if customer in found.changes:
            after = sum((_counts(trigger, one) for one in found.turns(customer)), Decimal(0))
        before = after - sum((_left(trigger, one, found) for one in events), Decimal(0))
        marks = [mark for mark in trigger.marks if before < Decimal(str(mark)) <= after]
        for mark in marks:
            yield _candidate(door, events[-1], trigger.key(mark), surpassed=mark != marks[-1])


def _crossed_again(
    door: Live, trigger: MilestoneTrigger, ours: dict[int, list[Happening]], now: datetime
) -> Iterator[Candidate]:
    """Marks that may be passed more than once: their whole history says for the how manieth time it is."""
    fresh = {one.id: one for events in ours.values() for one in events}
    for period, ids, amounts in _histories(trigger, list(ours), now):
        passed: dict[int, list[str]] = defaultdict(list)
        for mark in trigger.marks:
            below = Decimal(str(trigger.rearm.below)) if trigger.rearm.below is not None else None
            for place, times in passings(amounts, Decimal(str(mark)), below):
                if ids[place] in fresh:
                    passed[ids[place]].append(key_of(trigger.key(mark), period, times))
        for id_, keys in passed.items():
            for key in keys:
                yield _candidate(door, fresh[id_], key, surpassed=key != keys[-1])


def _histories(
    trigger: MilestoneTrigger, customers: Sequence[int], now: datetime
) -> Iterator[tuple[str, list[int], list[Decimal]]]:
    """By customer and period: the ids and amounts of the events so far, oldest first; below zero what was given back.

    An order that is changed later goes down in the period in which it was placed.
    """
    zone = ZoneInfo(Workspace.get().time_zone)
    found = net(trigger.event, customers, now)
    runs: dict[tuple[int, str], tuple[list[int], list[Decimal]]] = {}
    placed: dict[int, str] = {}
    steps: list[tuple[int, int, Decimal]] = []
    for customer, id_, at, amount in _history().rows(customers=customers, event=trigger.event, now=now):
        placed[id_] = trigger.rearm.period(local(at, zone).date())
        if customer not in found.changes:
            steps.append((customer, id_, _worth(trigger, amount)))
    for customer in found.changes:
        steps += [(customer, one.id, _counts(trigger, one)) for one in found.turns(customer)]
    for customer, id_, amount in steps:
        ids, amounts = runs.setdefault((customer, placed[id_]), ([], []))
        ids.append(id_)
        amounts.append(amount)
    for (_, period), (ids, amounts) in runs.items():
        yield period, ids, amounts


def _candidate(door: Live, event: Happening, key: str, surpassed: bool) -> Candidate:
    return Candidate(
        door,
        event.customer_id,
        key,
        event_properties(event),
        event.occurred_at,
        surpassed,
        hops=hops_of(event.properties),
    )


@prepared
def _measured(measure: str) -> QuerySet[Any]:
    total = Count("id") if measure == "count" else Sum("amount")
    return _events().order_by().values_list("customer_id").annotate(total=total)


@prepared
def _history() -> QuerySet[Any]:
    return _events().order_by("occurred_at", "id").values_list("customer_id", "id", "occurred_at", "amount")


def _events() -> QuerySet[Event]:
    return Event.objects.filter(
        customer_id__among=Given("customers"), name=Given("event"), occurred_at__lte=Given("now")
    )


def _left(trigger: MilestoneTrigger, one: Happening, found: Net) -> Decimal:
    """What an event adds to the total, as things stand now."""
    return _worth(trigger, found.worth(one.id, one.amount)) if found.stands(one.id) else Decimal(0)


def _counts(trigger: MilestoneTrigger, turn: Turn) -> Decimal:
    return Decimal(turn.count) if trigger.measure == "count" else turn.amount


def _worth(trigger: MilestoneTrigger, amount: Decimal | None) -> Decimal:
    return Decimal(1) if trigger.measure == "count" else amount or Decimal(0)
