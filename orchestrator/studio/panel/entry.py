"""Who enters, and the goal, as forms: the ways in with fields of their own, the rule of whom they are for, and when again.

A way is {id, kind, bare, value, texts, order}, `bare` where only a name is written; {id, kind: yaml, text} if it has no form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.definition.entry_parser import TRIGGERS
from orchestrator.journeys.yaml_write import flow
from orchestrator.studio.builder.forms import TEXT, fits_where
from orchestrator.studio.builder.tree import BadTree, Place, from_tree, read_text, strange, to_tree
from orchestrator.studio.panel.fields import Fits, days, join, numbers, split, text, texts

Plain = dict[str, Any]
Told = tuple[Plain, Sequence[Place]]
MOST_WAYS = 50
_WAY = ""  # where the way in stands among the fields of an entry
_GOAL: Mapping[str, Fits] = {"event": text, "within": text, "where": fits_where}
_AROUND: Mapping[str, Fits] = {"again": text}
_NAMED = ("event", "api")  # may be written as a name alone
WAYS: Mapping[str, Mapping[str, Fits]] = {
    "event": {"name": text, "where": fits_where},
    "inactive": {"event": text, "for": text},
    "segment": {"enters": text, "leaves": text},
    "date": {"attribute": text, "anniversary_of": text, "offset": text, "at": text},
    "milestone": {"event": text, "count": numbers, "sum": numbers},
    "audience": {"segment": text, "at": text, "zone": text},
    "schedule": {"every": text, "on": days, "at": text, "zone": text, "segment": text},
    "api": {"name": text, "requires": texts},
    "replenishment": {"event": text, "by": text, "before": text, "at": text},
}


def to_goal(value: Any) -> Told | None:
    """The form of a goal; None if it has none."""
    if value is not None and not (isinstance(value, Mapping) and value):
        return None
    return split(value or {}, _GOAL), [Place("goal", (), value, group=True)]


def from_goal(form: Mapping[str, Any]) -> tuple[Any, Sequence[Place]]:
    """And back; without an event nothing is written."""
    value = join(form) or None
    return value, [Place("goal", (), value, group=True)]


def to_entry(value: Any) -> Told | None:
    """The form of who enters; None if it has none."""
    if value is None:
        value = {}
    if not isinstance(value, Mapping):
        return None
    words = [word for word in value if word in TRIGGERS or word == "any_of"]
    if len(words) > 1 or (words == ["any_of"] and not isinstance(value["any_of"], list)):
        return None
    places = [Place("entry", (), value, group=True)]
    ways = _ways(value, words[0], places) if words else []
    around = {name: one for name, one in value.items() if name not in words}
    tree, inside = to_tree(around.get("only_if"))
    if tree["rules"]:
        del around["only_if"]
        places += _below(inside, ("only_if",))
    form = split(around, _AROUND)
    order = [_WAY if name in words else name for name in value]
    return {**form, "order": order, "ways": ways, "many": words == ["any_of"], "only_if": tree}, places


def from_entry(form: Mapping[str, Any]) -> tuple[Any, Sequence[Place]]:
    """And back. Raises BadTree."""
    ways, many = form.get("ways"), form.get("many")
    if not isinstance(ways, list) or len(ways) > MOST_WAYS or not isinstance(many, bool):
        raise strange()
    if len(ways) > 1 and not many:
        raise strange()
    around, told = join({**form, "order": []}), [_from_way(one) for one in ways]
    rule, inside = from_tree(form.get("only_if"))
    if form["only_if"]["rules"]:
        around["only_if"] = rule
    else:
        inside = []
    way = {"any_of": told} if many else told[0] if told else {}
    value = _in_order(form.get("order"), way, around)
    paths = [("any_of", index) if many else () for index in range(len(ways))]
    places = [Place("entry", (), value, group=True)]
    places += [_place(one, path, plain) for one, path, plain in zip(ways, paths, told, strict=True)]
    return value or None, [*places, *_below(inside, ("only_if",))]


def _in_order(order: Any, way: Any, around: Plain) -> Plain:
    """The way in where it stood, first if it is new."""
    if not isinstance(way, dict):
        raise BadTree(
            _("A way in written as text begins with a word and a colon, such as `event: order.placed`.")
        )
    if not isinstance(order, list) or not all(isinstance(one, str) for one in order):
        raise strange()
    value: Plain = {}
    for name in (*([] if _WAY in order else [_WAY]), *order, *around):
        value |= way if name == _WAY else {name: around[name]} if name in around else {}
    return value


def _below(places: Sequence[Place], path: tuple[Any, ...]) -> list[Place]:
    return [Place(one.id, (*path, *one.path), one.rule, one.group) for one in places]


def _ways(value: Mapping[str, Any], word: str, places: list[Place]) -> list[Plain]:
    if word != "any_of":
        ways = [_way({word: value[word]}, 0)]
        places.append(_place(ways[0], (), {word: value[word]}))
        return ways
    ways = [_way(one, index) for index, one in enumerate(value["any_of"])]
    told = zip(ways, value["any_of"], strict=True)
    places += [_place(way, ("any_of", index), one) for index, (way, one) in enumerate(told)]
    return ways


def _way(told: Any, index: int) -> Plain:
    id_ = f"w{index}"
    if isinstance(told, Mapping) and len(told) == 1:
        ((word, about),) = told.items()
        if word in WAYS and word in _NAMED and text(about):
            return {"id": id_, "kind": word, "bare": True, **split({"name": about}, WAYS[word])}
        if word in WAYS and isinstance(about, Mapping):
            return {"id": id_, "kind": word, "bare": False, **split(about, WAYS[word])}
    return {"id": id_, "kind": TEXT, "text": flow(told)}


def _from_way(way: Any) -> Any:
    kind = way.get("kind") if isinstance(way, Mapping) else None
    if kind == TEXT:
        return read_text(way.get("text"))
    if not isinstance(kind, str) or kind not in WAYS:
        raise strange()
    about = join(way)
    bare = way.get("bare") is True and kind in _NAMED and list(about) == ["name"]
    return {kind: about["name"] if bare else about}


def _place(way: Mapping[str, Any], path: tuple[Any, ...], told: Any) -> Place:
    """A way's own place is below its word, so that what is wrong with a field is found by the field's name."""
    kind = str(way.get("kind"))
    below = path if kind == TEXT else (*path, kind)
    return Place(str(way.get("id", ""))[:80], below, told, group=True)


def named_alone(told: Any) -> bool:
    """Whether a way in is no more than a name, so that what is wrong with it is its name."""
    return isinstance(told, Mapping) and any(isinstance(told.get(word), str) for word in _NAMED)


__all__ = ["WAYS", "from_entry", "from_goal", "named_alone", "to_entry", "to_goal"]
