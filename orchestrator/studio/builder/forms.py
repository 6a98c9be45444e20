"""Which rules have a form in the builder: those that its inputs can show and write back without losing anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.domain.definition.comparison_parser import BOUNDS
from orchestrator.domain.definition.comparisons import OPERATORS
from orchestrator.domain.definition.score_parser import ENDS

TEXT = "yaml"  # the form of a rule that has none: its text
_LISTS = ("in", "not_in")


def form_of(rule: Any) -> str:
    """The name of the rule's form, which is the word that says what the rule is about; `yaml` if it has none."""
    if isinstance(rule, Mapping):
        for name, fits in _FORMS.items():
            if name in rule:
                return name if fits(rule) else TEXT
    return TEXT


def fits_where(where: Any) -> bool:
    """Whether the inputs can show what is asked of an event's properties."""
    return isinstance(where, Mapping) and all(_scalar(one) or _comparisons(one) for one in where.values())


def _attribute(rule: Mapping[str, Any]) -> bool:
    tests = {key: value for key, value in rule.items() if key != "attribute"}
    return isinstance(rule["attribute"], str) and len(tests) == 1 and _comparisons(tests)


def _event(rule: Mapping[str, Any]) -> bool:
    return (
        set(rule) <= {"event", "within", "where", "count", "sum"}
        and all(isinstance(rule.get(key, ""), str) for key in ("event", "within"))
        and fits_where(rule.get("where", {}))
        and all(_bounds(rule[key]) for key in ("count", "sum") if key in rule)
    )


def _received(rule: Mapping[str, Any]) -> bool:
    asked = rule["received"]
    return len(rule) == 1 and _texts(asked, {"journey", "step", "within"})


def _consent(rule: Mapping[str, Any]) -> bool:
    asked = rule["consent"]
    return len(rule) == 1 and (isinstance(asked, str) or _texts(asked, {"channel", "purpose"}))


def _segment(rule: Mapping[str, Any]) -> bool:
    return len(rule) == 1 and isinstance(rule["segment"], str)


def _score(rule: Mapping[str, Any]) -> bool:
    tests = {key: value for key, value in rule.items() if key != "score"}
    if not isinstance(rule["score"], str) or len(tests) != 1:
        return False
    ((end, value),) = tests.items()
    return isinstance(value, str) if end in ENDS else _comparisons(tests)


def _comparisons(tests: Any) -> bool:
    """`{op: value, …}` with known operators and values of their shape."""
    return isinstance(tests, Mapping) and bool(tests) and all(_comparison(*each) for each in tests.items())


def _comparison(op: str, value: Any) -> bool:
    if op in _LISTS:
        return isinstance(value, list) and all(map(_scalar, value))
    if op == "exists":
        return isinstance(value, bool)
    return op in OPERATORS and _scalar(value)


def _bounds(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(op in BOUNDS and _number(one) for op, one in value.items())
    return _number(value)


def _texts(value: Any, known: set[str]) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) <= known
        and all(isinstance(one, str) for one in value.values())
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


_FORMS = {
    "attribute": _attribute,
    "event": _event,
    "received": _received,
    "consent": _consent,
    "segment": _segment,
    "score": _score,
}
