"""The rows of timers: read in batches, written in two statements, whatever kind they are of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, QuerySet

from orchestrator.events.models import Event
from orchestrator.events.net import net
from orchestrator.journeys.models import EntryTimer
from orchestrator.messaging.facts import PersonRow, read_people, zone_of
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

BATCH = 2000
# A timer found this late (after downtime, or a long pause) is set on without letting anybody in.
LATE = timedelta(hours=24)


class Timer(NamedTuple):
    """A row: one for a person at a door's trigger, and of each group there; without a `due_at` it stands still."""

    journey_id: int
    trigger: int
    customer_id: int
    part: str
    due_at: datetime | None
    anchor_at: datetime | None
    key: str = ""
    days: int | None = None
    intervals: int | None = None

    @property
    def stopped(self) -> Timer:
        """The same, not due any more."""
        return self._replace(due_at=None)


COLUMNS = ("journey", "trigger", "customer", "part", "due_at", "anchor_at", "key", "days", "intervals")
READ = Timer._fields


def write(timers: Sequence[Timer]) -> None:
    """Insert or overwrite: one timer for a person at a door's trigger and group."""
    if timers:
        bulk.insert(EntryTimer, COLUMNS, timers, ignore_conflicts=True)
        bulk.update(EntryTimer, COLUMNS[4:], timers, match=COLUMNS[:4])


def due_timers(now: datetime, limit: int) -> list[Timer]:
    """At most `limit` that are due, those due first before others; locked."""
    return [Timer(*row) for row in _due(limit).rows(now=now)]


@prepared
def _due(limit: int) -> QuerySet[Any]:
    due = EntryTimer.objects.filter(due_at__lte=Given("now")).order_by("due_at")
    return due.select_for_update(skip_locked=True).values_list(*READ)[:limit]


class People:
    """Customers of a batch, with the zone in which each of them lives."""

    def __init__(self, customers: Collection[int]) -> None:
        self.rows: dict[int, PersonRow] = read_people(list(customers))
        self._workspace = Workspace.get()

    def zone(self, customer: int) -> ZoneInfo:
        """By the ladder of zones; the workspace's for who is not there."""
        return zone_of(self.rows.get(customer), self._workspace).zone


def extreme(
    event: str, customers: Collection[int], now: datetime, which: type[Max | Min]
) -> dict[int, datetime]:
    """When the event happened to each of them first or last; of orders, those that stand."""
    answer: dict[int, datetime] = dict(_extremes(which).rows(customers=list(customers), event=event, now=now))
    found = net(event, customers, now)
    for customer in found.changes:
        standing = [one.at for one in found.orders[customer] if found.stands(one.id)]
        answer.pop(customer, None)
        if standing:
            answer[customer] = max(standing) if which is Max else min(standing)
    return answer


@prepared
def _extremes(which: type[Max | Min]) -> QuerySet[Any]:
    events = Event.objects.filter(
        customer_id__among=Given("customers"), name=Given("event"), occurred_at__lte=Given("now")
    )
    return events.order_by().values_list("customer_id").annotate(at=which("occurred_at"))
