"""Where a segment is used: what changes with its rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import Template
from orchestrator.segments.models import Segment
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.titles import title_of, titled
from orchestrator.workspace.models import Workspace


@dataclass(frozen=True, slots=True)
class Use:
    """One place: what it is called, what the segment does there, and its page."""

    title: str
    what: str
    url: str


def uses(key: str) -> list[Use]:
    """Journeys as they are published now and as they are drafted, templates, other segments, and the workspace's settings:
    six queries, for drafts those alone that have the key in them.
    """
    return [*_journeys(key), *_drafts(key), *_templates(key), *_segments(key), *_workspace(key)]


def say_uses(places: Sequence[Use]) -> str:
    """What stands beside the button "Save" while there is something to save; "" where nothing else changes by it."""
    count = len(places)
    told = ngettext("It is used in %(count)s place", "It is used in %(count)s places", count)
    return told % {"count": grouped(count)} if places else ""


def _journeys(key: str) -> Iterator[Use]:
    published = Journey.objects.filter(current__isnull=False).exclude(status=Journey.Status.STOPPED)
    for journey in titled(published.select_related("current")).order_by("title", "pk"):
        found = sorted({_said(path) for path in _places(journey.current.definition, key)})
        if found:
            what = ", ".join(said for _rank, said in found)
            yield Use(title_of(journey), what, url_of("journeys_journey", journey.pk))


def _drafts(key: str) -> Iterator[Use]:
    """Drafts that name it; one that cannot be read is told of where the word stands in it: better once too often."""
    drafted = Journey.objects.filter(draft__contains=key).exclude(status=Journey.Status.STOPPED)
    for journey in titled(drafted).order_by("title", "pk"):
        try:
            plain = read(journey.draft).plain()
            found = sorted({_said(path) for path in _places(plain, key)})
        except DefinitionError:
            found = [(0, _("as it is written"))] if re.search(rf"\b{re.escape(key)}\b", journey.draft) else []
        if found:
            what = _("its draft: %(where)s") % {"where": ", ".join(said for _rank, said in found)}
            yield Use(title_of(journey), what, url_of("journeys_journey", journey.pk))


def _templates(key: str) -> Iterator[Use]:
    """Templates whose words are others for its people, as they are published last."""
    published = Template.objects.filter(latest__isnull=False).order_by("key")
    for id_, name, prepared in published.values_list("pk", "key", "latest__prepared"):
        if key in (prepared.get("segments") or ()):
            yield Use(name, _("words for its people in this template"), url_of("messaging_template", id_))


def _segments(key: str) -> Iterator[Use]:
    for id_, other, title, rule, guard in Segment.objects.values_list("pk", "key", "title", "rule", "guard"):
        if other == key and guard:
            yield Use(title or other, _("its people get no marketing"), url_of("segments_segment", id_))
        if other != key and any(True for _path in _places(rule, key)):
            yield Use(title or other, _("a part of this segment's rule"), url_of("segments_segment", id_))


def _workspace(key: str) -> Iterator[Use]:
    workspace = Workspace.get()
    url = url_of("workspace_workspace", workspace.pk)
    if workspace.test_segment == key:
        yield Use(_("Settings"), _("who gets test messages"), url)
    if key in workspace.sensitive_segments:
        yield Use(_("Settings"), _("whose membership is told to nobody outside"), url)


def _places(plain: Any, key: str, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to each `segment: key`; a step goes by its id."""
    if isinstance(plain, dict):
        named = plain.get("segment")
        if named == key or (isinstance(named, dict) and key in (named.get("enters"), named.get("leaves"))):
            yield path
        for name, part in plain.items():
            yield from _places(part, key, (*path, name))
    elif isinstance(plain, list):
        for index, part in enumerate(plain):
            id_ = part.get("id") if isinstance(part, dict) else None
            yield from _places(part, key, (*path, id_ or index))


def _said(path: tuple[Any, ...]) -> tuple[int, str]:
    """What the segment does at a place, in the order in which a journey goes."""
    if path[:1] == ("steps",):
        step = [part for part in path if isinstance(part, str)][1:2]
        return 4, _("step “%(step)s”") % {"step": step[0]} if step else _("a step")
    if "only_if" in path:
        return 1, _("who may enter")
    told = {"goal": (2, _("the goal")), "exit_when": (3, _("who leaves early"))}
    return told.get(str(path[0]) if path else "", (0, _("who enters")))
