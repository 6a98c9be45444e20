"""DOORS: which journeys a batch of events lets people into. Old and imported events open none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet, Sum

from orchestrator.domain.definition.audiences import SegmentTrigger
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.definition.entries import EventTrigger, MilestoneTrigger
from orchestrator.events.models import Event
from orchestrator.events.record import HISTORY
from orchestrator.journeys.arrivals import event_properties
from orchestrator.journeys.enroll import HOPS, Candidate
from orchestrator.journeys.versions import Live
from orchestrator.store.prepared import Given, prepared

if TYPE_CHECKING:
    from orchestrator.journeys.pull import Happening


def candidates(doors: Sequence[Live], happenings: Sequence[Happening], now: datetime) -> list[Candidate]:
    """Everybody whom the events bring to a door, in the order of the events."""
    # Old by now, though it came in time: nobody worked for a day, and its occasion is over.
    fresh = [one for one in happenings if not one.backfilled and one.occurred_at >= now - HISTORY]
    answer: list[Candidate] = []
    for door in doors:
        for trigger in door.definition.entry.triggers:
            named = [one for one in fresh if one.name == getattr(trigger, "event", None)]
            if not named:
                continue
            if isinstance(trigger, EventTrigger | SegmentTrigger):
                answer += _entered(door, trigger, named)
            elif isinstance(trigger, MilestoneTrigger):
                answer += _crossed(door, trigger, named, now)
    return answer


def _entered(
    door: Live, trigger: EventTrigger | SegmentTrigger, happenings: Iterable[Happening]
) -> Iterator[Candidate]:
    again = door.definition.entry.again
    for one in happenings:
        if not all_match(trigger.where, event_properties(one)):
            continue
        key = ""
        if again.kind == "always":
            key = f"event:{one.id}"
        elif again.kind == "per_key":
            key = trigger.name
        elif again.kind == "per_property":
            value = one.properties.get(again.property)
            if value is None:
                continue
            key = str(value)[:100]
        yield Candidate(door, one.customer_id, key, event_properties(one), one.occurred_at, hops=_hops(one))


def _crossed(
    door: Live, trigger: MilestoneTrigger, happenings: Sequence[Happening], now: datetime
) -> Iterator[Candidate]:
    """Marks crossed upwards by these events: above with them, below without.

    Two workers with two events of one person may both see the crossing; the entry's once-key keeps it single. That
    neither sees it cannot be: whichever reads last sees both, as each event was committed before it was claimed.
    """
    ours: dict[int, list[Happening]] = defaultdict(list)
    for one in happenings:
        ours[one.customer_id].append(one)
    totals = _totals(trigger, list(ours), now)
    for customer, events in ours.items():
        after = totals.get(customer, Decimal(0))
        before = after - sum((_worth(trigger, one) for one in events), Decimal(0))
        crossed = [mark for mark in trigger.marks if before < Decimal(str(mark)) <= after]
        for mark in crossed:
            last = events[-1]
            surpassed = mark != crossed[-1]
            yield Candidate(
                door,
                customer,
                trigger.key(mark),
                event_properties(last),
                last.occurred_at,
                surpassed,
                hops=_hops(last),
            )


def _hops(happening: Happening) -> int:
    """How many journeys led to this event; 0 for what people did themselves."""
    hops = happening.properties.get(HOPS)
    return hops if isinstance(hops, int) and 0 <= hops < 1000 else 0


def _totals(trigger: MilestoneTrigger, customers: Sequence[int], now: datetime) -> dict[int, Decimal]:
    rows = _measured(trigger.measure).rows(customers=customers, event=trigger.event, now=now)
    return {customer: Decimal(total or 0) for customer, total in rows}


@prepared
def _measured(measure: str) -> QuerySet[Any]:
    events = Event.objects.filter(
        customer_id__among=Given("customers"), name=Given("event"), occurred_at__lte=Given("now")
    )
    total = Count("id") if measure == "count" else Sum("amount")
    return events.order_by().values_list("customer_id").annotate(total=total)


def _worth(trigger: MilestoneTrigger, happening: Happening) -> Decimal:
    if trigger.measure == "count":
        return Decimal(1)
    return happening.amount or Decimal(0)
