"""The timer of replenishment: so long after their last purchase of a group as they, or others, usually take."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.replenishment import (
    Expected,
    Habit,
    Standing,
    Usual,
    bought_on,
    coming,
    expected,
    habit,
    rings,
    set_to,
)
from orchestrator.journeys.enroll import Candidate
from orchestrator.journeys.timers.kinds import Door, Fired
from orchestrator.journeys.timers.purchases import Bought, purchases
from orchestrator.journeys.timers.rows import LATE, People, Timer
from orchestrator.journeys.timers.usual import begin, standing, usual_of


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One person's timer for one group, by all that is known: the purchase it counts from, and when it comes."""

    mine: Habit
    on: str
    by: Expected | None
    moment: datetime | None


class Replenishing:
    """For `replenishment`."""

    def event(self, trigger: ReplenishmentTrigger) -> str:
        """A purchase."""
        return trigger.event

    def follows(self, trigger: ReplenishmentTrigger) -> bool:
        """Who moved to another zone is reminded at the hour of that one."""
        return True

    def knows(self, timer: Timer) -> bool:
        """One that counts intervals."""
        return timer.intervals is not None

    def timers(self, door: Door, customers: Collection[int], now: datetime) -> list[Timer]:
        """Those of all their groups that are to be set otherwise than they stand; a group first met is begun."""
        bought = purchases(door.trigger, customers, now)
        before = standing(door, customers)
        groups = usual_of(door, {part for _, part in bought})
        people = People({customer for customer, _ in bought})
        answer = []
        for (customer, part), one in bought.items():
            zone = people.zone(customer)
            reckoned = reckon(door.trigger, habit(one.times, zone), groups.get(part), zone)
            answer.append(_set(door, customer, part, reckoned, before.get((customer, part)), zone, now))
        begin(door, {part for _, part in bought} - set(groups), now)
        return [one for one in answer if one != before.get((one.customer_id, one.part))]

    def seeded(self, timer: Timer, now: datetime) -> bool:
        """Always: who is not to be reminded still says how often the group is bought."""
        return True

    def fire(self, door: Door, due: Sequence[Timer], now: datetime) -> Fired:
        """Reckoned anew: a purchase not pulled yet has not reset the timer; it counts all the same."""
        bought = purchases(door.trigger, {one.customer_id for one in due}, now)
        groups = usual_of(door, {one.part for one in due})
        people, answer = People({one.customer_id for one in due}), Fired()
        for one in due:
            found = bought.get((one.customer_id, one.part))
            if found is None:
                answer.timers.append(one.stopped)
                continue
            zone = people.zone(one.customer_id)
            reckoned = reckon(door.trigger, habit(found.times, zone), groups.get(one.part), zone)
            _ring(door, one, found, reckoned, zone, now, answer)
        return answer


def reckon(trigger: ReplenishmentTrigger, mine: Habit, group: Usual | None, zone: ZoneInfo) -> Reckoned:
    """When the next purchase of somebody is due, and why."""
    by = expected(mine, group)
    moment = coming(mine.last_at, by.days, trigger.before, trigger.at, zone) if by else None
    return Reckoned(mine, bought_on(mine.last_at, zone), by, moment)


def stands(timer: Timer, zone: ZoneInfo) -> Standing:
    """A row as the domain sees it."""
    on = bought_on(timer.anchor_at, zone) if timer.anchor_at else ""
    return Standing(on, timer.due_at, timer.key)


def _set(
    door: Door,
    customer: int,
    part: str,
    reckoned: Reckoned,
    before: Timer | None,
    zone: ZoneInfo,
    now: datetime,
) -> Timer:
    mine = reckoned.mine
    due_at = set_to(reckoned.moment, reckoned.on, stands(before, zone) if before else None, now)
    fired_for = before.key if before and before.key == reckoned.on else ""
    return Timer(*door.at, customer, part, due_at, mine.last_at, fired_for, mine.days, mine.intervals)


def _ring(
    door: Door, one: Timer, found: Bought, reckoned: Reckoned, zone: ZoneInfo, now: datetime, answer: Fired
) -> None:
    if rings(reckoned.moment, reckoned.on, stands(one, zone), now, LATE):
        key = _key(door, one.part, reckoned.on)
        answer.entering.append(Candidate(door.live, one.customer_id, key, _told(found, one.part, reckoned)))
        answer.timers.append(one.stopped._replace(key=reckoned.on))
    else:
        answer.timers.append(_set(door, one.customer_id, one.part, reckoned, one, zone, now))


def _key(door: Door, part: str, on: str) -> str:
    """`replenishment:coffee:2026-03-02`: each purchase once; without its date where an exit or a time lets in again."""
    dated = door.live.definition.entry.again.kind not in ("after_exit", "after")
    return ":".join(word for word in (door.trigger.name, part, on if dated else "") if word)


def _told(found: Bought, part: str, reckoned: Reckoned) -> dict[str, Any]:
    """The last purchase's properties, and under `replenishment` what it was computed from."""
    by = reckoned.by
    assert by is not None  # nothing rings without
    due_on = datetime.fromisoformat(reckoned.on).date() + timedelta(days=by.days)
    evidence = {
        "group": part,
        "bought_on": reckoned.on,
        "due_on": due_on.isoformat(),
        "days": by.days,
        "intervals": by.intervals,
        "people": by.people,
        "whose": by.whose,
    }
    return {**found.properties, "replenishment": evidence}
