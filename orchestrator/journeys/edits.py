"""EDITS: who has had a hand in what publishing would take now. Nobody approves their own work: `approval._decide`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from orchestrator.journeys.models import DraftEdit, Journey


def note_edit(key: str, by: Any, now: datetime) -> None:
    """Somebody has changed a journey's draft, or a template's that goes with it; "" is no journey's.

    Called in the edit's own transaction. The journey's row is locked, as it is by whoever publishes: an edit is noted
    before its draft is published, or after.
    """
    row = Journey.objects.filter(key=key).select_for_update(of=("self",)).values_list("pk", flat=True).first()
    if row is not None and by is not None:
        DraftEdit.objects.update_or_create(journey_id=row, user=by, defaults={"edited_at": now})


def forget_edits(journey: Journey) -> None:
    """What was edited is published now; the journey's row is locked."""
    DraftEdit.objects.filter(journey=journey).delete()


def edited_at(journey_id: int, by: Any) -> datetime | None:
    """When somebody last edited what would be published; None where they never did."""
    rows = DraftEdit.objects.filter(journey=journey_id, user=by.pk)
    return rows.values_list("edited_at", flat=True).first()


def editors(journey_ids: Collection[int]) -> set[tuple[int, int]]:
    """(journey, user) of all who have edited these."""
    return set(DraftEdit.objects.filter(journey__in=journey_ids).values_list("journey", "user"))
