"""PUBLISH: a checked journey becomes an immutable version, its templates pinned. New people take it; others stay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Problem
from orchestrator.domain.definition.audiences import AudienceTrigger
from orchestrator.domain.definition.tree import find
from orchestrator.journeys.admit import look_again
from orchestrator.journeys.calls import Prepared, prepared_calls
from orchestrator.journeys.check import Checked, check
from orchestrator.journeys.edits import forget_edits
from orchestrator.journeys.folders import Text
from orchestrator.journeys.launching import is_over, plan_launches
from orchestrator.journeys.models import Journey, JourneyVersion, Launch
from orchestrator.journeys.timers import seed
from orchestrator.journeys.versions import version
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.content.source import TemplateSource
from orchestrator.messaging.models import Template, TemplateVersion
from orchestrator.workspace.models import Brand, Workspace


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. `unchanged`: the journey and all its templates are as they were; no version was made."""

    journey: str
    number: int
    unchanged: bool
    warnings: tuple[str, ...] = ()


def publish(
    journey: Text, templates: Sequence[Text], now: datetime, by: Any = None, beside: Collection[str] = ()
) -> Published:
    """Check and publish; raises DefinitionError with every problem, and then nothing has changed.

    `beside`: keys of sound journeys that are published together with this one.
    """
    checked = check(journey, templates, beside)
    texts = {checked_key(checked, text): text for text in templates}
    with transaction.atomic():
        look_again(checked.definition.key, now)
        row = _journey(checked, journey, now)
        pinned = _pin(checked, texts, row, now)
        forget_edits(row)
        stored = checked.tree.plain()
        mark = hashlib.sha256(json.dumps([stored, pinned], sort_keys=True).encode()).hexdigest()
        warnings = tuple(str(one) for one in checked.warnings)
        if row.current is not None and row.current.digest == mark:
            return Published(row.key, row.current.number, True, warnings)
        refuse_what_is_over(checked, row, journey.file, now)
        number = (row.versions.aggregate(last=Max("number"))["last"] or 0) + 1
        made = JourneyVersion.objects.create(
            journey=row,
            number=number,
            source=journey.text,
            definition=stored,
            templates=pinned,
            digest=mark,
            published_at=now,
            published_by=by,
        )
        row.current = made
        row.status = Journey.Status.LIVE if row.status == Journey.Status.DRAFT else row.status
        row.save()
        seed(version(made.id), now)
        plan_launches(version(made.id), now)
    return Published(row.key, number, False, warnings)


def refuse_what_is_over(checked: Checked, row: Journey, file: str, now: datetime) -> None:
    """An audience whose time has passed would let nobody in; one that has begun may still be mended."""
    for trigger in checked.definition.entry.triggers:
        if not isinstance(trigger, AudienceTrigger) or not is_over(trigger, now):
            continue
        if not Launch.objects.filter(journey=row, on=trigger.on).exists():
            said = f"{trigger.on} {trigger.at:%H:%M}"
            place = next(
                filter(None, (find(checked.tree, "at", one) for one in (said, said.replace(" ", "T"))))
            )
            what, mend = f"{said} is over: nobody would come in", "Write a time that is still to come."
            raise DefinitionError([Problem((), place.line, place.column, "over", what, mend, file)])


def checked_key(checked: Checked, text: Text) -> str:
    """The key of the template in a file."""
    return next(source.key for source in checked.templates.values() if source.file == text.file)


def _journey(checked: Checked, text: Text, now: datetime) -> Journey:
    definition = checked.definition
    brand = Brand.objects.get(key=definition.brand or "default")
    row, _ = Journey.objects.select_for_update().get_or_create(
        key=definition.key, defaults={"brand": brand, "first_published_at": now}
    )
    languages = Workspace.get().languages or ["en"]
    row.title, row.brand, row.draft = definition.title_in(languages[0]), brand, text.text
    row.first_published_at = row.first_published_at or now
    return row


def _pin(checked: Checked, texts: Mapping[str, Text], row: Journey, now: datetime) -> dict[str, int]:
    """The journey's own templates in their present form, and the shared ones it uses."""
    pinned = keep_templates(checked, texts, row, now)
    shared = {one.name for one in checked.definition.references() if one.kind == "template"} - set(pinned)
    for found in Template.objects.filter(journey="", brand=row.brand, key__in=shared, latest__isnull=False):
        pinned[found.key] = found.latest_id  # type: ignore[assignment]
    for pin, call in prepared_calls(checked.definition):
        pinned[pin] = _call_version(row, call, now)
    return pinned


def keep_templates(
    checked: Checked, texts: Mapping[str, Text], row: Journey, now: datetime
) -> dict[str, int]:
    """The journey's own templates as versions: made, and their templates' latest, where they are new."""
    chain = tuple(Workspace.get().languages)
    kept: dict[str, int] = {}
    for key, source in checked.templates.items():
        prepared = prepare(source, checked.definition.purpose, chain, registry.current().filters)
        kept[key] = _template_version(row, source, texts[key], prepared, now)
    return kept


def _template_version(
    row: Journey, source: TemplateSource, text: Text, prepared: dict[str, Any], now: datetime
) -> int:
    """The version of the journey's template with this content; made, and its template's latest, if it is new."""
    return _version(row, source.key, source.topic, text.text, prepared, now)


def _call_version(row: Journey, call: Prepared, now: datetime) -> int:
    """A call's body is pinned as a template's text is, under a key that no author can give to a template."""
    return _version(row, call.key, "", call.source, call.prepared, now)


def _version(
    row: Journey, key: str, topic: str, source: str, prepared: Mapping[str, Any], now: datetime
) -> int:
    template, _ = Template.objects.get_or_create(key=key, brand=row.brand, journey=row.key)
    made, _ = TemplateVersion.objects.get_or_create(
        template=template,
        digest=digest(prepared),
        defaults={"topic": topic, "source": source, "prepared": prepared, "published_at": now},
    )
    if made.tried:
        TemplateVersion.objects.filter(pk=made.pk).update(tried=False, published_at=now)
    Template.objects.filter(pk=template.pk).update(latest=made)
    if template.draft and template.draft == source:
        Template.objects.filter(pk=template.pk, draft=source).update(draft="", draft_at=None)
    return made.pk
