"""CANCEL: what has not left need not leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message

_STOPPABLE = (State.PLANNED, State.RETRY_WAIT)


def cancel(reasons: Mapping[int, str], now: datetime) -> int:
    """Cancel the waiting messages of these enrollments (id -> reason); answers how many.

    One that a worker is preparing right now is not touched here: the gate sees the ended enrollment for itself.
    """
    with transaction.atomic():
        return sum(
            stop(Q(enrollment_id__in=[id_ for id_, why in reasons.items() if why == reason]), reason, now)
            for reason in sorted(set(reasons.values()))
        )


def stop(which: Q, reason: str, now: datetime) -> int:
    """Cancel those of these messages that still wait; answers how many.

    They are locked by id first: two that stop overlapping sets wait for each other, and never in a circle. A worker
    that claims one meanwhile has got it, or finds it cancelled. Call it inside a transaction.
    """
    waiting = Message.objects.filter(which, state__in=_STOPPABLE).order_by("id").select_for_update()
    ids = list(waiting.values_list("id", flat=True))
    return Message.objects.filter(id__in=ids, state__in=_STOPPABLE).update(
        state=State.CANCELLED,
        reason=reason,
        final_at=now,
        counted_at=None,
        wake_pending=True,
        lease_until=None,
    )
