"""The outbox's two queues: messages whose time has come, and messages whose worker is gone. Both by a partial index."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.store.literal import literals
from orchestrator.store.prepared import Given

_CLAIMABLE = literals((State.PLANNED, State.RETRY_WAIT, State.UNCERTAIN))
_HELD_BY_A_WORKER = literals((State.LEASED, State.HANDING_OFF))


def claimable() -> QuerySet[Message]:
    """Messages that a worker may take when they are due."""
    return Message.objects.filter(state__in=_CLAIMABLE)


def due(now: datetime | Given) -> QuerySet[Message]:
    """Those that are due."""
    return claimable().filter(due_at__lte=now)


def lost(now: datetime | Given) -> QuerySet[Message]:
    """Those whose lease has run out."""
    return Message.objects.filter(state__in=_HELD_BY_A_WORKER, lease_until__lt=now)
