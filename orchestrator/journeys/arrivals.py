"""REACT: what an event does to people who are inside: it meets goals, opens exits, and ends waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from orchestrator import outside
from orchestrator.domain.definition import Definition
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.outside import Fact, Kind
from orchestrator.domain.walks import Ended
from orchestrator.journeys.effects import ANY_EVENT, finish
from orchestrator.journeys.enroll import passage
from orchestrator.journeys.exits import let_out, opens_exit
from orchestrator.journeys.history import with_amount
from orchestrator.journeys.late import gave_up, turn_back
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.travel import COLUMNS, Passenger, as_passengers, travel
from orchestrator.journeys.unmet import undone, unmeet
from orchestrator.journeys.versions import Live, versions
from orchestrator.sdk.steps import ArrivedEvent
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared

if TYPE_CHECKING:
    from orchestrator.journeys.pull import Happening


GOALS = frozenset({Kind.GOAL_MET})


@dataclass(frozen=True, slots=True)
class _Inside:
    passenger: Passenger
    active: bool
    awaits: str
    goal_met: bool
    goal_until: datetime | None


def react(happenings: Mapping[int, Sequence[Happening]], now: datetime) -> None:
    """Let the events of a batch act on the enrollments of their people, which are locked here by id."""
    inside = _inside(happenings, now)
    live = versions(one.passenger.version_id for one in inside)
    met: dict[int, datetime] = {}
    ended: dict[int, Ended] = {}
    woken: dict[int, list[ArrivedEvent]] = defaultdict(list)
    late: dict[int, list[ArrivedEvent]] = defaultdict(list)
    void = undone(happenings, now) if inside else set()
    for one in inside:
        version = live[one.passenger.version_id]
        for happening in happenings[one.passenger.customer_id]:
            if happening.occurred_at < one.passenger.entered_at or happening.id in void:
                continue
            _weigh(one, version, happening, now, met, ended, woken, late)
    reached = set(bulk.update(Enrollment, ("goal_met_at",), list(met.items()), where="t.goal_met_at IS NULL"))
    outside.say(GOALS, lambda: _reached([one.passenger for one in inside], reached, met, live))
    unmeet(happenings, now)
    finish(ended, now)
    standing = [one.passenger for one in inside if one.active and one.passenger.id not in ended]
    gone = let_out(((one.id, one.version_id) for one in standing), now)
    staying = [one for one in standing if one.id not in gone]
    moving = [one for one in staying if one.id in woken]
    back = turn_back([one for one in staying if one.id in late and one.id not in woken], late, live, now)
    travel([*moving, *back], now, woken | late)


def _reached(
    passengers: Sequence[Passenger],
    ids: Collection[int],
    met: Mapping[int, datetime],
    live: Mapping[int, Live],
) -> Iterator[Fact]:
    for one in passengers:
        if one.id in ids:
            yield Fact(Kind.GOAL_MET, met[one.id], one.customer_id, passage(live[one.version_id], one.id))


def _inside(happenings: Mapping[int, Sequence[Happening]], now: datetime) -> list[_Inside]:
    return [
        _Inside(Passenger(*row[:-4]), row[-4] == "active", row[-3], row[-2] is not None, row[-1])
        for row in _open().rows(customers=list(happenings))
    ]


@prepared
def _open() -> QuerySet[Any]:
    """Those who are inside, and those who may still meet their journey's goal."""
    theirs = Enrollment.objects.filter(customer_id__among=Given("customers"))
    still = theirs.filter(Q(status=Enrollment.Status.ACTIVE) | Q(goal_met_at=None, goal_until__isnull=False))
    locked = as_passengers(still).order_by("id").select_for_update(of=("self",))
    return locked.values_list(*COLUMNS, "status", "awaits", "goal_met_at", "goal_until")


def _weigh(
    one: _Inside,
    version: Live,
    happening: Happening,
    now: datetime,
    met: dict[int, datetime],
    ended: dict[int, Ended],
    woken: dict[int, list[ArrivedEvent]],
    late: dict[int, list[ArrivedEvent]],
) -> None:
    """The goal is asked first, then the exits, then the wait."""
    id_ = one.passenger.id
    if not one.goal_met and id_ not in met and meets_goal(version.definition, happening, one.goal_until):
        met[id_] = happening.occurred_at
        if one.active:
            ended.setdefault(id_, Ended("exited", "goal_met"))
    if not one.active or id_ in ended:
        return
    if opens_exit(version.definition, happening, event_properties(happening)):
        ended[id_] = Ended("exited", "exit_rule")
        return
    event = ArrivedEvent(happening.name, happening.occurred_at, event_properties(happening))
    if one.awaits == ANY_EVENT or happening.name in one.awaits.split():
        woken[id_].append(event)
    elif gave_up(version.definition, one.passenger, event, now) is not None:
        late[id_].append(event)


def meets_goal(definition: Definition, happening: Happening, until: datetime | None) -> bool:
    """Whether the event is the journey's goal, in time."""
    goal = definition.goal
    return (
        goal is not None
        and goal.event == happening.name
        and until is not None
        and happening.occurred_at <= until
        and all_match(goal.where, event_properties(happening))
    )


def event_properties(happening: Happening) -> dict[str, Any]:
    """The event's properties, with its amount among them under that name."""
    return with_amount(happening.properties, happening.amount)
