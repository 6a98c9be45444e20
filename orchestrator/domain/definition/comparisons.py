"""Comparisons of one named value with what an author wrote: `{tier: {in: [gold]}}`, in rules and in `where`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Term = str | int | float | bool | date
Value = Term | tuple[Term, ...]

WORDS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "above": "is above",
    "below": "is below",
    "at_least": "is at least",
    "at_most": "is at most",
    "contains": "contains",
    "before": "is before",
    "after": "is after",
    "exists": "is known",
}
OPERATORS = tuple(WORDS)
NUMERIC = frozenset({"above", "below", "at_least", "at_most"})
MOST_VALUES = 1000
LARGEST = 10**15
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`name op value`, e.g. `tier in (gold, platinum)`. `kind` of the value: text, number, flag or day.

    A missing value (absent or null) satisfies `is_not`, `not_in` and `exists: false`, and nothing else. Values of
    another kind than the one written are never equal and never above or below it: "5" is not 5.
    """

    name: str
    op: str
    value: Value
    kind: str = field(init=False)

    def __post_init__(self) -> None:
        first = self.value[0] if isinstance(self.value, tuple) else self.value
        object.__setattr__(self, "kind", kind_of(first))

    def plain(self) -> dict[str, Any]:
        """`{op: value}` as an author writes it."""
        if isinstance(self.value, tuple):
            return {self.op: [_written(term) for term in self.value]}
        return {self.op: _written(self.value)}

    def sentence(self) -> str:
        """ "tier is one of gold, platinum"."""
        if self.op == "exists":
            return f"{self.name} is {'known' if self.value else 'not known'}"
        terms = self.value if isinstance(self.value, tuple) else (self.value,)
        return f"{self.name} {WORDS[self.op]} {', '.join(_spoken(term) for term in terms)}"

    def matches(self, value: Any) -> bool:
        """Whether `value` (plain JSON, None for missing) satisfies this."""
        if self.op == "exists":
            return (value is not None) is self.value
        if self.op in ("is_not", "not_in"):
            return not self._equals(value)
        if value is None:
            return False
        if self.op in ("is", "in"):
            return self._equals(value)
        return self._compares(value)

    def _equals(self, value: Any) -> bool:
        terms = self.value if isinstance(self.value, tuple) else (self.value,)
        return kind_of(value) == self.kind and any(term == value for term in terms)

    def _compares(self, value: Any) -> bool:
        wanted: Any = self.value
        if self.op == "contains":
            return wanted in value if isinstance(value, (str, list)) else False
        if self.op in ("before", "after"):
            day = parse_day(value[:10]) if isinstance(value, str) else None
            return day is not None and (day < wanted if self.op == "before" else day > wanted)
        return kind_of(value) == "number" and compare(value, self.op, wanted)


def compare(value: float, op: str, wanted: float) -> bool:
    """Whether `value op wanted` for `is`, `above`, `below`, `at_least`, `at_most`."""
    return {
        "is": value == wanted,
        "above": value > wanted,
        "below": value < wanted,
        "at_least": value >= wanted,
        "at_most": value <= wanted,
    }[op]


def all_match(comparisons: tuple[Comparison, ...], properties: Mapping[str, Any]) -> bool:
    """Whether an event's properties satisfy every comparison of a `where`."""
    return all(comparison.matches(properties.get(comparison.name)) for comparison in comparisons)


def kind_of(value: Any) -> str:
    """text, number, flag or day; "other" for what cannot be compared."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    return "day" if isinstance(value, date) else "other"


def parse_day(text: str) -> date | None:
    """The date written `2026-05-31`, or None."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def finite(value: Any) -> bool:
    """Whether a number can be stored and compared in both databases."""
    return math.isfinite(value) and abs(value) <= LARGEST


def _written(term: Term) -> str | int | float | bool:
    if isinstance(term, date):
        return term.isoformat()
    return int(term) if isinstance(term, float) and term.is_integer() else term


def _spoken(term: Term) -> str:
    plain = _written(term)
    return ("yes" if plain else "no") if isinstance(plain, bool) else str(plain)
