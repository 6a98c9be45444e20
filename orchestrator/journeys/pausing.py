"""PAUSE a journey, and let it go on. Nobody enters, moves or is written to in a paused journey."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.domain.durations import Duration
from orchestrator.journeys.models import Journey
from orchestrator.workspace.models import Workspace


def pause(journey_id: int) -> bool:
    """Live -> paused; answers whether it was live. A condition in the statement, so two buttons at once are one."""
    return _move(journey_id, Journey.Status.LIVE, status=Journey.Status.PAUSED)


def resume(journey_id: int, now: datetime, staleness: Duration | None = None) -> bool:
    """Paused -> live; answers whether it was paused.

    What was due longer ago than `staleness` is not sent any more, whatever the journey's own `catch_up` says; waits
    that ran out go on.
    """
    fields: dict[str, Any] = {"status": Journey.Status.LIVE}
    if staleness is not None:
        fields["stale_before"] = staleness.before(now, ZoneInfo(Workspace.get().time_zone))
    return _move(journey_id, Journey.Status.PAUSED, **fields)


def _move(journey_id: int, before: str, **fields: Any) -> bool:
    return Journey.objects.filter(pk=journey_id, status=before).update(**fields) == 1
