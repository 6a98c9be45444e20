"""CATCH UP: after a pause or downtime, what is too late to be sent at all. SEMANTICS §5."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.domain.durations import Duration


def stale_before(
    limit: Duration | None, wished: datetime | None, zone: ZoneInfo, now: datetime
) -> datetime | None:
    """The moment before which whatever was due is too late: the later of the journey's limit and a wish at resuming.

    None: nothing is ever too late.
    """
    moments = [moment for moment in (limit.before(now, zone) if limit else None, wished) if moment]
    return max(moments, default=None)


def is_stale(due_at: datetime | None, before: datetime | None) -> bool:
    """Whether something due at this moment is too late; a moment nobody knows never is."""
    return due_at is not None and before is not None and due_at < before


def due_since(due_at: datetime | None, entered_at: datetime | None, now: datetime) -> datetime:
    """Since when a walk has been due that begins now.

    `entered_at` is given for whoever has just been let in: they are due since what let them in, however late that
    was heard of.
    """
    return min(at for at in (due_at, entered_at, now) if at is not None)
