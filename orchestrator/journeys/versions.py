"""Published versions, parsed once: they are immutable, so keeping them is safe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.definition import Definition
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.standing_in import read
from orchestrator.store.prepared import prepared


@dataclass(frozen=True, slots=True)
class Live:
    """A version with its definition. `journey_at`: when the journey was first published; `exits_unknown`: its people
    and their messages stay where they are, since nobody can tell who should have left."""

    id: int
    number: int
    journey_id: int
    key: str
    brand_id: int
    journey_at: datetime
    templates: Mapping[str, int]
    definition: Definition
    exits_unknown: bool = False


@lru_cache(maxsize=1024)
def version(version_id: int) -> Live:
    """A version by id."""
    row = JourneyVersion.objects.select_related("journey").get(pk=version_id)
    reading, journey = read(row), row.journey
    published = journey.first_published_at or row.published_at
    return Live(
        row.id, row.number, journey.id, journey.key, journey.brand_id, published, row.templates,
        reading.definition, reading.exits_unknown,
    )  # fmt: skip


def versions(ids: Iterable[int]) -> dict[int, Live]:
    """Several at once."""
    return {one: version(one) for one in set(ids)}


def live() -> list[Live]:
    """The current version of every live journey: what new people enter. One small query."""
    return [version(current) for current in _current().column()]


@prepared
def _current() -> QuerySet[Any]:
    journeys = Journey.objects.filter(status=Journey.Status.LIVE, current__isnull=False).order_by("id")
    return journeys.values_list("current_id")
