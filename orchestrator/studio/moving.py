"""The page "Move people": who is on older versions, what would become of them, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator.journeys.changes import compare
from orchestrator.journeys.migrate import Migrated, migrate
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.journeys.movable import NotMovable, check_steps, older
from orchestrator.journeys.standing import inside
from orchestrator.journeys.versions import version
from orchestrator.studio import outline, words
from orchestrator.studio.numbers import grouped

LOOKED_AT = 3_000  # people that a page decides about before it is shown: about half a second
AT_ONCE = 2_000  # people moved while somebody waits; more are moved by a process of their own
_PAIR = re.compile(r"[a-z][a-z0-9_]{0,62}=[a-z][a-z0-9_]{0,62}")
_WHY = {
    "unmappable": gettext_lazy("the current version has no such step: choose below what it becomes"),
    "under_way": gettext_lazy("a message to them is on its way: once it is final, move them again"),
    "would_resend": gettext_lazy("they would be sent “%(at)s” again"),
    "would_repeat": gettext_lazy("the way on leads through “%(at)s”, where they have been"),
    "waits": gettext_lazy("their wait has changed: it can be counted anew below"),
    "in_repeat": gettext_lazy("they stand in rounds that the current version does not have"),
    "old_name": gettext_lazy("“%(at)s” asks about a message that was sent under another step's name"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: from which version (None: all older ones), by which map of steps, and whether waits are
    counted anew."""

    number: int | None
    steps: Mapping[str, str]
    recompute: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Some people of a version at a step, and what becomes of them."""

    version: int
    step: str
    to: str
    people: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A step that the current version does not have, what it could become, and which of that is likely."""

    step: str
    said: str
    people: str
    options: list[tuple[str, str, bool]]
    likely: str


class Unclear(ValueError):
    """What was asked for is nothing that the page asks."""


def read_wish(given: QueryDict) -> Wish:
    """What a form says; raises Unclear."""
    number, pairs = given.get("from", ""), [one for one in given.getlist("map") if one]
    if (number and not re.fullmatch(r"[0-9]{1,9}", number)) or not all(map(_PAIR.fullmatch, pairs)):
        raise Unclear
    split = [one.split("=") for one in pairs]
    if len({old for old, _new in split}) < len(split):
        raise Unclear
    return Wish(int(number) if number else None, dict(split), "recompute" in given)


def sources(journey: Journey, wish: Wish) -> list[JourneyVersion]:
    """The versions that people are moved from; raises NotMovable."""
    one = None
    if wish.number is not None:
        one = journey.versions.filter(number=wish.number).first()
        if one is None:
            raise NotMovable("unknown_version", f"there is no version {wish.number}.")
    found = older(journey, one)
    check_steps(journey, found, wish.steps)
    return found


def foresee(journey: Journey, wish: Wish, now: datetime) -> dict[str, Any]:
    """All that the page shows before anybody is moved; it decides about at most three thousand people."""
    found = sources(journey, wish)
    current = journey.current
    assert current is not None
    everybody = inside(journey, version(current.pk).definition.step_ids())
    numbers = {one.number for one in found}
    standing = [one for one in everybody if one.number in numbers]
    people = sum(one.people for one in standing)
    with_people = [one for one in found if one.number in {here.number for here in standing}]
    would = migrate(journey, with_people, wish.steps, now, recompute=wish.recompute, dry=True, most=LOOKED_AT)
    said = _sentences(journey, with_people)
    return {
        "people": people,
        "headline": _headline(people, would),
        "moved": list(_moved(would, said, current.number)),
        "stayed": list(_stayed(would, said)),
        "choices": list(_choices(journey, with_people, standing, wish, said)),
        "has_waits": wish.recompute or any(reason == "waits" for _n, _s, reason, _at in would.stayed),
        "movable": would.moved.total() > 0,
        "button": _button(would, people),
        "all_numbers": [one.number for one in everybody if one.number != current.number],
    }


