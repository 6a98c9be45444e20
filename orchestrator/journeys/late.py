"""LATE: an event that happened in time and is heard of just after the time ran out.

Nobody waits out a grace: who hears nothing goes on at the deadline itself. An event that comes up to five minutes
later turns back whoever still stands at the start of the arm they were sent into, if nothing has left for them there.
What was sent stands, and so does what other steps did since: then the event changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.definition import Definition
from orchestrator.domain.visits import outside
from orchestrator.domain.walks import Walk
from orchestrator.journeys.models import StepRun
from orchestrator.journeys.travel import Passenger, look
from orchestrator.journeys.versions import Live
from orchestrator.messaging.cancel import take_back
from orchestrator.sdk.steps import ArrivedEvent
from orchestrator.store.prepared import Given, prepared

GRACE = timedelta(minutes=5)
CAME_IN_TIME = (
    "came_in_time"  # why a message is cancelled that the event, had it been heard, would have prevented
)


def gave_up(
    definition: Definition, passenger: Passenger, event: ArrivedEvent, now: datetime
) -> tuple[str, int] | None:
    """The wait (step, visit) this person has just given up, if the event may turn them back to it."""
    found = definition.begins(passenger.step)
    at = passenger.arrived_at
    if found is None or at is None or not event.occurred_at <= at <= now <= at + GRACE:
        return None
    step = definition.step(found[0])
    visit = outside(passenger.visit, definition.step(passenger.step).rounds)
    return (step.id, visit) if step.kind.gives_up_into == found[1] else None


def turn_back(
    passengers: Sequence[Passenger],
    events: Mapping[int, Sequence[ArrivedEvent]],
    live: Mapping[int, Live],
    now: datetime,
) -> list[Passenger]:
    """Those who stand at their wait again, as if they had not gone on; their unsent messages are cancelled."""
    if not passengers:
        return []
    last = {row[1]: row for row in _runs().rows(enrollments=[one.id for one in passengers])}
    waiting = {}
    for one in passengers:
        wait = gave_up(live[one.version_id].definition, one, events[one.id][0], now)
        run = last.get(one.id)
        if wait is not None and run is not None and run[2:4] == wait:
            waiting[one.id] = replace(one, step=wait[0], visit=wait[1], arrived_at=run[4], sending=False)
    walks = look(list(waiting.values()), now, events)
    turning = [
        one
        for one in passengers
        if one.id in waiting and _ends(walks[one.id], live[one.version_id].definition)
    ]
    back = take_back([(one.id, one.step, one.visit) for one in turning], CAME_IN_TIME, now)
    turned = [waiting[one.id] for one in turning if (one.id, one.step, one.visit) in back]
    StepRun.objects.filter(id__in=[last[one.id][0] for one in turned]).delete()
    return turned


def _ends(walk: Walk, definition: Definition) -> bool:
    """Whether the wait ends otherwise than by giving up, now that the event is known."""
    if not walk.runs:
        return False
    first = walk.runs[0]
    return first.outcome != f"arm:{definition.step(first.step).kind.gives_up_into}"


@prepared
def _runs() -> QuerySet[Any]:
    """Oldest first: the last of each is where they stood before."""
    runs = StepRun.objects.filter(enrollment_id__among=Given("enrollments")).order_by("id")
    return runs.values_list("id", "enrollment_id", "step", "visit", "entered_at")
