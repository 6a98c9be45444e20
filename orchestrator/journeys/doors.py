"""DOORS: which journeys a batch of events lets people into. Old and imported events open none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.domain.definition.audiences import SegmentTrigger
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.definition.entries import EventTrigger, MilestoneTrigger
from orchestrator.events.record import HISTORY
from orchestrator.journeys.arrivals import event_properties
from orchestrator.journeys.enroll import Candidate, hops_of
from orchestrator.journeys.marks import crossed
from orchestrator.journeys.versions import Live

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
                answer += crossed(door, trigger, named, now)
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
        yield Candidate(
            door, one.customer_id, key, event_properties(one), one.occurred_at, hops=hops_of(one.properties)
        )
