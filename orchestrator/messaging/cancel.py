"""CANCEL: what has not left need not leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message

_STOPPABLE = (State.PLANNED, State.RETRY_WAIT)


def cancel(reasons: Mapping[int, str], now: datetime) -> int:
    """Cancel the waiting messages of these enrollments (id -> reason); answers how many.

    One that a worker is preparing right now is not touched here: the gate sees the ended enrollment for itself.
    """
    count = 0
    for reason in set(reasons.values()):
        ids = [enrollment for enrollment, why in reasons.items() if why == reason]
        waiting = Message.objects.filter(enrollment_id__in=ids, state__in=_STOPPABLE)
        count += waiting.update(
            state=State.CANCELLED,
            reason=reason,
            final_at=now,
            counted_at=None,
            wake_pending=True,
            lease_until=None,
        )
    return count
