"""A value of a journey while it is changed in its form: what it says in words, and what is wrong, at which field.

It is read in its place, in the whole journey: what a rule may ask, or when people may enter again, depends on the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Problem, parse
from orchestrator.domain.definition.tree import from_plain
from orchestrator.journeys.yaml import read
from orchestrator.journeys.yaml_write import flow
from orchestrator.sdk import Path
from orchestrator.studio import drafts, outline
from orchestrator.studio.builder.look import say, sentence
from orchestrator.studio.builder.named import titles_of, with_titles
from orchestrator.studio.builder.tree import BadTree, Place
from orchestrator.studio.canvas import kinds_now
from orchestrator.studio.panel.entry import named_alone
from orchestrator.studio.panel.values import KINDS, from_form, to_form

Told = dict[str, Any]
_ADD = re.compile(r"Add `(\w+)`\.?")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands: the journey as plain values, the path of what holds it, its name, and its form's kind."""

    journey: Mapping[str, Any]
    path: Path
    name: str
    kind: str

    @property
    def holder(self) -> Any:
        """The mapping it stands in. Raises LookupError or TypeError where there is none."""
        found: Any = self.journey
        for key in self.path:
            found = found[key]
        if not isinstance(found, dict):
            raise TypeError("only a mapping has fields")
        return found


def find(text: str, path: Path, name: str, kind: str) -> Spot:
    """The place in a journey's text. Raises DefinitionError for a text that cannot be read, LookupError or TypeError."""
    plain = read(text).plain()
    if kind not in KINDS:
        raise LookupError(kind)
    spot = Spot(plain, path, name, kind)
    assert isinstance(spot.holder, dict)
    return spot


def opened(spot: Spot) -> Told:
    """The form of the value as it is written, with what is said of it."""
    value = spot.holder.get(spot.name)
    form, places = to_form(spot.kind, value)
    return _told(spot, value, places) | {"form": form}


def changed(spot: Spot, form: Any) -> Told:
    """What is said of the value that a form says. Raises BadTree."""
    value, places = from_form(form)
    return _told(spot, value, places)


def _told(spot: Spot, value: Any, places: Sequence[Place]) -> Told:
    """`written`: the value on one line, None where nothing is to be written."""
    titles = titles_of(value)
    leaves = [place for place in places if not place.group]
    return {
        "written": None if value is None else flow(value),
        "said": {place.id: say(place.rule, titles) for place in leaves},
        "whole": _whole(spot.kind, with_titles(value, titles)),
        "problems": [_problem(one, places) for one in _problems(spot, value)],
    }


def _whole(kind: str, value: Any) -> str:
    """The value in words, as far as it can be said."""
    if not value:
        return ""
    if kind == "rule":
        return sentence(value, {})
    name = {"rules": "exit_when"}.get(kind, kind)
    try:
        said = outline.read({name: value, "steps": []})
        return ". ".join([*(["; ".join(said.entries)] if kind == "entry" else []), *said.conditions])
    except Exception:  # a draft may hold anything where sentences expect something
        return ""


def _problems(spot: Spot, value: Any) -> Sequence[Problem]:
    """What is wrong at the value itself, with paths that begin there."""
    holder, before = spot.holder, dict(spot.holder)
    try:
        if value is None:
            holder.pop(spot.name, None)
        else:
            holder[spot.name] = value
        parse(from_plain(spot.journey), kinds_now(), registry.current().conditions)
    except DefinitionError as error:
        here = (*spot.path, spot.name)
        return [_below(one, len(here)) for one in error.problems if one.path[: len(here)] == here]
    finally:
        holder.clear()
        holder.update(before)
    return ()


def _below(problem: Problem, depth: int) -> Problem:
    return Problem(problem.path[depth:], 0, 0, problem.code, problem.what, problem.mend)


def _problem(problem: Problem, places: Sequence[Place]) -> Told:
    """Its words, the node or the way in that it is about, and the field there ("" for the whole)."""
    around = [place for place in places if problem.path[: len(place.path)] == place.path]
    place = max(around, key=lambda one: len(one.path), default=None)
    below = problem.path[len(place.path) :] if place is not None else problem.path
    missing = "" if below else _missing(problem)
    alone = "name" if place is not None and place.id.startswith("w") and named_alone(place.rule) else ""
    return {
        "words": _("Fill this in.") if missing else drafts.told(problem),
        "id": place.id if place is not None else "",
        "field": str(below[0]) if below else missing or alone,
    }


def _missing(problem: Problem) -> str:
    """The field that is not written, of a problem that says so; "" for any other."""
    if problem.code == "bad_segment" and problem.path[-1:] == ("segment",):
        return "enters"
    named = _ADD.fullmatch(problem.mend) if problem.code == "missing_field" else None
    return named[1] if named else ""


def refused(error: Exception) -> str:
    """Why a form could not be read, in words."""
    if isinstance(error, BadTree):
        return str(error)
    if isinstance(error, DefinitionError):
        return _("The text cannot be read as it is: mend it first.")
    return _("This is not what the form sends.")
