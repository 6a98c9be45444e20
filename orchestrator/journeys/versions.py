"""Published versions, parsed once: they are immutable, so keeping them is safe."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from orchestrator import registry
from orchestrator.domain.definition import Definition, DefinitionError, from_plain, parse
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.steps.gone import gone
from orchestrator.journeys.yaml import read
from orchestrator.store.prepared import prepared

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Live:
    """A version with its definition. `journey_at`: when the journey was first published."""

    id: int
    number: int
    journey_id: int
    key: str
    brand_id: int
    journey_at: datetime
    templates: Mapping[str, int]
    definition: Definition


@lru_cache(maxsize=1024)
def version(version_id: int) -> Live:
    """A version by id."""
    row = JourneyVersion.objects.select_related("journey").get(pk=version_id)
    definition = _definition(row)
    journey = row.journey
    published = journey.first_published_at or row.published_at
    return Live(
        row.id, row.number, journey.id, journey.key, journey.brand_id, published, row.templates, definition
    )


def _definition(row: JourneyVersion) -> Definition:
    """What was published, also where a step's plugin has been switched off since: its people wait there."""
    known, tree = registry.current(), from_plain(row.definition)
    try:
        return parse(tree, known.steps, known.conditions)
    except DefinitionError:
        missing = _missing_kinds(row)
        if not missing:
            raise
    names = ", ".join(missing)
    log.error(
        "journey %s, version %s: no plugin that is on has the steps %s; whoever comes there waits",
        row.journey.key, row.number, names,
    )  # fmt: skip
    return parse(tree, {**known.steps, **{name: gone(name) for name in missing}}, known.conditions)


def _missing_kinds(row: JourneyVersion) -> list[str]:
    """Kinds of steps that nobody registers; by the text, where a step begins with its kind's name."""
    known = registry.current()
    try:
        parse(read(row.source), known.steps, known.conditions)
    except DefinitionError as error:
        unknown = [problem.path[-1] for problem in error.problems if problem.code == "unknown_step"]
        return sorted({name for name in unknown if isinstance(name, str)})
    return []


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
