"""CLAIM: take due messages for one worker. The first of the three commits of a delivery."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from orchestrator.domain.outbox import State
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.messaging.rows import Claimed, read
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.halt import halted_at

LEASE = timedelta(seconds=60)
CRASHES_BEFORE_ALONE = 2


def claim(now: datetime, limit: int) -> list[Claimed]:
    """Lease at most `limit` due messages, each with a new fence.

    While all sending is halted, only those that somebody has released since. A message whose preparation has killed
    a worker before is taken alone, so that it can only hurt itself.
    """
    with transaction.atomic():
        since = halted_at()
        halted = since is not None
        ids = _safe(limit, halted).column(now=now, since=since) or _suspect(halted).column(
            now=now, since=since
        )
        if not ids:
            return []
        Message.objects.filter(id__among=ids).update(
            state=State.LEASED, fence=F("fence") + 1, claim=uuid.uuid4(), lease_until=now + LEASE
        )
        return read(ids)


@prepared
def _safe(limit: int, halted: bool) -> QuerySet[Any]:
    return _due(halted).filter(crash_count__lt=CRASHES_BEFORE_ALONE).values_list("id")[:limit]


@prepared
def _suspect(halted: bool) -> QuerySet[Any]:
    return _due(halted).values_list("id")[:1]


def _due(halted: bool) -> QuerySet[Message]:
    due = queues.due(Given("now"))
    if halted:
        due = due.filter(released_at__isnull=False, released_at__gte=Given("since"))
    return due.order_by("due_at", "id").select_for_update(skip_locked=True)
