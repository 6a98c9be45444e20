"""From a tree to comparisons: what is visibly of the wrong kind is refused here, before it can silently never match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from orchestrator.domain.definition.comparisons import (
    MOST_VALUES,
    NUMERIC,
    OPERATORS,
    Comparison,
    Value,
    finite,
    kind_of,
    parse_day,
)
from orchestrator.domain.definition.problems import Problems, listed, nearest, shown
from orchestrator.domain.definition.reading import PROPERTY, Spot
from orchestrator.domain.definition.tree import from_plain

BOUNDS = ("is", "above", "below", "at_least", "at_most")
PATTERNS = frozenset({"matches", "regex", "regexp", "pattern", "like"})
LONGEST_TEXT = 500


def comparisons(spot: Spot, name: str) -> tuple[Comparison, ...]:
    """Read `{op: value, …}` as comparisons of `name`; what was refused is noted and left out."""
    if not spot.node.value:
        spot.refuse("no_operator", f"nothing is asked of `{name}`", f"Add {listed(OPERATORS)}.")
    answer = []
    for op in spot.node.value if isinstance(spot.node.value, dict) else ():
        inner = spot.child(op)
        value = _value(inner, op) if inner and _known(inner, op, OPERATORS) else None
        answer += [] if value is None else [Comparison(name, op, value)]
    return tuple(answer)


def where(spot: Spot) -> tuple[Comparison, ...]:
    """Read a `where`: per property a scalar (it equals) or a mapping of comparisons; sorted by name."""
    if not isinstance(spot.node.value, dict):
        spot.refuse("not_a_mapping", f"`where` must be a mapping, not {shown(spot.node.value)}")
        return ()
    answer: list[Comparison] = []
    for name in spot.node.value:
        inner = spot.child(name)
        if inner is None or not PROPERTY.fullmatch(name):
            mend = "Use letters, digits and `_`."
            (inner or spot).refuse("bad_name", f"{shown(name)} cannot be a property's name", mend, key=True)
        elif isinstance(inner.node.value, dict):
            answer += comparisons(inner, name)
        else:
            value = _value(inner, "is")
            answer += [] if value is None else [Comparison(name, "is", value)]
    return tuple(sorted(answer, key=lambda each: (each.name, each.op)))


def read_where(plain: Mapping[str, Any]) -> tuple[Comparison, ...]:
    """The comparisons of a `where` in plain values that has been checked before; raises DefinitionError."""
    problems = Problems()
    answer = where(Spot(from_plain(plain), (), problems))
    problems.refuse()
    return answer


def bounds(spot: Spot, name: str, *, whole: bool) -> tuple[Comparison, ...]:
    """Read `count` or `sum`: a number (exactly) or a mapping of bounds."""
    if not isinstance(spot.node.value, dict):
        spot = Spot(replace(spot.node, value={"is": spot.node}), spot.path, spot.problems)
    answer = []
    for op in spot.node.value if isinstance(spot.node.value, dict) else ():
        inner = spot.child(op)
        if inner is None or not _known(inner, op, BOUNDS):
            continue
        value: Any = inner.node.value
        if (
            kind_of(value) != "number"
            or not finite(value)
            or value < 0
            or (whole and not isinstance(value, int))
        ):
            mend = f"Use a {'whole ' if whole else ''}number of 0 or more."
            inner.refuse("bad_number", f"{shown(value)} cannot be a `{name}`", mend)
        else:
            answer.append(Comparison(name, op, value))
    if not spot.node.value:
        spot.refuse("no_operator", f"nothing is asked of `{name}`", f"Add {listed(BOUNDS)}.")
    return tuple(sorted(answer, key=lambda each: each.op))


def _known(spot: Spot, op: str, known: Sequence[str]) -> bool:
    if op in known:
        return True
    if op in PATTERNS:
        what, mend = f"{shown(op)}: patterns are not offered", "Use `contains`, `in` or `is`."
    else:
        what = f"{shown(op)} is not a comparison"
        mend = nearest(op, known) or f"Use {listed(known)}."
    spot.refuse("unknown_operator", what, mend, key=True)
    return False


def _value(spot: Spot, op: str) -> Value | None:
    """The typed value of one comparison, or None with a problem noted."""
    value = spot.node.value
    if op in ("in", "not_in"):
        return _list(spot, op)
    if isinstance(value, (list, dict)) or value is None:
        mend = "Use `exists: false`." if value is None else f"Use {listed(OPERATORS)}."
        spot.refuse("bad_value", f"`{op}` compares with one value, not {shown(value)}", mend)
        return None
    if op == "exists":
        return _flag(spot)
    if op in NUMERIC and kind_of(value) != "number":
        what = f"`{op}` compares numbers, and {shown(value)} is not a number"
        spot.refuse("wrong_kind", what, "Write a number, or use `before` and `after` for dates.")
        return None
    if op in ("before", "after"):
        return _day(spot, op)
    if op == "contains" and not isinstance(value, str):
        spot.refuse(
            "wrong_kind", f"`contains` looks for text, and {shown(value)} is not text", "Put it in quotes."
        )
        return None
    return value if _fits(spot) else None


def _list(spot: Spot, op: str) -> Value | None:
    items = spot.items(f"`{op}`")
    if items is None:
        return None
    if not 1 <= len(items) <= MOST_VALUES:
        what = f"`{op}` has {len(items)} values" if items else f"`{op}` has no values"
        spot.refuse("bad_list", what, f"Write 1 to {MOST_VALUES}; make a segment of a longer list.")
        return None
    if any(kind_of(item.node.value) == "other" for item in items):
        spot.refuse("bad_value", f"`{op}` takes texts, numbers or true and false, nothing nested or empty")
        return None
    if len({kind_of(item.node.value) for item in items}) > 1:
        spot.refuse(
            "wrong_kind", f"`{op}` mixes texts and numbers", "Put the numbers in quotes if they are texts."
        )
        return None
    values = tuple(item.node.value for item in items if _fits(item))
    return values if len(values) == len(items) else None  # type: ignore[return-value]


def _flag(spot: Spot) -> Value | None:
    if isinstance(spot.node.value, bool):
        return spot.node.value
    spot.refuse("wrong_kind", f"`exists` takes `true` or `false`, not {shown(spot.node.value)}")
    return None


def _day(spot: Spot, op: str) -> Value | None:
    value = spot.node.value
    day = parse_day(value) if isinstance(value, str) else None
    if day is None:
        what = f"`{op}` compares dates, and {shown(value)} is not a date"
        spot.refuse("wrong_kind", what, "Write it like `2026-05-31`.")
    return day


def _fits(spot: Spot) -> bool:
    value = spot.node.value
    if kind_of(value) == "number" and not finite(value):
        spot.refuse("bad_number", f"{shown(value)} is not a number that can be compared")
        return False
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or "\0" in value):
        spot.refuse(
            "bad_value", f"{shown(value)} cannot be compared", f"Use at most {LONGEST_TEXT} plain signs."
        )
        return False
    return True