def people_on(journey: Journey, found: Sequence[JourneyVersion]) -> int:
    """How many are on these versions."""
    numbers = {one.number for one in found}
    return sum(one.people for one in inside(journey, ()) if one.number in numbers)


def say_done(done: Migrated) -> str:
    """What became of them, in one sentence."""
    told = {
        "moved": words.people(done.moved.total()),
        "number": done.number,
        "stayed": words.people(done.stayed.total()),
    }
    if not done.looked_at:
        return _("Nobody is on an older version.")
    return _("Moved to version %(number)s: %(moved)s. Stayed: %(stayed)s.") % told


def _headline(people: int, would: Migrated) -> str:
    if not people:
        return _("Nobody is on an older version: there is nobody to move.")
    told = {
        "people": words.people(people),
        "number": would.number,
        "moved": words.people(would.moved.total()),
        "stayed": words.people(would.stayed.total()),
        "looked_at": grouped(would.looked_at),
    }
    if would.looked_at < people:
        return _(
            "On older versions: %(people)s. Of the first %(looked_at)s looked at, would move to version %(number)s:"
            " %(moved)s; would stay: %(stayed)s."
        ) % told  # fmt: skip
    return (
        _(
            "On older versions: %(people)s. Would move to version %(number)s: %(moved)s; would stay: %(stayed)s."
        )
        % told
    )


def _button(would: Migrated, people: int) -> str:
    if would.looked_at < people:
        return _("Move all who can be moved")
    moved = would.moved.total()
    return ngettext("Move %(count)s person", "Move %(count)s people", moved) % {"count": grouped(moved)}


def _sentences(journey: Journey, found: Sequence[JourneyVersion]) -> dict[int, dict[str, str]]:
    current = journey.current
    rows = [*found, *([current] if current is not None else [])]
    return {
        one.number: {id_: row.text for id_, row in outline.sentences(one.definition).items()} for one in rows
    }


def _moved(would: Migrated, said: Mapping[int, Mapping[str, str]], current: int) -> Iterator[Line]:
    for (number, before, after), people in sorted(would.moved.items()):
        was, to = said[number].get(before, before), said[current].get(after, after)
        yield Line(number, was, "" if (before, was) == (after, to) else to, words.people(people))


def _stayed(would: Migrated, said: Mapping[int, Mapping[str, str]]) -> Iterator[Line]:
    for (number, step, reason, at), people in sorted(would.stayed.items()):
        place = said[would.number].get(at) or said[number].get(at, at)
        why = str(_WHY[reason])
        why = why % {"at": place} if "%(at)s" in why else why
        yield Line(number, said[number].get(step, step), "", words.people(people), why)


def _choices(
    journey: Journey,
    found: Sequence[JourneyVersion],
    standing: Sequence[Any],
    wish: Wish,
    said: Mapping[int, Mapping[str, str]],
) -> Iterator[Choice]:
    """For each step that the current version does not have, where people are or that may be another: what it becomes."""
    current = journey.current
    assert current is not None
    new = version(current.pk).definition
    counted: dict[str, int] = {}
    for here in standing:
        for step, people in here.steps.items():
            if step and step not in new:
                counted[step] = counted.get(step, 0) + people
    likely = {
        was: to for one in found for to, was in compare(version(one.pk).definition, new).renamed.items()
    }
    # Who has been at a step that nobody stands at now is still kept from being sent the same again by its new name.
    counted = dict.fromkeys([*likely, *wish.steps], 0) | counted
    names = {step: text for one in found for step, text in said[one.number].items()}
    for step, people in counted.items():
        options = [
            (f"{step}={to}", f"{said[current.number].get(to, to)} ({to})", wish.steps.get(step) == to)
            for to in new.step_ids()
        ]
        perhaps = likely.get(step, "")
        told = said[current.number].get(perhaps, perhaps)
        yield Choice(step, names.get(step, step), words.people(people), options, told)
