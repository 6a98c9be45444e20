"""What came of a step, in words that fit its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.studio import rules, words

_ARM = "arm:"


def say_outcome(step: Mapping[str, Any] | None, code: str) -> str:
    """A choice is told by the rule that was true, the arm of a send by the cap; all else as it is. `step`: None if gone."""
    if step is not None and "choose" in step and code.startswith(_ARM):
        return _chosen(step, code.removeprefix(_ARM))
    if step is not None and "send" in step and code == f"{_ARM}capped":
        return _("a cap was full")
    return words.step_outcome(code)


def read_steps(definition: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Every step of a stored definition by its id, at any depth."""
    return {str(step["id"]): step for step in _steps(definition.get("steps")) if "id" in step}


def _chosen(step: Mapping[str, Any], arm: str) -> str:
    cases = step["choose"]
    if arm == "otherwise":
        return _("none of them was true")
    if isinstance(cases, list) and arm.isdecimal() and 1 <= int(arm) <= len(cases):
        case = cases[int(arm) - 1]
        if isinstance(case, Mapping):
            return _("this was true: %(rule)s") % {"rule": rules.say(case.get("when"))}
    return words.step_outcome(_ARM + arm)


def _steps(value: Any) -> Iterator[Mapping[str, Any]]:
    """The mappings that stand in lists, at any depth: a plugin's arms lie where it likes."""
    work = [value]
    while work:
        one = work.pop()
        if isinstance(one, Mapping):
            work.extend(one.values())
        elif isinstance(one, list):
            yield from (item for item in one if isinstance(item, Mapping))
            work.extend(one)
