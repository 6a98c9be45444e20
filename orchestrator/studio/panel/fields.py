"""A mapping as a form's fields, and back: those that have an input as values, all others as their text.

`join(split(mapping))` is the mapping, in its order, whatever it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.journeys.yaml_write import flow
from orchestrator.studio.builder.tree import BadTree, read_text, strange

Plain = dict[str, Any]
Fits = Callable[[Any], bool]
MOST = 100


def split(told: Mapping[str, Any], inputs: Mapping[str, Fits]) -> Plain:
    """{value, texts, order}: a field is a value where its input can show it."""
    value = {name: one for name, one in told.items() if name in inputs and inputs[name](one)}
    texts = {name: flow(one) for name, one in told.items() if name not in value}
    return {"value": value, "texts": texts, "order": list(told)}


def join(form: Any) -> Plain:
    """The mapping that a form says; what was emptied is gone. Raises BadTree."""
    if not isinstance(form, Mapping):
        raise strange()
    value, texts, order = mapping(form, "value"), mapping(form, "texts"), form.get("order", [])
    if not isinstance(order, list) or not all(isinstance(one, str) for one in order) or len(order) > MOST:
        raise strange()
    told = {name: read_text(one, name) for name, one in texts.items() if one != ""}
    told |= {name: one for name, one in value.items() if one not in ("", None)}
    return {name: told[name] for name in (*order, *told) if name in told}


def mapping(form: Mapping[str, Any], name: str) -> Plain:
    """A part of what was sent that has names. Raises BadTree."""
    found = form.get(name, {})
    if not isinstance(found, dict) or len(found) > MOST:
        raise strange()
    return found


def text(value: Any) -> bool:
    """A line with something in it."""
    return isinstance(value, str) and bool(value)


def texts(value: Any) -> bool:
    """A list of such."""
    return isinstance(value, list) and bool(value) and all(map(text, value))


def numbers(value: Any) -> bool:
    """A list of numbers."""
    return isinstance(value, list) and bool(value) and all(type(one) in (int, float) for one in value)


def days(value: Any) -> bool:
    """A list of weekdays or of days of a month."""
    return isinstance(value, list) and bool(value) and all(text(one) or type(one) is int for one in value)


__all__ = ["BadTree", "days", "join", "mapping", "numbers", "split", "text", "texts"]
