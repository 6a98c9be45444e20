"""RETAIN: take away old rows where a policy says so: a bounded window at a time, by primary key, or a whole month."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value

from orchestrator.domain.outbox import OPEN
from orchestrator.domain.retention import Row, Turn, kept_since, turn
from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.journeys.partitions.catalogue import Part, is_partitioned
from orchestrator.journeys.partitions.convert import attempt
from orchestrator.journeys.partitions.months import ahead, older, take_away
from orchestrator.journeys.partitions.tables import MONTHLY, Monthly
from orchestrator.messaging.models import Decision, DeliveryAttempt, MailboxMessage, Message, Receipt
from orchestrator.store import deadlines
from orchestrator.store.again import Busy
from orchestrator.workspace.models import Retention

BATCH = 1000
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
        except Busy:
            Retention.objects.filter(pk=policy.pk).update(due_at=now + BUSY_FOR)
            return 0


def would_go(policy: Retention, now: datetime, limit: int = BATCH) -> int:
    """How many rows a whole pass would take away; nothing is written."""
    total, found, old = 0, Turn([], 0, False), _before(policy, now)
    while not found.over:
        found = turn(window(policy.table, found.after, limit), old, limit)
        total += len(found.go)
    return total


def staying(table: str, part: Part, most: int = MOST_MOVED) -> list[int] | None:
    """The rows of a month that stay however old they are; None if they are too many to be moved under a lock."""
    rows: Any = _rows(table).filter(open=True, **_within(MONTHLY[table], part)).values_list("id", flat=True)
    ids = list(rows[: most + 1])
    return None if len(ids) > most else ids


def _by_rows(policy: Retention, now: datetime, limit: int) -> int:
    rows = window(policy.table, policy.after, limit)
    found = turn(rows, _before(policy, now), limit)
    _model(policy.table).objects.filter(id__in=found.go).delete()
    due_at = now + AGAIN_AFTER if found.over else policy.due_at
    Retention.objects.filter(pk=policy.pk).update(after=found.after, due_at=due_at)
    return len(rows)


def _by_month(policy: Retention, now: datetime) -> int:
    """Make the months to come, and take the first whole old one away; how many rows it had, about."""
    if not _is_monthly(policy.table):
        return 0
    monthly = MONTHLY[policy.table]
    for step in ahead(monthly, now):
        attempt(step)
    for part in older(monthly, _before(policy, now)):
        stay = staying(policy.table, part)
        if stay is not None:
            attempt(take_away(monthly, part, stay))
            return max(1, part.rows)
    return 0


def _before(policy: Retention, now: datetime) -> datetime:
    return kept_since(policy.days, now, _is_monthly(policy.table))


def _is_monthly(table: str) -> bool:
    return table in MONTHLY and is_partitioned(MONTHLY[table].table)


def _within(monthly: Monthly, part: Part) -> dict[str, datetime]:
    bounds = {f"{monthly.column}__gte": part.start, f"{monthly.column}__lt": part.to}
    return {name: at for name, at in bounds.items() if at is not None}


def window(table: str, after: int, limit: int) -> list[Row]:
    """The next rows after an id."""
    rows: Any = _rows(table).filter(id__gt=after).order_by("id")[:limit]
    return [Row(*row) for row in rows]


def _rows(table: str) -> QuerySet[Any]:
    waits = Exists(Message.objects.filter(pk=OuterRef("message_id"), state__in=OPEN))
    walks = Exists(Enrollment.objects.filter(pk=OuterRef("enrollment_id"), status=Enrollment.Status.ACTIVE))
    at, open_ = {
        "decision": ("decided_at", waits),
        "attempt": ("settled_at", waits),
        "step_run": ("left_at", walks),
        "receipt": ("received_at", Value(False)),
        "mailbox": ("composed_at", Value(False)),
    }[table]
    return _model(table).objects.annotate(open=open_).values_list("id", at, "open")


def _model(table: str) -> Any:
    models: dict[str, Any] = {
        "decision": Decision,
        "attempt": DeliveryAttempt,
        "step_run": StepRun,
        "receipt": Receipt,
        "mailbox": MailboxMessage,
    }
    return models[table]
