"""CLAIM: take due messages for one worker. The first of the three commits of a delivery."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from orchestrator.domain.outbox import State
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.messaging.rows import Claimed, read

LEASE = timedelta(seconds=60)
CRASHES_BEFORE_ALONE = 2


def claim(now: datetime, limit: int) -> list[Claimed]:
    """Lease at most `limit` due messages, each with a new fence.

    A message whose preparation has killed a worker before is taken alone, so that it can only hurt itself.
    """
    with transaction.atomic():
        due = queues.due(now).order_by("due_at", "id")
        due = due.select_for_update(skip_locked=True)
        ids = list(due.filter(crash_count__lt=CRASHES_BEFORE_ALONE).values_list("id", flat=True)[:limit])
        if not ids:
            ids = list(due.values_list("id", flat=True)[:1])
        if not ids:
            return []
        Message.objects.filter(id__in=ids).update(
            state=State.LEASED, fence=F("fence") + 1, claim=uuid.uuid4(), lease_until=now + LEASE
        )
        return read(ids)
