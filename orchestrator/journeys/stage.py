"""STAGE: a checked journey is kept as a draft with its templates, so that another can look at it before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.journeys.check import check
from orchestrator.journeys.edits import note_edit
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Journey
from orchestrator.journeys.publish import checked_key, keep_templates
from orchestrator.workspace.models import Brand, Workspace


@transaction.atomic
def stage(journey: Text, templates: Sequence[Text], now: datetime, by: Any = None) -> Journey:
    """Keep a new journey that is not published; raises DefinitionError, and IntegrityError where its key is taken."""
    checked = check(journey, templates)
    definition = checked.definition
    languages = Workspace.get().languages or ["en"]
    row = Journey.objects.create(
        key=definition.key,
        title=definition.title_in(languages[0]),
        brand=Brand.objects.get(key=definition.brand or "default"),
        draft=journey.text,
    )
    keep_templates(checked, {checked_key(checked, text): text for text in templates}, row, now)
    note_edit(row.key, by, now)
    return row
