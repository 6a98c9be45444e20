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

LEASE = timedelta(seconds=60)
CRASHES_BEFORE_ALONE = 2


def claim(now: datetime, limit: int) -> list[Claimed]:
    """Lease at most `limit` due messages, each with a new fence.

    A message whose preparation has killed a worker before is taken alone, so that it can only hurt itself.
    """
    with transaction.atomic():
        ids = _safe(limit).column(now=now) or _suspect().column(now=now)
        if not ids:
            return []
        Message.objects.filter(id__among=ids).update(
            state=State.LEASED, fence=F("fence") + 1, claim=uuid.uuid4(), lease_until=now + LEASE
        )
        return read(ids)


@prepared
def _safe(limit: int) -> QuerySet[Any]:
    return _due().filter(crash_count__lt=CRASHES_BEFORE_ALONE).values_list("id")[:limit]


@prepared
def _suspect() -> QuerySet[Any]:
    return _due().values_list("id")[:1]


def _due() -> QuerySet[Message]:
    return queues.due(Given("now")).order_by("due_at", "id").select_for_update(skip_locked=True)
