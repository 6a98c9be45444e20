"""A value of a journey as its form, and back.

`from_form(to_form(value))` is the value, whatever it says; but an empty mapping says nothing.

A form is {as: rule | rules | goal | entry, …}, or {as: text, text} for a value that has none. `None`: nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orchestrator.journeys.yaml_write import flow
from orchestrator.studio.builder.tree import Place, from_list, from_tree, read_text, strange, to_list, to_tree
from orchestrator.studio.panel.entry import from_entry, from_goal, to_entry, to_goal

Plain = dict[str, Any]
Places = Sequence[Place]
TEXT = "text"


def to_form(kind: str, value: Any) -> tuple[Plain, Places]:
    """The form of a kind for the value, and the places in it."""
    found = _TO[kind](value)
    if found is None:
        return {"as": TEXT, "text": flow(value)}, [Place("", (), value, group=True)]
    form, places = found
    return {"as": kind, **form}, places


def from_form(form: Any) -> tuple[Any, Places]:
    """The value that a form of the browser says, and the places in it. Raises BadTree."""
    kind = form.get("as") if isinstance(form, Mapping) else None
    if kind == TEXT:
        value = read_text(form.get("text"))
        return (None if value == {} else value), [Place("", (), value, group=True)]
    if not isinstance(kind, str) or kind not in _FROM:
        raise strange()
    return _FROM[kind](form)


def _to_rule(value: Any) -> tuple[Plain, Places] | None:
    tree, places = to_tree(value)
    return None if value is not None and not tree["rules"] else ({"tree": tree}, places)


def _from_rule(form: Mapping[str, Any]) -> tuple[Any, Places]:
    rule, places = from_tree(form.get("tree"))
    return (None if _empty(form["tree"]) else rule), places


def _to_rules(value: Any) -> tuple[Plain, Places] | None:
    if value is not None and (not isinstance(value, list) or not value):
        return None
    tree, places = to_list(value or [])
    return {"tree": tree}, places


def _from_rules(form: Mapping[str, Any]) -> tuple[Any, Places]:
    rules, places = from_list(form.get("tree"))
    return (None if _empty(form["tree"]) else rules), places


def _empty(tree: Mapping[str, Any]) -> bool:
    return tree["rules"] == []


_TO: Mapping[str, Callable[[Any], tuple[Plain, Places] | None]] = {
    "rule": _to_rule,
    "rules": _to_rules,
    "goal": to_goal,
    "entry": to_entry,
}
_FROM: Mapping[str, Callable[[Mapping[str, Any]], tuple[Any, Places]]] = {
    "rule": _from_rule,
    "rules": _from_rules,
    "goal": from_goal,
    "entry": from_entry,
}
KINDS = tuple(_TO)
