"""The versions of a journey: what each changed, and in what two of them differ, in sentences and line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from orchestrator.domain.definition import Definition, DefinitionError
from orchestrator.journeys.calls import without_calls
from orchestrator.journeys.changes import Changes, compare
from orchestrator.journeys.models import Journey, JourneyVersion, PublishRequest
from orchestrator.journeys.standing_in import read
from orchestrator.messaging.models import TemplateVersion
from orchestrator.studio import differences, words
from orchestrator.studio.links import url_of
from orchestrator.studio.requests import name_of

SHOWN = 10
_AROUND = 3  # equal lines shown around a difference


@dataclass(frozen=True, slots=True)
class Row:
    """A version in the history: what it changed of the one before, in one sentence."""

    number: int
    url: str
    compare: str
    when: str
    who: str
    what: str
    is_current: bool
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of two texts: its number in each ("" where it is not there), its sign, and the sign in a word."""

    before: str
    after: str
    sign: str
    word: str
    text: str
    kind: str


def history(journey: Journey) -> list[Row]:
    """The newest versions, the newest first; two queries, however many there are."""
    rows = list(_versions(journey).order_by("-number")[: SHOWN + 1])
    asked = PublishRequest.objects.filter(version__in=[one.pk for one in rows]).select_related("asked_by")
    askers = {one.version_id: name_of(one.asked_by) for one in asked}
    before: list[JourneyVersion | None] = [*rows[1:], None]
    return [_row(journey, one, was, askers) for one, was in zip(rows, before, strict=True)][:SHOWN]


def _versions(journey: Journey) -> QuerySet[JourneyVersion]:
    return JourneyVersion.objects.filter(journey=journey).select_related("published_by")


def _row(
    journey: Journey, one: JourneyVersion, was: JourneyVersion | None, askers: Mapping[int | None, str]
) -> Row:
    who = name_of(one.published_by) if one.published_by else ""
    if one.pk in askers:
        who = _("%(who)s, as %(asker)s had asked") % {"who": who, "asker": askers[one.pk]}
    return Row(
        one.number,
        url_of("journeys_journeyversion", one.pk),
        url_of_comparison(journey, was.number, one.number) if was is not None else "",
        words.moment(one.published_at),
        who or _("by files"),
        say_changed(was, one) if was is not None else _("the first version"),
        one.pk == journey.current_id,
        one.stopped_at is not None,
    )


def url_of_comparison(journey: Journey, before: int, after: int) -> str:
    """The page that compares two versions."""
    return reverse("admin:journeys_journey_versions", args=[journey.pk, before, after])


def say_changed(before: JourneyVersion, after: JourneyVersion) -> str:
    """In one sentence what a version changed of another."""
    found = _changes(before, after)
    if found is None:
        return _("uses something that is no longer plugged in and cannot be compared")
    told = [differences.headline(found)] if found else []
    keys = sorted(_other_templates(before, after))
    if keys:
        told.append(_("templates changed: %(keys)s") % {"keys": ", ".join(keys)})
    return "; ".join(told) or _("it is written otherwise and means the same")


def comparison(before: JourneyVersion, after: JourneyVersion) -> dict[str, Any]:
    """All that the page of two versions shows; one query for their templates' texts."""
    found = _changes(before, after)
    lines = differences.lines(found, before.definition, after.definition) if found is not None else ()
    return {
        "said": say_changed(before, after),
        "lines": list(lines),
        "text": list(text_lines(before.source, after.source)),
        "templates": list(_templates(before, after)),
    }


def text_lines(before: str, after: str) -> Iterator[TextLine]:
    """The lines of two texts in which they differ, with some around; a gap between two places is a line of its own."""
    old, new = before.splitlines(), after.splitlines()
    groups = difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND)
    for place, group in enumerate(groups):
        if place:
            yield TextLine("", "", "⋯", _("lines that are the same"), "", "gap")
        for kind, i, until_i, j, until_j in group:
            if kind == "equal":
                for old_line, new_line in zip(range(i, until_i), range(j, until_j), strict=True):
                    yield TextLine(str(old_line + 1), str(new_line + 1), "", "", old[old_line], "same")
                continue
            for line in range(i, until_i):
                yield TextLine(str(line + 1), "", "−", _("gone"), old[line], "removed")
            for line in range(j, until_j):
                yield TextLine("", str(line + 1), "+", _("new"), new[line], "added")


def _changes(before: JourneyVersion, after: JourneyVersion) -> Changes | None:
    old, new = _definition(before), _definition(after)
    return compare(old, new) if old is not None and new is not None else None


def _definition(one: JourneyVersion) -> Definition | None:
    try:
        return read(one).definition
    except DefinitionError:
        return None


def _other_templates(before: JourneyVersion, after: JourneyVersion) -> set[str]:
    """Keys of templates that are not the same in both; bodies of calls are none."""
    old, new = _pinned(before), _pinned(after)
    return {key for key in {*old, *new} if old.get(key) != new.get(key)}


def _pinned(one: JourneyVersion) -> dict[str, int]:
    templates = set(without_calls(one.templates))
    return {key: pin for key, pin in one.templates.items() if pin in templates}


def _templates(before: JourneyVersion, after: JourneyVersion) -> Iterator[dict[str, Any]]:
    keys = sorted(_other_templates(before, after))
    ids = [one.templates[key] for one in (before, after) for key in keys if key in one.templates]
    texts = dict(TemplateVersion.objects.filter(pk__in=ids).values_list("pk", "source"))
    for key in keys:
        old, new = (texts.get(one.templates.get(key), "") for one in (before, after))
        what = "changed" if old and new else "added" if new else "removed"
        icon, word = differences.SIGNS[what]
        yield {"key": key, "what": what, "icon": icon, "word": str(word), "lines": list(text_lines(old, new))}
