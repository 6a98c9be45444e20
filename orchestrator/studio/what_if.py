"""What if: the fields in which a simulation's asker makes a cap, the priority or a wait another, and what they wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.arms import walk_steps
from orchestrator.domain.durations import parse
from orchestrator.journeys.models import Journey
from orchestrator.journeys.simulation.what_if import MOST
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import FrequencyCap
from orchestrator.studio.canvas import kinds_now

FIRST, LAST = 0, 100  # of priorities


class Unclear(ValueError):
    """What was written cannot be asked, in words."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that may be another: its name in the form, its title, and what it is now."""

    name: str
    title: str
    now: str


def fields(journey: Journey) -> list[Field]:
    """All that can be asked of a journey's draft; nothing of a draft that cannot be read."""
    caps = FrequencyCap.objects.filter(enabled=True).order_by("name", "pk").values_list("name", "limit")
    found = [Field(f"cap:{name}", _("cap “%(name)s”") % {"name": name}, str(limit)) for name, limit in caps]
    return [*found, *_of_draft(journey)]


def _of_draft(journey: Journey) -> Iterator[Field]:
    try:
        tree = read(journey.draft)
    except DefinitionError:
        return
    priority = tree.child("priority")
    yield Field("priority", _("the journey's priority"), str(priority.value) if priority is not None else "")
    for _path, node, _kind in walk_steps(tree.child("steps"), kinds_now()):
        identity = node.child("id")
        wait = next((one for name in ("wait", "at_most") if (one := node.child(name)) is not None), None)
        if identity is not None and wait is not None and _is_duration(wait.value):
            step = str(identity.value)
            yield Field(f"wait:{step}", _("how long step “%(step)s” waits") % {"step": step}, str(wait.value))


def written(known: Sequence[Field], post: Mapping[str, str]) -> dict[str, Any]:
    """What is to be another, as a simulation keeps it; what was left empty or as it is stays out."""
    changed: dict[str, Any] = {}
    for field in known:
        value = post.get(field.name, "").strip()
        if not value or value == field.now:
            continue
        kind, _colon, name = field.name.partition(":")
        if kind == "cap":
            changed.setdefault("caps", {})[name] = _number(value, field, 0, MOST)
        elif kind == "wait":
            changed.setdefault("waits", {})[name] = _duration(value, field)
        else:
            changed["priority"] = _number(value, field, FIRST, LAST)
    return changed


def told(changed: Mapping[str, Any]) -> list[str]:
    """What is another, in words."""
    lines = [
        _("the cap “%(name)s” is %(limit)s") % {"name": name, "limit": limit}
        for name, limit in changed.get("caps", {}).items()
    ]
    if "priority" in changed:
        lines.append(_("the priority is %(number)s") % {"number": changed["priority"]})
    waits = changed.get("waits", {}).items()
    lines += [
        _("step “%(step)s” waits %(duration)s") % {"step": step, "duration": how} for step, how in waits
    ]
    return lines


def _number(value: str, field: Field, least: int, most: int) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) < 9 and least <= int(value) <= most):
        raise Unclear(
            _("“%(value)s” is no number for %(what)s: write one from %(least)s to %(most)s.")
            % {"value": value, "what": field.title, "least": least, "most": most}
        )
    return int(value)


def _duration(value: str, field: Field) -> str:
    if not _is_duration(value):
        raise Unclear(
            _("“%(value)s” is no time for %(what)s: write it like 2 days.")
            % {"value": value, "what": field.title}
        )
    return value


def _is_duration(value: object) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True
