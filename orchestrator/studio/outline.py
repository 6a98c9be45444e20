"""A journey in sentences: who enters, what happens to them, when they leave.

It reads the stored tree, not the parsed definition: an old version stays readable after a plugin is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.studio import acts, rules, words

ICONS = {
    "send": "send",
    "wait": "hourglass_empty",
    "wait_until": "hourglass_top",
    "choose": "alt_route",
    "split": "call_split",
    "wait_for_window": "schedule",
    "repeat": "repeat",
    "update": "edit_note",
    "award": "stars",
    "emit": "bolt",
    "call": "webhook",
    "start": "start",
    "exit": "logout",
}
_SETTINGS = frozenset(
    {
        "id", "via", "topic", "priority", "until", "at_most", "then", "otherwise", "steps", "add_tags", "remove_tags",
        "why", "properties", "key", "event", "body", "on_failure", "on_cap",
    }
)  # fmt: skip


_PLAIN = {"choose": gettext_lazy("Choose the first that is true"), "split": gettext_lazy("Split by chance")}

_ON_CAP = {
    "hold": gettext_lazy("waits while a cap is full"),
    "skip": gettext_lazy("not sent while a cap is full"),
    "fallback": gettext_lazy("by the next channel while a cap is full"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A step, or the name of an arm (`icon` empty), so many levels deep."""

    depth: int
    icon: str
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """All of a journey."""

    entries: list[str]
    conditions: list[str]
    rows: list[Row]


def read(definition: Mapping[str, Any]) -> Outline:
    """The outline of a stored definition."""
    entry = definition.get("entry")
    entry = entry if isinstance(entry, Mapping) else {}
    return Outline(
        list(_entries(entry)), list(_conditions(definition, entry)), list(_steps(definition.get("steps"), 0))
    )


def sentences(definition: Mapping[str, Any]) -> dict[str, Row]:
    """What each step does, by its id."""
    return {row.id: row for row in _steps(definition.get("steps"), 0) if row.id}


def sentence_of(kind: str, step: Mapping[str, Any]) -> str:
    """What a single step of this kind does."""
    return _sentence(kind, step)


def _entries(entry: Mapping[str, Any]) -> Iterator[str]:
    for trigger in entry.get("any_of") or [entry]:
        if isinstance(trigger, Mapping):
            yield rules.say_trigger(trigger)


def _conditions(definition: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[str]:
    if entry.get("only_if"):
        yield _("Only if %(rule)s") % {"rule": rules.say(entry["only_if"])}
    if entry.get("again"):
        yield _("Again: %(when)s") % {"when": rules.say_again(str(entry["again"]))}
    if isinstance(entry.get("limit"), Mapping):
        yield _("At most: %(limit)s") % {"limit": rules.say_limit(entry["limit"])}
    goal = definition.get("goal")
    if isinstance(goal, Mapping):
        yield _("Goal: %(rule)s") % {"rule": rules.say(goal)}
    for rule in definition.get("exit_when") or []:
        yield _("Leaves when %(rule)s") % {"rule": rules.say(rule)}
    if definition.get("holdout"):
        yield _("Held out: %(share)s") % {"share": definition["holdout"]}


def _steps(steps: Any, depth: int) -> Iterator[Row]:
    for step in steps if isinstance(steps, list) else []:
        if isinstance(step, Mapping):
            yield from _step(step, depth)


def _step(step: Mapping[str, Any], depth: int) -> Iterator[Row]:
    kind = next((key for key in step if key not in _SETTINGS), "")
    yield Row(depth, ICONS.get(kind, "extension"), _sentence(kind, step), str(step.get("id", "")))
    for name, steps in _arms(kind, step):
        if steps:
            yield Row(depth + 1, "", name)
            yield from _steps(steps, depth + 2)


def _sentence(kind: str, step: Mapping[str, Any]) -> str:
    head = step.get(kind)
    if kind == "send":
        via = " → ".join(words.channel(str(code)) for code in step.get("via") or ["email"])
        said = _("Send “%(template)s” by %(channels)s") % {"template": head, "channels": via}
        return (
            f"{said}; {_ON_CAP.get(step['on_cap'], step['on_cap'])}"
            if isinstance(step.get("on_cap"), str)
            else said
        )
    if kind == "wait":
        waits = _("Wait %(time)s") % {"time": rules.say_duration(head)}
        return (
            f"{waits}, " + _("then until %(time)s") % {"time": step["until"]} if step.get("until") else waits
        )
    if kind == "wait_until":
        return _waiting(head, step)
    if kind in _PLAIN:
        return str(_PLAIN[kind])
    if kind in acts.KINDS:
        return acts.sentence(kind, step)
    if kind == "exit":
        return (
            _("Leave the journey")
            if head in (None, True, "")
            else _("Leave: %(why)s") % {"why": words.reason(str(head))}
        )
    return f"{words.spaced(kind)}: {words.shown(head)}"


def _waiting(head: Any, step: Mapping[str, Any]) -> str:
    told = {"rule": rules.say(head), "time": rules.say_duration(step.get("at_most"))}
    said = _("Wait until %(rule)s, at most %(time)s") % told
    awaited = head if isinstance(head, Mapping) else {}
    if "correlate" in awaited:
        said += _("; with the same %(property)s as at the entry") % {"property": awaited["correlate"]}
    if "look_back" in awaited:
        said += _("; up to %(time)s before counts too") % {"time": rules.say_duration(awaited["look_back"])}
    reset = step.get("reset_by")
    if isinstance(reset, Mapping):
        again = {"rule": rules.say(reset), "time": rules.say_duration(reset.get("at_most"))}
        said += _("; anew each time %(rule)s, no longer than %(time)s") % again
    return said


def _arms(kind: str, step: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    head = step.get(kind)
    if kind == "split" and isinstance(head, Mapping):
        for name, arm in head.items():
            if isinstance(arm, Mapping):
                yield f"{arm.get('share', '')} · {words.spaced(str(name))}".strip(" ·"), arm.get("steps")
    if kind == "choose" and isinstance(head, list):
        for case in head:
            if isinstance(case, Mapping):
                yield _("If %(rule)s") % {"rule": rules.say(case.get("when"))}, case.get("then")
    if kind == "wait_until":
        yield _("If it happened"), step.get("then")
    if kind == "repeat":
        yield _("Each time"), step.get("steps")
    on_cap = step.get("on_cap")
    if kind == "send" and isinstance(on_cap, Mapping):
        yield _("If a cap was full"), on_cap.get("go_to")
    yield _("Otherwise"), step.get("otherwise")
