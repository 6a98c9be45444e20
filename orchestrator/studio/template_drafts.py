"""A template's draft: opened with its revision, saved unless somebody else has been faster, thrown away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from orchestrator.journeys.edits import note_edit
from orchestrator.journeys.template_text import Parts, write_parts
from orchestrator.messaging.content.source import KEY
from orchestrator.messaging.models import Template
from orchestrator.studio.drafting import Conflict, revision


def editable(template: Template) -> bool:
    """Whether it is a message's text. The body of a call is pinned as a template, too: it is changed in its journey."""
    return KEY.fullmatch(template.key) is not None


def opened(template: Template) -> str:
    """The draft, else what is published, else where to begin."""
    published = template.latest.source if template.latest is not None else ""
    return template.draft or published or f"template: {template.key}\n"


def save(template: Template, parts: Parts, since: str, by: Any, now: datetime) -> str:
    """Keep these parts, if the draft still is what `since` names; answers its new revision.

    Raises Conflict and CannotWrite. One conditional write: of two who save at once, one is told. Who edited what goes with a
    journey's draft is noted with it (`journeys/edits.py`).
    """
    was = held(template, since, now)
    text = write_parts(was, parts)
    if text != was:
        published = template.latest.source if template.latest is not None else ""
        kept = "" if text == published else text
        unchanged = Template.objects.filter(
            pk=template.pk, draft=template.draft, latest_id=template.latest_id
        )
        with transaction.atomic():
            saved = unchanged.update(draft=kept, draft_at=now)
            if saved:
                note_edit(template.journey, by, now)
        if not saved:
            raise _conflict(Template.objects.select_related("latest").get(pk=template.pk), now)
    return revision(text)


def held(template: Template, since: str, now: datetime) -> str:
    """The text as it is kept, if it still is what `since` names; raises Conflict."""
    text = opened(template)
    if revision(text) != since:
        raise _conflict(template, now)
    return text


@transaction.atomic
def discard(template: Template, by: Any, now: datetime) -> bool:
    """Throw the draft away; what is published is untouched. False where there is none."""
    gone = Template.objects.filter(pk=template.pk).exclude(draft="").update(draft="", draft_at=None)
    if gone:
        note_edit(template.journey, by, now)
    return bool(gone)


def _conflict(template: Template, now: datetime) -> Conflict:
    kind = ContentType.objects.get_for_model(Template)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(template.pk)).select_related("user")
    last = entries.order_by("-action_time", "-pk").first()
    who = last.user.get_full_name() or last.user.get_username() if last is not None else ""
    published = template.latest.published_at if template.latest is not None else now
    text = opened(template)
    return Conflict(who, template.draft_at or published, text, revision(text))
