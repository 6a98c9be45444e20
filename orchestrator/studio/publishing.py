"""What the page "Publish" says of a journey's draft: what would change, who is inside, what reaches whom and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator.domain.definition import DefinitionError, Problem
from orchestrator.domain.definition.audiences import AudienceTrigger
from orchestrator.journeys.check import Checked
from orchestrator.journeys.folders import NAMES
from orchestrator.journeys.launching import moments_of
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.plan import Plan, plan
from orchestrator.journeys.proposal import Proposal, checked
from orchestrator.journeys.staircase import Imagined, staircase
from orchestrator.journeys.standing import Inside
from orchestrator.messaging.models import Template
from orchestrator.studio import differences, drafts, outline, words
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.send_once import stairs

_TEMPLATES = {"new": gettext_lazy("new"), "changed": gettext_lazy("changed"), "gone": gettext_lazy("gone")}
_ICONS = {"new": "add_circle", "changed": "edit", "gone": "do_not_disturb_on"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem or a warning: its words, and where to mend it ("" where no page shows it)."""

    words: str
    url: str
    where: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A pair of steps of which the author alone knows whether they are the same: "renamed or new?"."""

    was: str
    to: str
    was_said: str
    to_said: str


@dataclass(frozen=True, slots=True)
class Place:
    """People at a step of a version."""

    version: int
    is_current: bool
    step: str
    people: str


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows of a sound draft."""

    headline: str
    unchanged: bool
    lines: list[differences.Line]
    steps: outline.Outline | None
    templates: list[dict[str, str]]
    pairs: list[Asked]
    inside: str
    places: list[Place]
    notes: list[str]
    launches: list[str]
    warnings: list[Trouble]


def look(row: Journey, asked: Proposal, now: datetime) -> Shown | list[Trouble]:
    """What publishing this would do; what keeps it from being published, if anything does."""
    try:
        sound = checked(row, asked, now)
    except DefinitionError as error:
        return troubles(row, error.problems)
    planned = plan(sound)
    before: Mapping[str, Any] = row.current.definition if row.current else {}
    after = sound.tree.plain()
    lines = list(_lines(planned, before, after)) if planned.number else []
    return Shown(
        headline(planned),
        planned.unchanged,
        lines,
        None if planned.number else outline.read(after),
        list(_templates(row, planned)),
        list(_pairs(planned, before, after)),
        _inside(planned),
        list(places(row, planned.inside)),
        list(_notes(planned)),
        list(_launches(sound, now)),
        troubles(row, sound.warnings),
    )


