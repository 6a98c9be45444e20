"""LIMITS: of those whom the filter let pass, who may come in, and who waits at the door or is turned away.

Whoever lets people into a journey with a limit locks its door first and counts in the next statement: what the holder
before wrote is counted then, so that any number of workers let in exactly as many as there is room for. The price:
one worker at a time lets people into one such journey. Journeys without a limit pay nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from orchestrator.customers.locks import lock as lock_customers
from orchestrator.domain.definition.limits import Limit
from orchestrator.domain.frequency import Rolling, frees_at, window_start
from orchestrator.domain.limits import (
    AT_ONCE,
    ENTRIES,
    IN_LINE,
    MOST_JOURNEYS,
    OF_ALL,
    PER_CUSTOMER,
    House,
    stopped_by,
)
from orchestrator.domain.merging import once_key
from orchestrator.journeys.doorstep import KNOCKS, Stopped, put
from orchestrator.journeys.house import house, next_look
from orchestrator.journeys.models import Door, Enrollment
from orchestrator.journeys.versions import Live, version
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

if TYPE_CHECKING:
    from orchestrator.journeys.enroll import Candidate

LOOK_AGAIN = timedelta(minutes=15)  # whoever is in too many journeys is asked in again so often
MARKETING = "marketing"
_TURNED_BACK = ("too_many_hops", "surpassed")  # passages that end where they begin take no place


def limited(door: Live, workspace: Workspace) -> bool:
    """Whether anything but the filter keeps people out of this journey."""
    return door.definition.entry.limit is not None or _counts(door, workspace)


def hold(doors: Iterable[Live], customers: Collection[int], workspace: Workspace) -> None:
    """Lock what letting these customers in needs: first they, then the doors, each in the order of ids.

    Customers only where the workspace says in how many journeys they may be: that is counted across doors.
    """
    wanted = [door for door in doors if limited(door, workspace)]
    if customers and any(_counts(door, workspace) for door in wanted):
        lock_customers(customers)
    ids = sorted({door.journey_id for door in wanted if door.definition.entry.limit is not None})
    if ids and len(_doors().rows(ids=ids)) < len(ids):
        bulk.insert(Door, ("journey",), [(id_,) for id_ in ids], ignore_conflicts=True)
        _doors().rows(ids=ids)


@prepared
def _doors() -> QuerySet[Any]:
    doors = Door.objects.filter(journey_id__among=Given("ids")).order_by("journey_id")
    return doors.select_for_update().values_list("journey_id")


def let_through(
    candidates: Sequence[Candidate], workspace: Workspace, now: datetime, from_line: bool = False
) -> list[Candidate]:
    """Those for whom there is room, first come first served; the others are put on the doorstep.

    `from_line`: they are the first of the line. Everybody else goes behind it.
    """
    asking = [one for one in candidates if not one.turned_back and limited(one.live, workspace)]
    if not asking:
        return list(candidates)
    hold({one.live.id: one.live for one in asking}.values(), {one.customer_id for one in asking}, workspace)
    counted = _Counted.read(asking, workspace, now, from_line)
    stopped = {id(one): reason for one in asking if (reason := counted.stops(one))}
    put([counted.stopped(one, stopped[id(one)]) for one in asking if id(one) in stopped], now)
    counted.look_again()
    return [one for one in candidates if id(one) not in stopped]


@dataclass(slots=True)
class _Counted:
    """What is counted under the locks, and counted on as people are let through."""

    workspace: Workspace
    zone: ZoneInfo
    now: datetime
    houses: dict[int, House] = field(default_factory=dict)
    doors: dict[int, Live] = field(default_factory=dict)
    ever: dict[tuple[int, int], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    active: set[tuple[int, int, str]] = field(default_factory=set)
    once: set[str] = field(default_factory=set)
    journeys: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def read(
        cls, asking: Sequence[Candidate], workspace: Workspace, now: datetime, from_line: bool
    ) -> _Counted:
        """A few queries for each journey with a limit, and one for the journeys that people are in."""
        answer = cls(workspace, ZoneInfo(workspace.time_zone), now)
        customers: dict[int, set[int]] = defaultdict(set)
        for one in asking:
            answer.doors[one.live.journey_id] = one.live
            customers[one.live.journey_id].add(one.customer_id)
        for journey, door in answer.doors.items():
            answer.houses[journey] = House()
            if (limit := door.definition.entry.limit) is not None:
                answer.houses[journey] = house(journey, limit, answer.zone, now, from_line)
                answer._read_past(journey, customers[journey])
        counting = {one.customer_id for one in asking if _counts(one.live, workspace)}
        for customer, journey, version_id in _inside().rows(customers=counting) if counting else ():
            if version(version_id).definition.purpose == MARKETING:
                answer.journeys[customer].add(journey)
        return answer

    def _read_past(self, journey: int, customers: Collection[int]) -> None:
        for customer, key, once, status, reason, at in _past().rows(journey=journey, customers=customers):
            if status == Enrollment.Status.ACTIVE:
                self.active.add((journey, customer, key))
            if once:
                self.once.add(once)
            if reason not in _TURNED_BACK:
                self.ever[journey, customer].append(at)

    def stops(self, one: Candidate) -> str:
        """What keeps them out, "" if nothing does: then they are counted. Who is inside already takes no place."""
        journey, customer, key = one.live.journey_id, one.customer_id, one.entry_key
        once = once_of(one)
        limit = one.live.definition.entry.limit
        if limit is not None and ((journey, customer, key) in self.active or once in self.once):
            return ""
        others = len(self.journeys[customer] - {journey}) if _counts(one.live, self.workspace) else 0
        reason = stopped_by(
            limit, self.houses[journey], self._theirs(one, limit), self.workspace.most_journeys, others
        )
        if reason in OF_ALL:
            self.houses[journey].waited_for = True  # nobody behind them passes them
        if not reason:
            self.houses[journey].take()
            self.active.add((journey, customer, key))
            self.once |= {once} if once else set()
            self.ever[journey, customer].append(self.now)
            self.journeys[customer].add(journey)
        return reason

    def _theirs(self, one: Candidate, limit: Limit | None) -> int:
        if limit is None or limit.per_customer is None:
            return 0
        window = limit.per_customer.window
        start = window_start(window, self.now, self.zone)
        ats = self.ever[one.live.journey_id, one.customer_id]
        return sum(at > start if isinstance(window, Rolling) else at >= start for at in ats)

    def stopped(self, one: Candidate, reason: str) -> Stopped:
        """How they stand at the door now."""
        limit = one.live.definition.entry.limit
        waits = limit.waits if limit else None
        until = one.waits_until or (waits.after(self.now, self.zone) if waits else self.now)
        return Stopped(one, reason, self._evidence(one, reason), self._asked_at(one, reason), until)

    def _asked_at(self, one: Candidate, reason: str) -> datetime:
        limit = one.live.definition.entry.limit
        if reason == PER_CUSTOMER and limit and limit.per_customer:
            rate, ats = limit.per_customer, self.ever[one.live.journey_id, one.customer_id]
            return frees_at(rate.window, ats, rate.most, self.now, self.zone) or self.now + KNOCKS
        return self.now + LOOK_AGAIN

    def _evidence(self, one: Candidate, reason: str) -> dict[str, Any]:
        limit = one.live.definition.entry.limit or Limit()
        said: dict[str, str | int] = {
            ENTRIES: str(limit.entries),
            AT_ONCE: limit.at_once or 0,
            IN_LINE: str(limit.entries or limit.at_once),
            PER_CUSTOMER: str(limit.per_customer),
            MOST_JOURNEYS: self.workspace.most_journeys,
        }
        return {"limit": said[reason], "at": self.now.isoformat()}

    def look_again(self) -> None:
        """Set when those who wait are let in, at doors where nobody had waited before."""
        for journey, there in self.houses.items():
            limit = self.doors[journey].definition.entry.limit
            if there.waited_for and limit is not None:
                at = next_look(journey, limit, there, self.zone, self.now)
                Door.objects.filter(journey_id=journey, due_at=None).update(due_at=at)


def once_of(one: Candidate) -> str | None:
    """The key under which they enter but once; None where they may come again."""
    kind = one.live.definition.entry.again.kind
    if kind == "never":
        return once_key(one.live.journey_id, one.customer_id)
    if kind in ("per_key", "per_property"):
        return once_key(one.live.journey_id, one.customer_id, one.entry_key)
    return None


def _counts(door: Live, workspace: Workspace) -> bool:
    return workspace.most_journeys > 0 and door.definition.purpose == MARKETING


@prepared
def _past() -> QuerySet[Any]:
    theirs = Enrollment.objects.filter(journey_id=Given("journey"), customer_id__among=Given("customers"))
    at = Coalesce("let_in_at", "entered_at")  # none where they came in before there was a limit
    return theirs.values_list("customer_id", "entry_key", "once_key", "status", "reason", at)


@prepared
def _inside() -> QuerySet[Any]:
    theirs = Enrollment.objects.filter(status="active", customer_id__among=Given("customers"))
    return theirs.values_list("customer_id", "journey_id", "version_id")
