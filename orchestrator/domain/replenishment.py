"""When somebody will need the same again: from the intervals between their purchases, or from other people's.

A purchase is a local date: two orders of one day are one purchase, and an interval is a whole number of days by the
customer's calendar, so that no change of the clocks makes it longer. A person's interval is the median of theirs, if
there are at least two; else that of the group, if enough people bought it often enough to say one (SEMANTICS §9).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from orchestrator.domain.zones import local, resolve

FEWEST_INTERVALS = 2  # of one's own: three purchases
FEWEST_PEOPLE = 10  # of a group, with two intervals each on average: fewer say too little about others
FEWEST_IN_GROUP = FEWEST_PEOPLE * FEWEST_INTERVALS
MOST_GROUPS = 50  # of one purchase
LONGEST_GROUP = 60


@dataclass(frozen=True, slots=True)
class Habit:
    """How one person buys of one group. `days`: the median of the `intervals` between purchases; None without any."""

    last_at: datetime
    days: int | None
    intervals: int


@dataclass(frozen=True, slots=True)
class Usual:
    """How a group is bought by people: the median of their medians, each person counting once."""

    days: int | None
    people: int
    intervals: int


@dataclass(frozen=True, slots=True)
class Expected:
    """When the next purchase is due, and what says so: their own `intervals`, or the group's `people` and theirs."""

    days: int
    intervals: int
    people: int
    whose: Literal["own", "group"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A timer as it stands. `on`: the purchase it counts from; `fired_for`: the one for which it let somebody in."""

    on: str
    due_at: datetime | None
    fired_for: str


def groups(value: Any) -> tuple[str, ...]:
    """The groups that a property names: a text or a number, or a list of them; none for anything else.

    5 and "5" are one group. A text is cut at 60 signs, a list after 50.
    """
    values = value[:MOST_GROUPS] if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(name for one in values if (name := _name(one))))


def _name(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\0", "").strip()[:LONGEST_GROUP].strip()


def habit(purchases: Collection[datetime], zone: ZoneInfo) -> Habit:
    """What the purchases of one person and group say. There must be one."""
    days = sorted({local(at, zone).date() for at in purchases})
    intervals = sorted((later - earlier).days for earlier, later in pairwise(days))
    return Habit(max(purchases), median(intervals) if intervals else None, len(intervals))


def median(ordered: Sequence[int]) -> int:
    """The middle one; of an even number the mean of the two in the middle, half a day left out."""
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) // 2


def usual(counted: Mapping[int, tuple[int, int]]) -> Usual:
    """What a group says. `counted`: for each median in days, how many people have it, and from how many intervals."""
    people = sum(many for many, _ in counted.values())
    intervals = sum(many for _, many in counted.values())
    if people < FEWEST_PEOPLE or intervals < FEWEST_IN_GROUP:
        return Usual(None, people, intervals)
    lower, upper = _at(counted, (people - 1) // 2), _at(counted, people // 2)
    return Usual((lower + upper) // 2, people, intervals)


def _at(counted: Mapping[int, tuple[int, int]], place: int) -> int:
    """The median of the person at this place, if all stood in a row by theirs."""
    for days in sorted(counted):
        place -= counted[days][0]
        if place < 0:
            return days
    raise IndexError("there are fewer people")


def expected(mine: Habit, group: Usual | None) -> Expected | None:
    """By whose interval the next purchase is due: their own, else the group's; None where neither says anything."""
    if mine.days is not None and mine.intervals >= FEWEST_INTERVALS:
        return Expected(mine.days, mine.intervals, 1, "own")
    if group is not None and group.days is not None:
        return Expected(group.days, group.intervals, group.people, "group")
    return None


def coming(last_at: datetime, days: int, before: int, at: time, zone: ZoneInfo) -> datetime | None:
    """The instant to remind them: so many days after the last purchase, less `before`, at `at` on their clock.

    None where that would not be on a later day than the purchase.
    """
    if days - before < 1:
        return None
    on = local(last_at, zone).date() + timedelta(days=days - before)
    return resolve(datetime.combine(on, at), zone)


def bought_on(last_at: datetime, zone: ZoneInfo) -> str:
    """The purchase that a timer counts from: its date on the customer's calendar."""
    return local(last_at, zone).date().isoformat()


def set_to(moment: datetime | None, on: str, standing: Standing | None, now: datetime) -> datetime | None:
    """When the timer is due. What has fired for this purchase stays so; a moment that has passed starts nothing.

    A timer still ahead that new evidence moves into the past keeps its time: it is late for them, not too late.
    """
    if moment is None or (standing is not None and standing.fired_for == on):
        return None
    if moment > now:
        return moment
    if standing is not None and standing.on == on and standing.due_at is not None and standing.due_at > now:
        return standing.due_at
    return None


def rings(moment: datetime | None, on: str, standing: Standing, now: datetime, late: timedelta) -> bool:
    """Whether a timer that is due lets somebody in, by all that is known now; not when it is found `late`."""
    if moment is None or moment > now or standing.due_at is None:
        return False
    return standing.on == on != standing.fired_for and now - late < standing.due_at <= now
