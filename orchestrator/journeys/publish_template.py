"""PUBLISH A SHARED TEMPLATE: its draft becomes its newest version. Journeys pin it when they are published next."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Problem
from orchestrator.journeys.check import CONTEXT_ROOTS
from orchestrator.journeys.yaml import read
from orchestrator.messaging.blocks import with_blocks
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.content.source import TemplateSource, read_template
from orchestrator.messaging.memberships import unknown_segments
from orchestrator.messaging.models import Template, TemplateVersion
from orchestrator.messaging.sensitive import declared
from orchestrator.workspace.models import Workspace


class NotShared(Exception):
    """The template belongs to a journey: it is published with it."""


class NothingDrafted(Exception):
    """The text says what is published already, or is another than the one that was to be published."""


def publish_template(template_id: int, text: str, purpose: str, now: datetime) -> TemplateVersion:
    """Check this draft and publish it; raises DefinitionError with every problem, and then nothing has changed.

    A template without a draft is published once more where its blocks have other words now.

    Messages that are under way, and journeys that are live, keep the version they have.
    """
    with transaction.atomic():
        template = Template.objects.select_for_update(of=("self",)).get(pk=template_id)
        if template.journey:
            raise NotShared
        published = template.latest.source if template.latest is not None else ""
        if (template.draft or published) != text:
            raise NothingDrafted
        made = version_of(template, text, purpose, now, tried=False)
        if not template.draft and made.pk == template.latest_id:
            raise NothingDrafted
        template.latest, template.draft, template.draft_at = made, "", None
        template.save(update_fields=["latest", "draft", "draft_at"])
    return made


def version_of(template: Template, text: str, purpose: str, now: datetime, *, tried: bool) -> TemplateVersion:
    """The version that says what this text says, made where there is none; DefinitionError with what is wrong with it.

    `tried`: for a test; it stays apart from what is published until it is.
    """
    source = _checked(template, text, purpose)
    chain = tuple(Workspace.get().languages)
    prepared = prepare(source, purpose, chain, registry.current().filters)
    kept = {"topic": source.topic, "source": text, "prepared": prepared, "published_at": now, "tried": tried}
    made, _ = TemplateVersion.objects.get_or_create(template=template, digest=digest(prepared), defaults=kept)
    if made.tried and not tried:
        made.tried, made.published_at = False, now
        made.save(update_fields=["tried", "published_at"])
    return made


def _checked(template: Template, text: str, purpose: str) -> TemplateSource:
    source, lacking = with_blocks(read_template(read(text)), template.brand.key)
    workspace = Workspace.get()
    languages, filters = tuple(workspace.languages), registry.current().filters
    report = lint(source, purpose, languages, filters, CONTEXT_ROOTS, declared(workspace))
    problems = [*lacking, *unknown_segments(source), *report.errors]
    if source.key != template.key:
        what = f"the text is of the template “{source.key}”, not of “{template.key}”"
        problems.append(Problem((), 1, 1, "other_key", what, f"Write `template: {template.key}`."))
    if problems:
        raise DefinitionError(problems)
    return source
