"""The timer of silence: an event has happened, and then not again for so long. Each new one sets it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Max

from orchestrator.domain.definition.entries import InactiveTrigger
from orchestrator.journeys.enroll import Candidate
from orchestrator.journeys.timers.kinds import Door, Fired
from orchestrator.journeys.timers.rows import LATE, People, Timer, extreme


class Silence:
    """For `inactive`."""

    def event(self, trigger: InactiveTrigger) -> str:
        """The one that must not happen."""
        return trigger.event

    def follows(self, trigger: InactiveTrigger) -> bool:
        """It counts from the event alone."""
        return False

    def knows(self, timer: Timer) -> bool:
        """One that counts no intervals."""
        return timer.intervals is None

    def timers(self, door: Door, customers: Collection[int], now: datetime) -> list[Timer]:
        """So long after the last event, by the customer's calendar."""
        people = People(customers)
        last = extreme(door.trigger.event, people.rows, now, Max)
        return [
            Timer(*door.at, customer, "", door.trigger.quiet_for.after(at, people.zone(customer)), at)
            for customer, at in last.items()
        ]

    def seeded(self, timer: Timer, now: datetime) -> bool:
        """If their time has not passed."""
        return timer.due_at is not None and timer.due_at > now

    def fire(self, door: Door, due: Sequence[Timer], now: datetime) -> Fired:
        """An event that has not been pulled yet has not reset the timer; it counts all the same."""
        timely = [one for one in due if one.due_at is not None and one.due_at > now - LATE]
        last = extreme(door.trigger.event, [one.customer_id for one in timely], now, Max)
        silent = [one for one in timely if last.get(one.customer_id) == one.anchor_at]
        entering = [Candidate(door.live, one.customer_id, _key(door, one)) for one in silent]
        return Fired(entering, [one.stopped for one in due])


def _key(door: Door, timer: Timer) -> str:
    keyed = door.live.definition.entry.again.kind in ("per_key", "always")
    return f"inactive:{timer.anchor_at:%Y-%m-%d}" if keyed else ""
