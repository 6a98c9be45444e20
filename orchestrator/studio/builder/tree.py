"""A rule as the builder draws it, and back: groups of `all`, `any`, `none` and `not all`, and leaves.

`from_tree(to_tree(rule))` is the rule, whatever it says: what has no form stays as its own text on a leaf.
A group is {id, combinator, rules}; a leaf {id, field, operator, value} with its rule as value and `is` or `not` as
operator. The root is a group; `bare` where the rule itself is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.yaml import read
from orchestrator.journeys.yaml_write import flow
from orchestrator.sdk import Path
from orchestrator.studio.builder.forms import TEXT, form_of

DEEPEST, MOST = 40, 1000  # of what a browser may send: deeper and longer than any rule that can be read
LONGEST_ID = 80
Plain = dict[str, Any]


class BadTree(ValueError):
    """What was sent is not a tree of the builder, in words."""


def strange() -> BadTree:
    """For what no page of ours sends."""
    return BadTree(_("This is not what the builder sends."))


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree and where it stands in the rule. `rule`: what is asked there, as plain values."""

    id: str
    path: Path
    rule: Any
    group: bool


def to_tree(rule: Any) -> tuple[Plain, list[Place]]:
    """The rule's tree, whose ids are places in it, and the places of all its nodes."""
    places: list[Place] = []
    if _group_of(rule) is not None:
        return _drawn(rule, "r", (), places), places
    root: Plain = {"id": "r", "combinator": "all", "bare": True, "rules": []}
    if rule not in (None, {}):
        root["rules"] = [_drawn(rule, "r.0", (), places)]
    places.append(Place("r", (), rule, group=True))
    return root, places


def from_tree(tree: Any) -> tuple[Any, list[Place]]:
    """The rule that a tree of the browser says, and the places of its nodes by their ids. Raises BadTree."""
    places: list[Place] = []
    if not isinstance(tree, Mapping) or "rules" not in tree:
        raise strange()
    parts = tree.get("rules")
    bare = tree.get("bare") is True and tree.get("combinator") == "all"
    if bare and isinstance(parts, list) and len(parts) == 1:
        rule = _read(parts[0], (), 1, places)
        places.append(Place(_id(tree), (), rule, group=True))
        return rule, places
    return _read(tree, (), 0, places), places


def to_list(rules: list[Any]) -> tuple[Plain, list[Place]]:
    """A list of rules, one of which is enough, as the tree of `any`; the places are those in the list."""
    tree, places = to_tree({"any": rules})
    return tree, [replace(one, path=one.path[1:]) for one in places]


def from_list(tree: Any) -> tuple[list[Any], list[Place]]:
    """And back; a tree that is no `any` is a list of one rule. Raises BadTree."""
    rule, places = from_tree(tree)
    if isinstance(tree, Mapping) and tree.get("combinator") == "any":
        return rule["any"], [replace(one, path=one.path[1:]) for one in places]
    return [rule], [replace(one, path=(0, *one.path)) for one in places]


def _group_of(rule: Any) -> tuple[str, list[Any], Path] | None:
    """The rule's combinator, its parts, and the path to them; None if it is no group."""
    if not isinstance(rule, Mapping) or len(rule) != 1:
        return None
    ((word, inside),) = rule.items()
    if word in ("all", "any") and isinstance(inside, list):
        return word, inside, (word,)
    if word == "not" and isinstance(inside, Mapping) and len(inside) == 1:
        ((inner, parts),) = inside.items()
        if inner in ("all", "any") and isinstance(parts, list):
            return {"all": "not_all", "any": "none"}[inner], parts, ("not", inner)
    return None


def _drawn(rule: Any, id_: str, path: Path, places: list[Place]) -> Plain:
    group = _group_of(rule)
    places.append(Place(id_, path, rule, group=group is not None))
    if group is None:
        return {"id": id_, **_leaf(rule)}
    combinator, parts, below = group
    inside = [
        _drawn(part, f"{id_}.{index}", (*path, *below, index), places) for index, part in enumerate(parts)
    ]
    return {"id": id_, "combinator": combinator, "rules": inside}


def _leaf(rule: Any) -> Plain:
    asked, operator = rule, "is"
    if isinstance(rule, Mapping) and list(rule) == ["not"] and form_of(rule["not"]) != TEXT:
        asked, operator = rule["not"], "not"
    field = form_of(asked)
    return {"field": field, "operator": operator, "value": flow(rule) if field == TEXT else asked}


_WRITTEN = {"all": ("all",), "any": ("any",), "none": ("not", "any"), "not_all": ("not", "all")}


def _read(node: Any, path: Path, depth: int, places: list[Place]) -> Any:
    if not isinstance(node, Mapping) or depth > DEEPEST or len(places) > MOST:
        raise strange()
    if "rules" in node:
        return _read_group(node, path, depth, places)
    place = len(places)
    places.append(Place(_id(node), path, None, group=False))
    rule = _read_leaf(node)
    places[place] = Place(_id(node), path, rule, group=False)
    return rule


def _read_group(node: Mapping[str, Any], path: Path, depth: int, places: list[Place]) -> Any:
    combinator, parts = node.get("combinator"), node["rules"]
    if not isinstance(combinator, str) or combinator not in _WRITTEN or not isinstance(parts, list):
        raise strange()
    place, words = len(places), _WRITTEN[combinator]
    places.append(Place(_id(node), path, None, group=True))
    inside = [_read(part, (*path, *words, index), depth + 1, places) for index, part in enumerate(parts)]
    rule: Any = inside
    for word in reversed(words):
        rule = {word: rule}
    places[place] = Place(_id(node), path, rule, group=True)
    return rule


def _read_leaf(node: Mapping[str, Any]) -> Any:
    field, value = node.get("field"), node.get("value")
    if field == TEXT:
        return read_text(value)
    known = isinstance(field, str) and isinstance(value, Mapping) and field in value
    if not known or node.get("operator") not in ("is", "not"):
        raise strange()
    return {"not": value} if node["operator"] == "not" else value


def read_text(value: Any, name: str = "") -> Any:
    """What a part written as text says; {} for nothing. Raises BadTree. `name`: of the field, where it is no rule."""
    if not isinstance(value, str) or "\0" in value:
        raise strange()
    try:
        return read(value).plain() if value.strip() else {}
    except DefinitionError as error:
        told = error.problems[0]
        words = f"{told.what}. {told.mend}".strip()
        what = _("A rule written as text cannot be read: %(words)s")
        if name:
            what = _("What is written at “%(name)s” cannot be read: %(words)s")
        raise BadTree(what % {"name": name, "words": words}) from None


def _id(node: Mapping[str, Any]) -> str:
    return str(node.get("id", ""))[:LONGEST_ID]
