"""The timer of a day of the year: a date of theirs, or the anniversary of their first event of a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from orchestrator.domain.dates import next_occurrence, parse_birthday
from orchestrator.domain.definition.entries import DateTrigger
from orchestrator.domain.zones import local
from orchestrator.journeys.enroll import Candidate
from orchestrator.journeys.timers.kinds import Door, Fired
from orchestrator.journeys.timers.rows import LATE, People, Timer, extreme


class Yearly:
    """For `date`."""

    def event(self, trigger: DateTrigger) -> str:
        """The one whose anniversary it is; "" for a date among the attributes."""
        return trigger.anniversary_of

    def follows(self, trigger: DateTrigger) -> bool:
        """A date among the attributes may have been edited."""
        return bool(trigger.attribute)

    def knows(self, timer: Timer) -> bool:
        """One that counts no intervals."""
        return timer.intervals is None

    def timers(self, door: Door, customers: Collection[int], now: datetime) -> list[Timer]:
        """The next coming of each one's day."""
        people = People(customers)
        return [_next(door, people, *one, now) for one in _days(door.trigger, people, now)]

    def seeded(self, timer: Timer, now: datetime) -> bool:
        """If there is a day."""
        return timer.due_at is not None and timer.due_at > now

    def fire(self, door: Door, due: Sequence[Timer], now: datetime) -> Fired:
        """Everybody comes in whose day it is, and all are set to the next year's."""
        entering = [
            Candidate(door.live, one.customer_id, one.key)
            for one in due
            if one.due_at is not None and one.due_at > now - LATE
        ]
        return Fired(entering, self.timers(door, [one.customer_id for one in due], now))


def _days(trigger: DateTrigger, people: People, now: datetime) -> Iterable[tuple[int, Any, datetime | None]]:
    """(customer, day, the event it is the anniversary of)."""
    if trigger.attribute:
        return [
            (customer, person.attributes.get(trigger.attribute), None)
            for customer, person in people.rows.items()
        ]
    return _anniversaries(trigger, people, now)


def _anniversaries(
    trigger: DateTrigger, people: People, now: datetime
) -> Iterator[tuple[int, Any, datetime]]:
    for customer, at in extreme(trigger.anniversary_of, people.rows, now, Min).items():
        yield customer, local(at, people.zone(customer)).date(), at


def _next(
    door: Door, people: People, customer: int, on: Any, anchor: datetime | None, now: datetime
) -> Timer:
    """The next coming of a day; none for a date that cannot be read."""
    trigger = door.trigger
    nothing = Timer(*door.at, customer, "", None, anchor)
    if on is None:
        return nothing
    try:
        day = parse_birthday(on)
    except ValueError:
        return nothing
    # An anniversary is at the earliest a year on: the day itself is no anniversary.
    after = max(now, anchor + timedelta(days=300)) if anchor else now
    zone = people.zone(customer)
    coming = next_occurrence(day.month, day.day, trigger.at, zone, after, trigger.leap, trigger.offset_days)
    return nothing._replace(due_at=coming.instant, key=f"{trigger.name}:{coming.year}")
