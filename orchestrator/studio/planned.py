"""What is planned, day by day: launches, messages that are due, and people who will be looked at again.

Messages are rows, and counted. Who will come in by a launch, or be sent something at their next step, only that day will
tell: those are estimates, and say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from orchestrator.domain.definition.audiences import Launched
from orchestrator.journeys.due import moving
from orchestrator.journeys.launching import launched
from orchestrator.journeys.models import EntryTimer, Launch
from orchestrator.journeys.versions import Live, live
from orchestrator.messaging.queues import claimable

MOST = 30_000  # rows of each kind that are looked at
MOST_LAUNCHES = 500
Count_ = dict[tuple[date, str, str], int]  # day, channel or "", journey's key


@dataclass(frozen=True, slots=True)
class Coming:
    """One launch of a day. `people`: how many came in, or by `guess` came in the last time; None where nobody can say."""

    on: date
    key: str
    channels: tuple[str, ...]
    state: str
    people: int | None
    guess: bool
    launch: int | None


@dataclass(frozen=True, slots=True)
class Planned:
    """All of a span of days. `more`: there are more rows than were looked at."""

    launches: list[Coming]
    messages: Count_ = field(default_factory=dict)
    passages: Count_ = field(default_factory=dict)
    timers: Count_ = field(default_factory=dict)
    more: bool = False

    @property
    def keys(self) -> set[str]:
        """The journeys that are named."""
        counted = (self.messages, self.passages, self.timers)
        return {key for counts in counted for _day, _channel, key in counts} | {
            one.key for one in self.launches
        }


def read(first: date, last: date, now: datetime) -> Planned:
    """From the first day to the last, on the clock that is active. Six queries, each over a bounded number of rows."""
    today = timezone.localtime(now).date()
    # What is late is today's.
    begins = _midnight(first) if first > today else None
    ends = _midnight(last + timedelta(days=1))
    if last < today:
        return Planned(list(_launches(first, last, now)))
    due = _between(claimable(), begins, ends).order_by("purpose", "due_at", "id")
    passing = _between(moving(), begins, ends).filter(sending=False).order_by("due_at", "id")
    firing = _between(EntryTimer.objects.all(), begins, ends).order_by("due_at")
    messages = _count(due, today, "channel", "journey")
    passages = _count(passing, today, "journey__key")
    timers = _count(firing, today, "journey__key")
    more = any(sum(counts.values()) >= MOST for counts in (messages, passages, timers))
    return Planned(list(_launches(first, last, now)), messages, passages, timers, more)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _between(rows: Any, begins: datetime | None, ends: datetime) -> Any:
    span = rows.filter(due_at__lt=ends)
    return span.filter(due_at__gte=begins) if begins else span


def _count(rows: Any, today: date, *columns: str) -> Count_:
    """By day, channel and journey, of the first rows that are due. `columns`: of the channel, if there is one, and the journey.

    They are counted here: a database would have to find each of them a second time to group them.
    """
    zone = timezone.get_current_timezone()
    counted = Counter[tuple[date, str, str]]()
    for at, *named in rows.values_list("due_at", *columns)[:MOST]:
        channel, journey = named if len(named) > 1 else ("", named[0])
        counted[max(at.astimezone(zone).date(), today), channel, journey] += 1
    return counted


def _launches(first: date, last: date, now: datetime) -> Iterator[Coming]:
    """Those that have a row, and those that schedules of live journeys will bring."""
    doors = {door.journey_id: door for door in live()}
    rows = Launch.objects.filter(on__gte=first, on__lte=last).exclude(state=Launch.State.STOPPED)
    columns = ("pk", "journey_id", "journey__key", "trigger", "on", "state", "entered")
    known, last_time = set(), _last_time()
    for pk, journey, key, place, on, state, entered in rows.order_by("on", "id").values_list(*columns)[
        :MOST_LAUNCHES
    ]:
        known.add((journey, place, on))
        coming = state == Launch.State.PLANNED
        people = last_time.get((journey, place)) if coming else entered
        yield Coming(on, key, _channels(doors.get(journey)), state, people, coming, pk)
    # What would begin today has a row by now, or its hour had passed when it was published.
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    for door in doors.values():
        for place, trigger in launched(door):
            for on in _days(trigger, max(first, tomorrow), last):
                if (door.journey_id, place, on) not in known:
                    people = last_time.get((door.journey_id, place))
                    yield Coming(on, door.key, _channels(door), Launch.State.PLANNED, people, True, None)


def _days(trigger: Launched, first: date, last: date) -> Iterator[date]:
    on = trigger.next_on(first - timedelta(days=1))
    while on is not None and on <= last:
        yield on
        on = trigger.next_on(on)


def _last_time() -> dict[tuple[int, int], int]:
    """How many each trigger let in the last time."""
    rows = Launch.objects.filter(state=Launch.State.DONE).order_by("-id")
    found: dict[tuple[int, int], int] = {}
    for journey, place, entered in rows.values_list("journey_id", "trigger", "entered")[:MOST_LAUNCHES]:
        found.setdefault((journey, place), entered)
    return found


def _channels(door: Live | None) -> tuple[str, ...]:
    """The channels of the journey's first message, the one that is tried first in front."""
    if door is None:
        return ()
    steps = (door.definition.step(step) for step in door.definition.step_ids())
    ways = (tuple(getattr(step.params, "via", ())) for step in steps)
    return next((way for way in ways if way), ())
