"""Pause a journey, and let it go on."""

from __future__ import annotations

from orchestrator.journeys.models import Journey


def pause(journey_id: int) -> bool:
    """Live -> paused; answers whether it was live. A condition in the statement, so two buttons at once are one."""
    return _move(journey_id, Journey.Status.LIVE, Journey.Status.PAUSED)


def resume(journey_id: int) -> bool:
    """Paused -> live; answers whether it was paused."""
    return _move(journey_id, Journey.Status.PAUSED, Journey.Status.LIVE)


def _move(journey_id: int, before: str, after: str) -> bool:
    return Journey.objects.filter(pk=journey_id, status=before).update(status=after) == 1
