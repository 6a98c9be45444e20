"""People who were moved to another version: what was done to them, and what their earlier steps did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.journeys.migrate import MIGRATED
from orchestrator.journeys.models import Enrollment, JourneyVersion, StepRun


def say_move(evidence: Mapping[str, Any]) -> str:
    """From which step of which version to which."""
    told = {name: evidence.get(name, "–") for name in ("from_step", "from_version", "to_step", "to_version")}
    sentence = _(
        "from step %(from_step)s of version %(from_version)s to step %(to_step)s of version %(to_version)s"
    )
    return sentence % told


def definitions(
    enrollment: Enrollment, current: Mapping[str, Any], runs: Sequence[StepRun]
) -> list[Mapping[str, Any]]:
    """The stored definitions of all versions they walked by, the earliest first; one query for whoever was moved."""
    numbers = {run.evidence.get("from_version") for run in runs if run.outcome == MIGRATED}
    if not numbers:
        return [current]
    earlier = JourneyVersion.objects.filter(journey=enrollment.journey_id, number__in=numbers)
    return [*earlier.order_by("number").values_list("definition", flat=True), current]
