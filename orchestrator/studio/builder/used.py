"""Where a segment is used: what changes with its rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.journeys.models import Journey
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
    """Journeys as they are published now, other segments, and the workspace's tests: three queries."""
    return [*_journeys(key), *_segments(key), *_workspace(key)]


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


def _segments(key: str) -> Iterator[Use]:
    for id_, other, title, rule in Segment.objects.values_list("pk", "key", "title", "rule"):
        if other != key and any(True for _path in _places(rule, key)):
            yield Use(title or other, _("a part of this segment's rule"), url_of("segments_segment", id_))


def _workspace(key: str) -> Iterator[Use]:
    workspace = Workspace.get()
    if workspace.test_segment == key:
        url = url_of("workspace_workspace", workspace.pk)
        yield Use(_("Settings"), _("who gets test messages"), url)


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
