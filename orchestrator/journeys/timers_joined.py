"""Entry timers after a merge: one a trigger, the one that knows more. Time alone lets nobody in twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.customers.joining import Into
from orchestrator.domain.definition.entries import InactiveTrigger
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.journeys.models import EntryTimer
from orchestrator.journeys.timers import plan_anew, triggers
from orchestrator.store import bulk

_FROM_THE_LAST = (InactiveTrigger, ReplenishmentTrigger)


@dataclass(frozen=True, slots=True)
class _Timer:
    id: int
    journey: int
    trigger: int
    customer: int
    part: str
    due_at: datetime | None
    anchor_at: datetime | None


def join_timers(into: Into, now: datetime) -> None:
    """Keep one timer a trigger; one that was the merged one's and is still to come goes by the survivor's clock.

    Silence and replenishment count from the later of the two last events, an anniversary from the earlier of the first
    ones. One that has been spent stays spent. Dates among the attributes are planned with the survivor's next look, as ever.
    """
    timers = _load(into)
    timed = triggers()
    latest = {at for at, trigger in timed.items() if isinstance(trigger, _FROM_THE_LAST)}
    replenishing = {at for at, trigger in timed.items() if isinstance(trigger, ReplenishmentTrigger)}
    stays = {place: _kept(place[2], mine, place[:2] in latest) for place, mine in timers.items()}
    gone = {one.id for mine in timers.values() for one in mine} - {one.id for one in stays.values()}
    EntryTimer.objects.filter(id__in=gone).delete()
    came = {place: one for place, one in stays.items() if one.customer != place[2]}
    bulk.update(EntryTimer, ("customer",), [(one.id, place[2]) for place, one in came.items()])
    ahead = {place[:3] for place, one in came.items() if one.due_at is not None and one.due_at > now}
    # How often somebody buys is another number with what the other bought.
    buying = {place[:3] for place in stays if place[:2] in replenishing}
    plan_anew(ahead | buying, now)


def _load(into: Into) -> dict[tuple[int, int, int, str], list[_Timer]]:
    """By journey, trigger, survivor and group."""
    columns = ("id", "journey_id", "trigger", "customer_id", "part", "due_at", "anchor_at")
    rows = EntryTimer.objects.filter(customer_id__in={*into, *into.values()}).order_by("id")
    timers: dict[tuple[int, int, int, str], list[_Timer]] = defaultdict(list)
    for one in (_Timer(*row) for row in rows.values_list(*columns)):
        timers[one.journey, one.trigger, into.get(one.customer, one.customer), one.part].append(one)
    return timers


def _kept(survivor: int, timers: Sequence[_Timer], latest: bool) -> _Timer:
    """The one that counts from the right event; where none does, or both from the same, the survivor's own."""
    own_first = sorted(timers, key=lambda one: one.customer != survivor)
    anchored = [(one.anchor_at, one) for one in own_first if one.anchor_at is not None]
    if not anchored:
        return own_first[0]
    pick = max if latest else min
    return pick(anchored, key=lambda pair: pair[0])[1]
