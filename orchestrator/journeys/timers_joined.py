"""Entry timers after a merge: one a trigger, the one that knows more. Time alone lets nobody in twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.customers.joining import Into
from orchestrator.domain.definition.entries import InactiveTrigger
from orchestrator.journeys.models import EntryTimer
from orchestrator.journeys.timers import plan_anew, triggers
from orchestrator.store import bulk


@dataclass(frozen=True, slots=True)
class _Timer:
    id: int
    journey: int
    trigger: int
    customer: int
    due_at: datetime | None
    anchor_at: datetime | None


def join_timers(into: Into, now: datetime) -> None:
    """Keep one timer a trigger; one that was the merged one's and is still to come goes by the survivor's clock.

    Silence counts from the later of the two last events, an anniversary from the earlier of the first ones. One that
    has been spent stays spent. Dates among the attributes are planned with the survivor's next look, as ever.
    """
    timers = _load(into)
    inactive = {place for place, trigger in triggers().items() if isinstance(trigger, InactiveTrigger)}
    stays = {place: _kept(place[2], mine, place[:2] in inactive) for place, mine in timers.items()}
    gone = {one.id for mine in timers.values() for one in mine} - {one.id for one in stays.values()}
    EntryTimer.objects.filter(id__in=gone).delete()
    came = {place: one for place, one in stays.items() if one.customer != place[2]}
    bulk.update(EntryTimer, ("customer",), [(one.id, place[2]) for place, one in came.items()])
    plan_anew({place for place, one in came.items() if one.due_at is not None and one.due_at > now}, now)


def _load(into: Into) -> dict[tuple[int, int, int], list[_Timer]]:
    """By journey, trigger and survivor."""
    columns = ("id", "journey_id", "trigger", "customer_id", "due_at", "anchor_at")
    rows = EntryTimer.objects.filter(customer_id__in={*into, *into.values()}).order_by("id")
    timers: dict[tuple[int, int, int], list[_Timer]] = defaultdict(list)
    for one in (_Timer(*row) for row in rows.values_list(*columns)):
        timers[one.journey, one.trigger, into.get(one.customer, one.customer)].append(one)
    return timers


def _kept(survivor: int, timers: Sequence[_Timer], inactive: bool) -> _Timer:
    """The one that counts from the right event; where none does, or both from the same, the survivor's own."""
    own_first = sorted(timers, key=lambda one: one.customer != survivor)
    anchored = [(one.anchor_at, one) for one in own_first if one.anchor_at is not None]
    if not anchored:
        return own_first[0]
    pick = max if inactive else min
    return pick(anchored, key=lambda pair: pair[0])[1]