def _lines(planned: Plan, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[differences.Line]:
    """The differences; at a step that goes, how many people stand there."""
    for line in differences.lines(planned.changes, before, after):
        people = sum(one.steps.get(line.id, 0) for one in planned.inside) if line.kind == "removed" else 0
        note = _("there now: %(people)s") % {"people": words.people(people)} if people else ""
        yield replace(line, note=note)


def headline(planned: Plan) -> str:
    """ "Version 2 becomes version 3: 1 step new." """
    told = {"number": planned.number, "next": planned.next_number}
    if planned.number == 0:
        steps = len(planned.definition.step_ids())
        counted = ngettext("%(count)s step", "%(count)s steps", steps) % {"count": grouped(steps)}
        return _("This will be version %(next)s, with %(steps)s.") % (told | {"steps": counted})
    if planned.unchanged:
        return _("There is nothing to publish: the draft says what version %(number)s says.") % told
    if not planned.readable:
        said = (
            _("version %(number)s uses something that is no longer plugged in and cannot be compared") % told
        )
    elif planned.changes:
        said = differences.headline(planned.changes)
    elif planned.templates:
        said = _("the steps stay as they are, and what is sent changes")
    else:
        said = _("it is written otherwise and means the same")
    return _("Version %(number)s becomes version %(next)s: %(said)s.") % (told | {"said": said})


def troubles(row: Journey, problems: Sequence[Problem]) -> list[Trouble]:
    """Problems with a link each: to the line on the canvas, or to the template."""
    files = {one.file for one in problems if one.file and one.file not in NAMES}
    keys = {file.rpartition("/")[2].removesuffix(".yaml"): file for file in files}
    own = Template.objects.filter(journey=row.key, brand=row.brand_id, key__in=keys) if keys else ()
    urls = {keys[one.key]: url_of("messaging_template", one.pk) for one in own}
    canvas = reverse("admin:journeys_journey_canvas", args=[row.pk])
    return [
        Trouble(
            _told(one),
            urls.get(one.file, ""),
            _("template %(key)s") % {"key": _key(one.file)},
            one.code,
        )
        if one.file in files
        else Trouble(_told(one), f"{canvas}#line-{one.line}" if one.line else canvas, "", one.code)
        for one in problems
    ]


def _told(problem: Problem) -> str:
    """Its words; nobody in the studio writes files."""
    if problem.code == "unknown_template":
        problem = replace(problem, mend=_("Choose another, or write that template first."))
    return drafts.told(problem)


def _key(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".yaml")


def _templates(row: Journey, planned: Plan) -> Iterator[dict[str, str]]:
    found = Template.objects.filter(key__in=planned.templates, brand=row.brand_id, journey__in=("", row.key))
    ids = {one.key: one.pk for one in found.order_by("journey")}
    for key, what in planned.templates.items():
        url = url_of("messaging_template", ids[key]) if key in ids else ""
        yield {"key": key, "what": str(_TEMPLATES[what]), "icon": _ICONS[what], "url": url}


def _pairs(planned: Plan, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Asked]:
    old, new = outline.sentences(before), outline.sentences(after)
    for to, was in planned.changes.renamed.items():
        was_said = old[was].text if was in old else planned.changes.removed[was]
        yield Asked(was, to, was_said, new[to].text if to in new else planned.changes.added[to])


def _inside(planned: Plan) -> str:
    total = sum(one.people for one in planned.inside)
    if not planned.number:
        return ""
    if not total:
        return _("Nobody is inside.")
    told = {"people": words.people(total)}
    if planned.unchanged:
        return _("Inside now: %(people)s.") % told
    return _(
        "Inside now: %(people)s. Each stays on the version they entered by; new people take the new one. Once it is"
        " published you can move them to it, and see first who could be moved."
    ) % told  # fmt: skip


def places(row: Journey, inside: Sequence[Inside]) -> Iterator[Place]:
    """Who stands where, the newest version first; one query for the versions' sentences."""
    numbers = [one.number for one in inside]
    found = JourneyVersion.objects.filter(journey=row, number__in=numbers).values_list("number", "definition")
    said = {number: outline.sentences(definition) for number, definition in found} if numbers else {}
    current = row.current.number if row.current else 0
    for one in inside:
        known = said.get(one.number, {})
        for step, people in one.steps.items():
            text = known[step].text if step in known else step or "–"
            yield Place(one.number, one.number == current, text, words.people(people))


def _notes(planned: Plan) -> Iterator[str]:
    """What else a reader should know before they publish."""
    if planned.status == Journey.Status.PAUSED:
        yield _("The journey is paused: nobody enters until it is resumed, whatever is published.")
    if planned.status == Journey.Status.STOPPED:
        yield _("The journey is stopped: publishing does not start it again.")
    waiting = sum(count for steps in planned.unsent.values() for count in steps.values())
    if waiting:
        yield ngettext(
            "%(count)s message has not left yet; it leaves as its version wrote it.",
            "%(count)s messages have not left yet; they leave as their version wrote them.",
            waiting,
        ) % {"count": grouped(waiting)}
    if planned.timers:
        told = {"people": words.people(planned.timers)}
        yield (
            _("Times are set at which %(people)s enter; the way in has changed, so they are set anew.") % told
            if "entry" in planned.changes.header
            else _("Times are set at which %(people)s enter; they stay.") % told
        )


def _launches(sound: Checked, now: datetime) -> Iterator[str]:
    """When a campaign goes out, and to whom."""
    entry = sound.tree.plain().get("entry")
    said = outline.read({"entry": entry}).entries
    for trigger, text in zip(sound.definition.entry.triggers, said, strict=False):
        if isinstance(trigger, AudienceTrigger):
            begins, ends = moments_of(trigger)
            told = {"who": words.stopped(text), "begins": words.moment(begins), "ends": words.moment(ends)}
            yield (
                _("%(who)s By everybody's own clock: from %(begins)s to %(ends)s here.") % told
                if begins != ends
                else _("%(who)s That is %(begins)s here.") % told
            )


def reach(row: Journey, asked: Proposal, now: datetime) -> list[dict[str, Any]]:
    """How many a campaign would reach now, stair by stair; [] for what is no campaign. As long as its audience is large."""
    definition = checked(row, asked, now).definition
    audiences = [one for one in definition.entry.triggers if isinstance(one, AudienceTrigger)]
    if not audiences:
        return []
    try:
        return list(stairs(staircase(Imagined.of(definition, audiences[0]), now)))
    except ValueError:
        return []  # it sends nothing
