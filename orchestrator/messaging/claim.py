"""CLAIM: take due messages for one worker. The first of the three commits of a delivery."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from orchestrator.domain.lanes import LANES, Waiting, chosen
from orchestrator.domain.outbox import State
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.messaging.rows import Claimed, read
from orchestrator.store.prepared import Given, prepared

LEASE = timedelta(seconds=60)
CRASHES_BEFORE_ALONE = 2


def claim(now: datetime, limit: int) -> list[Claimed]:
    """Lease at most `limit` due messages, each with a new fence; transactional ones first.

    A message whose preparation has killed a worker before is taken alone, so that it can only hurt itself.
    """
    with transaction.atomic():
        ids = _safe(now, limit) or _suspect(now)
        if not ids:
            return []
        Message.objects.filter(id__among=ids).update(
            state=State.LEASED, fence=F("fence") + 1, claim=uuid.uuid4(), lease_until=now + LEASE
        )
        return read(ids)


def _safe(now: datetime, limit: int) -> list[int]:
    # What a lane offers and does not get is free again with this commit: the price of choosing among locked rows.
    waiting = {lane: _waiting(lane, limit).rows(now=now) for lane in LANES}
    return [id_ for _, id_ in chosen(waiting, limit)]


def _suspect(now: datetime) -> list[int]:
    found: list[Waiting] = [one for lane in LANES for one in _suspects(lane).rows(now=now)]
    return [min(found)[1]] if found else []


@prepared
def _waiting(lane: str, limit: int) -> QuerySet[Any]:
    return _due(lane).filter(crash_count__lt=CRASHES_BEFORE_ALONE)[:limit]


@prepared
def _suspects(lane: str) -> QuerySet[Any]:
    return _due(lane)[:1]


def _due(lane: str) -> QuerySet[Any]:
    due = queues.lane(lane).filter(due_at__lte=Given("now")).order_by("due_at", "id")
    return due.select_for_update(skip_locked=True).values_list("due_at", "id")
