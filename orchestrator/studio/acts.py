"""The steps that act, wait for a window or repeat, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from orchestrator.domain.outbound import host_of
from orchestrator.studio import rules, words

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def sentence(kind: str, step: Mapping[str, Any]) -> str:
    """What a step of one of these kinds does."""
    return KINDS[kind](step.get(kind), step)


def _window(head: Any, step: Mapping[str, Any]) -> str:
    window = head if isinstance(head, Mapping) else {}
    days = ", ".join(str(WEEKDAYS_ABBR[_DAYS.index(day)]) for day in window.get("days") or () if day in _DAYS)
    days = days or _("any day")
    hours = [str(window[name]) for name in ("from", "to") if window.get(name)]
    told = f"{days}, {'–'.join(hours)}" if hours else days
    return _("Wait for the window: %(window)s") % {"window": told}


def _repeat(head: Any, step: Mapping[str, Any]) -> str:
    told = {"times": head, "rule": rules.say(step["until"]) if step.get("until") else ""}
    if told["rule"]:
        return _("Repeat at most %(times)s times, until %(rule)s") % told
    return _("Repeat, times: %(times)s") % told


def _update(head: Any, step: Mapping[str, Any]) -> str:
    told = [words.shown(head)] if head else []
    told += [f"+{tag}" for tag in step.get("add_tags") or ()]
    told += [f"−{tag}" for tag in step.get("remove_tags") or ()]
    return _("Change the customer: %(what)s") % {"what": ", ".join(told)}


def _award(head: Any, step: Mapping[str, Any]) -> str:
    points = head.get("points") if isinstance(head, Mapping) else head
    return _("Award points: %(points)s") % {"points": points}


def _emit(head: Any, step: Mapping[str, Any]) -> str:
    return _("Record the event %(event)s") % {"event": head}


def _start(head: Any, step: Mapping[str, Any]) -> str:
    return _("Start the journey %(journey)s") % {"journey": head}


def _call(head: Any, step: Mapping[str, Any]) -> str:
    told = {"host": host_of(str(head)) or head, "event": step.get("event") or "journey.call"}
    if step.get("on_failure") == "exit":
        return _("Call %(host)s (%(event)s); leave if that fails") % told
    return _("Call %(host)s (%(event)s)") % told


KINDS = {
    "wait_for_window": _window,
    "repeat": _repeat,
    "update": _update,
    "award": _award,
    "emit": _emit,
    "call": _call,
    "start": _start,
}
