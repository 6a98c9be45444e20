"""A rule's text, changed only where the rule has: comments and layout stay wherever they can."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys import yaml_edit
from orchestrator.journeys.yaml import read
from orchestrator.journeys.yaml_edit import CannotEdit
from orchestrator.journeys.yaml_write import document, flow
from orchestrator.sdk import Path


def rewritten(text: str, rule: Any) -> str:
    """The text of a rule that has become `rule`; written anew where it cannot be changed in place."""
    try:
        was = read(text).plain()
        written = _changed(text, (), was, rule)
        if read(written).plain() == rule:
            return written
    except (DefinitionError, CannotEdit):
        pass
    return document(rule) if isinstance(rule, dict) and rule else f"{flow(rule)}\n"


def _changed(text: str, path: Path, was: Any, now: Any) -> str:
    """Each difference at its own place; raises CannotEdit where a whole value has become another."""
    if _same(was, now):
        return text
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        return _fields(text, path, was, now)
    if isinstance(was, list) and isinstance(now, list):
        return _items(text, path, was, now)
    raise CannotEdit


def _fields(text: str, path: Path, was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if list(was)[:1] != list(now)[:1]:
        raise CannotEdit
    whole = {}
    for name, value in now.items():
        if name in was and _same(was[name], value):
            continue
        try:
            text = _changed(text, (*path, name), was.get(name), value)
        except CannotEdit:
            whole[name] = value
    gone = tuple(name for name in was if name not in now)
    return yaml_edit.change(text, path, whole, gone) if whole or gone else text


def _items(text: str, path: Path, was: list[Any], now: list[Any]) -> str:
    """From the end on, so that the places before stay what they are."""
    if not was or not now:
        raise CannotEdit
    alike = SequenceMatcher(None, [repr(one) for one in was], [repr(one) for one in now], autojunk=False)
    for kind, begin, end, first, last in reversed(alike.get_opcodes()):
        if kind == "equal":
            continue
        both = min(end - begin, last - first)
        for index in range(end - 1, begin + both - 1, -1):
            text = yaml_edit.delete(text, (*path, index))
        for value in reversed(now[first + both : last]):
            text = yaml_edit.insert(text, path, begin + both, value)
        for index in range(both):
            text = _item(text, path, begin + index, was[begin + index], now[first + index])
    return text


def _item(text: str, path: Path, index: int, was: Any, now: Any) -> str:
    try:
        return _changed(text, (*path, index), was, now)
    except CannotEdit:
        return yaml_edit.delete(yaml_edit.insert(text, path, index, now), (*path, index + 1))


def _same(one: Any, other: Any) -> bool:
    """Equal and of one kind: `true` is not 1, and 5 is not 5.0."""
    return repr(one) == repr(other)
