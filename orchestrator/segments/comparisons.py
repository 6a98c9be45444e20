"""`{tier: {in: [gold]}}` as SQL, with the meaning of `Comparison.matches` to the letter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When
from django.db.models.functions import NullIf, StrIndex, Substr
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.segments.json_values import JsonHolds, JsonKnown, JsonValue, literal
from orchestrator.store.fields import MoneyField

LOOKUPS: dict[str, Any] = {
    "is": Exact,
    "above": GreaterThan,
    "below": LessThan,
    "at_least": GreaterThanOrEqual,
    "at_most": LessThanOrEqual,
    "after": GreaterThan,
    "before": LessThan,
}


def condition(comparison: Comparison, *, json: str = "", column: str = "", money: str = "") -> Any:
    """A two-valued condition on a key of the JSON column `json`, on the text `column`, or on the amount `money`."""
    found = _compare(comparison, json, column, money)
    return Case(When(found, then=Value(True)), default=Value(False), output_field=BooleanField())


def _compare(comparison: Comparison, json: str, column: str, money: str) -> Q:
    op = comparison.op
    if op == "exists":
        known = _known(comparison.name, json, column, money)
        return Q(known) if comparison.value else ~Q(known)
    if op in ("is_not", "not_in"):
        return ~Q(_two_valued(_equals(comparison, json, column, money)))
    if op in ("is", "in"):
        return _equals(comparison, json, column, money)
    if op == "contains":
        return _contains(comparison, json, column)
    return Q(_ordered(comparison, json, column, money))


def _two_valued(found: Q) -> Any:
    return Case(When(found, then=Value(True)), default=Value(False), output_field=BooleanField())


def _known(name: str, json: str, column: str, money: str) -> Any:
    if money or column:
        return IsNull(F(money) if money else NullIf(F(column), Value("")), False)
    return JsonKnown(json, name)


def _equals(comparison: Comparison, json: str, column: str, money: str) -> Q:
    terms = comparison.value if isinstance(comparison.value, tuple) else (comparison.value,)
    kind = "text" if comparison.kind == "day" else comparison.kind
    left = _value(comparison.name, kind, json, column, money)
    if left is None:
        return Q(pk__isnull=True)
    return Q(*(Q(Exact(left, _written(term, money))) for term in terms), _connector=Q.OR)


def _ordered(comparison: Comparison, json: str, column: str, money: str) -> Any:
    wanted: Any = comparison.value
    if comparison.op in ("before", "after"):
        text = _value(comparison.name, "text", json, column, money)
        if text is None:
            return Q(pk__isnull=True)
        return LOOKUPS[comparison.op](Substr(text, 1, 10), Value(wanted.isoformat()))
    left = _value(comparison.name, "number", json, column, money)
    if left is None:
        return Q(pk__isnull=True)
    return LOOKUPS[comparison.op](left, _written(wanted, money))


def _contains(comparison: Comparison, json: str, column: str) -> Q:
    value: Any = comparison.value
    if column:
        return Q(GreaterThan(StrIndex(F(column), Value(str(value))), 0))
    return Q(JsonHolds(json, comparison.name, value))


def _value(name: str, kind: str, json: str, column: str, money: str) -> Any:
    """The left side, or None where this column can never be of that kind."""
    if money:
        return F(money) if kind == "number" else None
    if column:
        return NullIf(F(column), Value("")) if kind == "text" else None
    return JsonValue(json, name, kind)


def _written(term: Any, money: str) -> Any:
    if money:
        return Value(Decimal(str(term)), output_field=MoneyField())
    return literal(term.isoformat() if isinstance(term, date) else term)
