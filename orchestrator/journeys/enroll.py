"""ENROLL: let people in. The constraints of the table decide who may, not a check before the insert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, QuerySet

from orchestrator import outside, registry
from orchestrator.customers.models import Customer
from orchestrator.domain.outside import Fact, Kind
from orchestrator.domain.splits import held_out
from orchestrator.journeys.doorstep import keep
from orchestrator.journeys.limits import let_through, once_of
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import Live
from orchestrator.sdk.value import value
from orchestrator.sdk.values import EnrollmentChange
from orchestrator.segments.compile import CUSTOMERS, Scope
from orchestrator.segments.matching import matching
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

LONGEST_PASSAGE = timedelta(days=365)
HOPS = "hops"  # the property of an event recorded by a step that says how long its chain of journeys is
MOST_HOPS = 5  # journeys that one chain of starting and of recorded events may lead through
AFTERWARDS = timedelta(microseconds=1)  # the finest that the databases keep
ENTERING = frozenset({Kind.ENROLLMENT_ENTERED})
_ACTIVE, _EXITED = str(Enrollment.Status.ACTIVE), str(Enrollment.Status.EXITED)


@value
class Candidate:
    """Somebody at the door. `surpassed`: a mark they flew past; it is recorded, and nothing is sent for it.

    `occurred_at`: when the event happened that let them in; None where time alone did. `hops`: how many journeys
    led here, one starting the next; the sixth is recorded and goes no further, so that no circle turns for ever.
    `begins_at`: when they take the first step, if not at once (a launch by everybody's own clock). `waits_until`: for
    how long they wait at the door, where they have waited already.
    """

    live: Live
    customer_id: int
    entry_key: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    surpassed: bool = False
    hops: int = 0
    begins_at: datetime | None = None
    waits_until: datetime | None = None

    @property
    def turned_back(self) -> str:
        """Why they end where they begin; "" for those who walk."""
        return "too_many_hops" if self.hops > MOST_HOPS else "surpassed" if self.surpassed else ""


def hops_of(properties: Mapping[str, Any]) -> int:
    """How many journeys led to an event; 0 for what people did themselves."""
    hops = properties.get(HOPS)
    return hops if isinstance(hops, int) and 0 <= hops < 1000 else 0


def enroll(candidates: Sequence[Candidate], now: datetime) -> list[int]:
    """Enter those who may; answers the new enrollments' ids. Runs inside the caller's transaction.

    Whom only the filter turns away waits at the door, where the journey gives a grace.
    """
    if not candidates:
        return []
    workspace = Workspace.get()
    asked = _asked(candidates, workspace, now)
    keep(asked.turned_away, now)
    return _let_in(asked.welcome, workspace, now, from_line=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who may come in, and whom the filter turned away."""

    welcome: list[Candidate]
    turned_away: list[Candidate]


def ask(candidates: Sequence[Candidate], now: datetime) -> Asked:
    """Ask the filter and the re-entry interval of each version, once for all who stand at its door."""
    return _asked(candidates, Workspace.get(), now)


def _asked(candidates: Sequence[Candidate], workspace: Workspace, now: datetime) -> Asked:
    answer = Asked([], [])
    for group in _by_version(candidates):
        _ask(group, answer, workspace, now)
    return answer


def let_in(welcome: Sequence[Candidate], now: datetime, from_line: bool = False) -> list[int]:
    """Make their enrollments, as far as there is room; the table's constraints have the last word.

    Answers the new ones' ids. `from_line`: they are those who have waited for it longest.
    """
    return _let_in(welcome, Workspace.get(), now, from_line)


def _let_in(welcome: Sequence[Candidate], workspace: Workspace, now: datetime, from_line: bool) -> list[int]:
    there_is_room = let_through(welcome, workspace, now, from_line)
    # Two workers that let the same people in wait for each other's rows in one order, and never in a circle; those of a
    # line come under their door's lock, and keep its order.
    in_order = sorted(there_is_room, key=lambda one: (one.live.journey_id, one.customer_id))
    admitted = there_is_room if from_line else in_order
    live = {one.live.id: one.live for one in admitted}
    by_version = {id_: _Shared.of(version, workspace, now) for id_, version in live.items()}
    rows = [_row(one, by_version[one.live.id], now) for one in admitted]
    columns = (
        "journey", "version", "customer", "entry_key", "once_key", "entry_properties", "status", "reason",
        "entered_at", "finished_at", "expires_at", "held_out", "step", "visit", "arrived_at", "due_at", "awaits",
        "sending", "goal_until", "hops", "let_in_at", "urgent",
    )  # fmt: skip
    made = bulk.insert(
        Enrollment,
        columns,
        rows,
        ignore_conflicts=True,
        returning=("id", "version_id", "customer_id", "status"),
    )
    _announce(made, live, now)
    entered = [row[:3] for row in made if row[3] == _ACTIVE]
    outside.say(ENTERING, lambda: (_entered(live[v], id_, who, now) for id_, v, who in entered))
    return [row[0] for row in made]


def _by_version(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    groups: dict[int, list[Candidate]] = defaultdict(list)
    for one in candidates:
        groups[one.live.id].append(one)
    return list(groups.values())


def _ask(group: list[Candidate], answer: Asked, workspace: Workspace, now: datetime) -> None:
    """Sort the candidates of one version. Who is gone, or was here too lately, is simply not let in."""
    live = group[0].live
    entry, zone = live.definition.entry, ZoneInfo(workspace.time_zone)
    ids = {one.customer_id for one in group}
    there = set(_there().column(ids=ids))
    if entry.again.kind == "after" and entry.again.interval is not None:
        since = entry.again.interval.before(now, zone) + AFTERWARDS
        last = _last_entered().rows(journey=live.journey_id, customers=ids)
        there -= {customer for customer, at in last if at > since}
    fit = there
    if entry.only_if is not None:
        fit = matching(Customer, there, entry.only_if, Scope(CUSTOMERS, now, zone, live.brand_id))
    answer.welcome.extend(one for one in group if one.customer_id in fit)
    answer.turned_away.extend(one for one in group if one.customer_id in there - fit)


@prepared
def _there() -> QuerySet[Any]:
    # Whose data may only be kept is not there, either: a journey would use it.
    people = Customer.objects.filter(
        id__among=Given("ids"), erased_at=None, merged_into=None, restricted_at=None
    )
    return people.values_list("id")


@prepared
def _last_entered() -> QuerySet[Any]:
    theirs = Enrollment.objects.filter(journey_id=Given("journey"), customer_id__among=Given("customers"))
    return theirs.order_by().values_list("customer_id").annotate(at=Max("entered_at"))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the rows of one version have in common: worked out once a batch, not once a person."""

    live: Live
    salt: str
    goal_until: datetime | None
    expires_at: datetime
    let_in_at: datetime | None
    urgent: bool

    @classmethod
    def of(cls, live: Live, workspace: Workspace, now: datetime) -> _Shared:
        """For everybody who comes in now."""
        definition, goal_until = live.definition, None
        if (goal := definition.goal) is not None:
            zone = ZoneInfo(workspace.time_zone)
            goal_until = goal.within.after(now, zone) if goal.within else now + LONGEST_PASSAGE
        return cls(
            live=live,
            salt=f"{workspace.salt}:{live.key}",
            goal_until=goal_until,
            expires_at=now + LONGEST_PASSAGE,
            let_in_at=None if definition.entry.limit is None else now,
            urgent=definition.purpose == "transactional",
        )


def _row(one: Candidate, shared: _Shared, now: datetime) -> tuple[Any, ...]:
    live, definition, turned_back = shared.live, shared.live.definition, one.turned_back
    began, begins_at = _began(one, now), one.begins_at or now
    return (
        live.journey_id,
        live.id,
        one.customer_id,
        one.entry_key,
        once_of(one),
        dict(one.properties),
        _EXITED if turned_back else _ACTIVE,
        turned_back,
        began,
        began if turned_back else None,
        shared.expires_at,
        held_out(shared.salt, str(one.customer_id), definition.holdout),
        definition.first,
        1,
        begins_at,
        None if turned_back else begins_at,
        "",
        False,
        None if turned_back else shared.goal_until,
        one.hops,
        None if turned_back else shared.let_in_at,
        shared.urgent,
    )


def _began(one: Candidate, now: datetime) -> datetime:
    """Just after the event that let them in: that event is not "since entry", whatever came after it is."""
    return now if one.occurred_at is None else one.occurred_at + AFTERWARDS


def _announce(made: Sequence[tuple[Any, ...]], live: Mapping[int, Live], now: datetime) -> None:
    announce(
        lambda: [EnrollmentChange(id_, live[v].key, live[v].number, "active", "", now) for id_, v, *_ in made]
    )


def _entered(live: Live, id_: int, customer: int, now: datetime) -> Fact:
    return Fact(Kind.ENROLLMENT_ENTERED, now, customer, passage(live, id_))


def passage(live: Live, id_: int) -> dict[str, Any]:
    """What is told outside of a passage, beside whose it is."""
    return {"enrollment": id_, "journey": live.key, "version": live.number}


def announce(changed: Callable[[], Sequence[EnrollmentChange]]) -> None:
    """Tell the plugins that observe, once the transaction is committed. Where none does, nobody looks what changed."""
    if not registry.current().manager.hook.enrollments_changed.get_hookimpls():
        return
    if changes := changed():
        transaction.on_commit(
            lambda: list(registry.current().hook_each("enrollments_changed", changes=tuple(changes)))
        )
