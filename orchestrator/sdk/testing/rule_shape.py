"""The shape of a rule, for conditions that are tested without the engine: its words, and what each must hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

# The words of the rule language, and the fields that may stand beside each (None: comparisons, of any name).
WORDS: Mapping[str, frozenset[str] | None] = {
    "all": frozenset(),
    "any": frozenset(),
    "not": frozenset(),
    "attribute": None,
    "score": None,
    "event": frozenset({"within", "where", "count", "sum", "since", "of"}),
    "received": frozenset(),
    "consent": frozenset(),
    "segment": frozenset(),
    "entered_by": frozenset(),
}
COMPARISONS = frozenset(
    {"is", "is_not", "in", "not_in", "above", "below", "at_least", "at_most", "contains", "before", "after"}
    | {"exists"}
)
LISTS = ("all", "any")
COMPARED = {"attribute": COMPARISONS, "score": COMPARISONS | {"top", "bottom"}}
TEXTS = ("attribute", "score", "event", "segment", "entered_by")


def wrong_with(rule: Any, words: Collection[str] = ()) -> str:
    """What is wrong with a rule's shape, in words; "" if nothing is. `words`: names of further conditions."""
    if not isinstance(rule, Mapping):
        return f"a rule is a mapping, not a {type(rule).__name__}"
    found = [key for key in rule if key in WORDS or key in words]
    if len(found) != 1:
        return f"a rule says one thing: one of {', '.join([*WORDS, *words])}; this one has {sorted(map(str, rule))}"
    (word,) = found
    allowed = WORDS.get(word, frozenset())
    beside = set(rule) - {word}
    if allowed is not None and beside - allowed:
        return f"`{word}` has no field {min(map(str, beside - allowed))!r}"
    if word in COMPARED and not beside:
        return f"`{word}` is compared with nothing"
    if word in COMPARED and beside - COMPARED[word]:
        known = ", ".join(sorted(COMPARED[word]))
        return f"{min(map(str, beside - COMPARED[word]))!r} is no comparison: use one of {known}"
    return _wrong_inside(word, rule[word], words)


def _wrong_inside(word: str, value: Any, words: Collection[str]) -> str:
    if word in LISTS:
        if not isinstance(value, list | tuple) or not value:
            return f"`{word}` holds a list of rules, at least one"
        return next(filter(None, (wrong_with(part, words) for part in value)), "")
    if word == "not":
        return wrong_with(value, words)
    if word in TEXTS and not (isinstance(value, str) and value):
        return f"`{word}` names nothing"
    if word in ("received", "consent") and not (isinstance(value, str | Mapping) and value):
        return f"`{word}` asks for nothing"
    return ""


def parts_of(rule: Any) -> list[Mapping[str, Any]]:
    """The rule and every rule inside it."""
    if not isinstance(rule, Mapping):
        return []
    inner = [part for word in LISTS for part in _listed(rule.get(word))]
    inner += [rule["not"]] if "not" in rule else []
    return [rule, *(below for part in inner for below in parts_of(part))]


def depth_of(rule: Any) -> int:
    """How deep rules stand in rules."""
    if not isinstance(rule, Mapping):
        return 0
    inner = [part for word in LISTS for part in _listed(rule.get(word))]
    inner += [rule["not"]] if "not" in rule else []
    return 1 + max((depth_of(part) for part in inner), default=0)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
