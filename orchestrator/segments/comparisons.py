"""`{tier: {in: [gold]}}` as SQL, with the meaning of `Comparison.matches` to the letter."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When
from django.db.models.functions import NullIf, StrIndex, Substr
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.segments.json_values import IsDay, JsonHolds, JsonKnown, JsonValue, literal
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
    wanted = [_written(term, money) for term in terms if not money or in_hundredths(term)]
    if not wanted:
        return Q(pk__isnull=True)
    return Q(*(Q(Exact(left, term)) for term in wanted), _connector=Q.OR)


def _ordered(comparison: Comparison, json: str, column: str, money: str) -> Any:
    wanted: Any = comparison.value
    if comparison.op in ("before", "after"):
        text = _value(comparison.name, "text", json, column, money)
        if text is None:
            return Q(pk__isnull=True)
        day = Substr(text, 1, 10)
        return Q(IsDay(day)) & Q(LOOKUPS[comparison.op](day, Value(wanted.isoformat())))
    left = _value(comparison.name, "number", json, column, money)
    if left is None:
        return Q(pk__isnull=True)
    return bounded(comparison.op, left, wanted) if money else LOOKUPS[comparison.op](left, literal(wanted))


def _contains(comparison: Comparison, json: str, column: str) -> Q:
    value: Any = comparison.value
    if column:
        return Q(GreaterThan(StrIndex(NullIf(F(column), Value("")), Value(str(value))), 0))
    return Q(JsonHolds(json, comparison.name, value))


def _value(name: str, kind: str, json: str, column: str, money: str) -> Any:
    """The left side, or None where this column can never be of that kind."""
    if money:
        return F(money) if kind == "number" else None
    if column:
        return NullIf(F(column), Value("")) if kind == "text" else None
    return JsonValue(json, name, kind)


def bounded(op: str, amount: Any, wanted: Any) -> Any:
    """An amount beside a written number, to its last digit: what is finer than a hundredth is not rounded into one."""
    if op == "is" and not in_hundredths(wanted):
        return Q(pk__isnull=True)
    way = ROUND_CEILING if op in ("at_least", "below") else ROUND_FLOOR
    return LOOKUPS[op](amount, _money(Decimal(str(wanted)).quantize(Decimal("0.01"), way)))


def in_hundredths(term: Any) -> bool:
    """Whether some amount can be just this number."""
    written = Decimal(str(term))
    return written == written.quantize(Decimal("0.01"), ROUND_FLOOR)


def _money(amount: Decimal) -> Value:
    return Value(amount, output_field=MoneyField())


def _written(term: Any, money: str) -> Any:
    if money:
        return _money(Decimal(str(term)))
    return literal(term.isoformat() if isinstance(term, date) else term)
