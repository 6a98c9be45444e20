"""RETAIN: take away old rows where a policy says so, a bounded window at a time, by primary key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value

from orchestrator.domain.outbox import OPEN
from orchestrator.domain.retention import Row, Turn, turn
from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.messaging.models import Decision, DeliveryAttempt, MailboxMessage, Message, Receipt
from orchestrator.store import deadlines
from orchestrator.workspace.models import Retention

BATCH = 1000
AGAIN_AFTER = timedelta(days=1)


def retain(now: datetime, limit: int = BATCH) -> int:
    """One window of the policy that is due first; answers how many rows were looked at. Two workers never share one."""
    with transaction.atomic():
        due = Retention.objects.filter(due_at__lte=now).order_by("due_at", "id")
        policy = due.select_for_update(skip_locked=True).first()
        if policy is None:
            return 0
        deadlines.extend()
        rows = window(policy.table, policy.after, limit)
        found = turn(rows, policy.days, limit, now)
        _model(policy.table).objects.filter(id__in=found.go).delete()
        due_at = now + AGAIN_AFTER if found.over else policy.due_at
        Retention.objects.filter(pk=policy.pk).update(after=found.after, due_at=due_at)
    return len(rows)


def would_go(policy: Retention, now: datetime, limit: int = BATCH) -> int:
    """How many rows a whole pass would take away; nothing is written."""
    total, found = 0, Turn([], 0, False)
    while not found.over:
        found = turn(window(policy.table, found.after, limit), policy.days, limit, now)
        total += len(found.go)
    return total


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
