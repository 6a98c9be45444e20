"""DRAFTED: a stored journey as the texts that publishing would take: its draft, and those of its own templates."""

from __future__ import annotations

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.campaign import is_campaign
from orchestrator.journeys.folders import NAMES, Text
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import Template


def drafted(row: Journey) -> tuple[Text, tuple[Text, ...]]:
    """The draft, or the current version where there is none, with the journey's own templates in the same way."""
    source = row.draft or (row.current.source if row.current else "")
    own = Template.objects.filter(journey=row.key, brand=row.brand).order_by("key")
    texts = [
        (key, draft or source) for key, draft, source in own.values_list("key", "draft", "latest__source")
    ]
    # Bodies of calls are kept beside templates, under keys with a hyphen; they are no files.
    files = tuple(Text(f"templates/{key}.yaml", text) for key, text in texts if text and "-" not in key)
    return Text(_name(source), source), files


def _name(source: str) -> str:
    try:
        return NAMES[is_campaign(read(source))]
    except DefinitionError:
        return NAMES[0]
