"""RETAIN: take away old rows where a policy says so: a bounded window at a time, by primary key, or a whole month."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from orchestrator.customers.erase import EraseError
from orchestrator.domain.retention import floor_after, turn
from orchestrator.journeys.keeping.classes import CLASSES
from orchestrator.journeys.keeping.dry import AT_ONCE, before, is_monthly, look, read
from orchestrator.journeys.keeping.shape import ANY_TIME, BATCH, Moments
from orchestrator.journeys.partitions.catalogue import Part
from orchestrator.journeys.partitions.convert import attempt
from orchestrator.journeys.partitions.months import ahead, older, take_away
from orchestrator.journeys.partitions.tables import MONTHLY, Monthly
from orchestrator.store import deadlines
from orchestrator.store.again import Busy
from orchestrator.workspace.actions import Action
from orchestrator.workspace.audit import note
from orchestrator.workspace.models import Retention

__all__ = ["AGAIN_AFTER", "BATCH", "retain", "staying", "would_go"]
AGAIN_AFTER = timedelta(days=1)
BUSY_FOR = timedelta(minutes=10)
MOST_MOVED = 10_000  # rows of a month that stay; more, and the month goes row by row until fewer are left


def retain(now: datetime, limit: int = BATCH) -> int:
    """One window of the policy that is due first; answers how many rows were looked at. Two workers never share one.

    A table that is kept by months gives up a month a turn, whole, as long as there is one; then the rest by rows.
    """
    with transaction.atomic():
        due = Retention.objects.filter(due_at__lte=now).order_by("due_at", "id")
        policy = due.select_for_update(skip_locked=True).first()
        if policy is None:
            return 0
        deadlines.extend()
        try:
            return _by_month(policy, now) or _by_rows(policy, now, limit)
        except (Busy, EraseError):
            Retention.objects.filter(pk=policy.pk).update(due_at=now + BUSY_FOR)
            return 0


def would_go(policy: Retention, now: datetime, limit: int = AT_ONCE) -> int:
    """How many rows a whole pass would take away; nothing is written."""
    return look(policy, now, limit).count


def staying(table: str, part: Part, most: int = MOST_MOVED) -> list[int] | None:
    """The rows of a month that stay however old they are; None if they are too many to be moved under a lock."""
    rows: Any = CLASSES[table].rows(ANY_TIME).filter(is_open=True, **_within(MONTHLY[table], part))
    ids = list(rows.values_list("pk", flat=True)[: most + 1])
    return None if len(ids) > most else ids


def _by_rows(policy: Retention, now: datetime, limit: int) -> int:
    one, when = CLASSES[policy.table], Moments(before(policy, now), now)
    limit = min(limit, one.most)
    start = max(policy.after, policy.floor)
    rows = read(one, when, start, limit)
    found = turn(rows, when.before, limit)
    if found.go:
        one.take(one.model, found.go, now)
    stays = policy.stays if policy.stays is not None else found.stays
    went = policy.went + len(found.go)
    if not found.over:
        after = 0 if one.by_time else found.after
        Retention.objects.filter(pk=policy.pk).update(went=went, stays=stays, after=after)
        return len(rows)
    floor = 0 if one.by_time else floor_after(policy.floor, stays, rows[-1].id if rows else start)
    _end(policy, went, floor, now)
    return len(rows)


def _end(policy: Retention, went: int, floor: int, now: datetime) -> None:
    """A pass is over: the next is tomorrow's; what went is noted, in numbers, in the transaction of its last window."""
    Retention.objects.filter(pk=policy.pk).update(
        after=0, stays=None, went=0, passed=went, passed_at=now, floor=floor, due_at=now + AGAIN_AFTER
    )
    if went:
        note(Action.TAKEN_AWAY, None, policy, now, table=policy.table, days=policy.days, count=went)


def _by_month(policy: Retention, now: datetime) -> int:
    """Make the months to come, and take the first whole old one away; how many rows it had, about."""
    if not is_monthly(policy.table):
        return 0
    monthly = MONTHLY[policy.table]
    for step in ahead(monthly, now):
        attempt(step)
    for part in older(monthly, before(policy, now)):
        stay = staying(policy.table, part)
        if stay is not None:
            attempt(take_away(monthly, part, stay))
            # About: what the catalogue says of the month's rows.
            gone = max(0, part.rows - len(stay))
            Retention.objects.filter(pk=policy.pk).update(went=F("went") + gone)
            return max(1, part.rows)
    return 0


def _within(monthly: Monthly, part: Part) -> dict[str, datetime]:
    bounds = {f"{monthly.column}__gte": part.start, f"{monthly.column}__lt": part.to}
    return {name: at for name, at in bounds.items() if at is not None}
