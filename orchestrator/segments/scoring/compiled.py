"""Rules about scores as SQL: one look-up of the customer's row, and for shares one of the stored cut."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import DateField, Exists, F, FloatField, OuterRef, Q, Subquery, Value
from django.db.models.functions import NullIf, StrIndex
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.score_rules import ScoreIs, ScoreRanked
from orchestrator.domain.scores.names import KNOWN
from orchestrator.domain.zones import local
from orchestrator.segments.comparisons import LOOKUPS
from orchestrator.segments.compile import Scope, register
from orchestrator.segments.scored import Score, ScoreCut
from orchestrator.store.fields import MoneyField
from orchestrator.store.prepared import Given

_OF_BUYERS = frozenset({"orders", "net"})  # the others are not known of who never bought
_TURNED: dict[str, Any] = {
    "is": Exact,
    "above": LessThan,
    "below": GreaterThan,
    "at_least": LessThanOrEqual,
    "at_most": GreaterThanOrEqual,
}


def _score_is(rule: ScoreIs, scope: Scope) -> Any:
    test = rule.comparison
    found = Exists(_mine(scope).filter(_true(test, scope)))
    refuses = test.op in ("is_not", "not_in") or (test.op == "exists" and not test.value)
    return ~found if refuses else found


def _score_ranked(rule: ScoreRanked, scope: Scope) -> Any:
    """Both sides as they are stored, of money hundredths."""
    column = "top" if rule.end == "top" else "value"
    cut = ScoreCut.objects.filter(name=rule.name, percent=rule.percent).values(column)[:1]
    bound = Subquery(cut, output_field=FloatField())
    lookup: Any = GreaterThanOrEqual if rule.end == "top" else LessThanOrEqual
    mine = _mine(scope).filter(lookup(F(KNOWN[rule.name].column or rule.name), bound))
    return Exists(mine.filter(orders__gt=0) if rule.name in _OF_BUYERS else mine)


def _mine(scope: Scope) -> Any:
    return Score.objects.filter(customer_id=OuterRef(scope.subject.customer))


def _true(test: Comparison, scope: Scope) -> Any:
    """Of a row: what `is_not` and `not_in` deny, and what the others say."""
    known = KNOWN[test.name]
    left: Any = F(known.column or test.name)
    if known.kind == "text":
        left = NullIf(left, Value(""))
    if test.op == "exists":
        return IsNull(left, False)
    if known.kind == "days":
        return _days(test, left, scope)
    if test.op == "contains":
        return GreaterThan(StrIndex(left, Value(str(test.value))), 0)
    terms: Any = test.value if isinstance(test.value, tuple) else (test.value,)
    lookup = LOOKUPS.get(test.op, Exact)
    return Q(*(Q(lookup(left, _written(term, known.kind))) for term in terms), _connector=Q.OR)


def _days(test: Comparison, left: Any, scope: Scope) -> Any:
    """Days since or until a stored date, as of now in the workspace's zone: so they are right without a pass."""
    since = test.name == "days_since_order"
    number: Any = test.value
    lookup = (_TURNED if since else LOOKUPS)[test.op]
    through = partial(_moved, -number if since else number, scope)
    if isinstance(scope.now, Given):
        return lookup(left, Given(scope.now.name, lambda now: through(now).isoformat()))
    return lookup(left, Value(through(scope.now), output_field=DateField()))


def _moved(days: int, scope: Scope, now: datetime) -> date:
    """The day so many whole days after today; a date that there is."""
    most = 365 * 500
    return local(now, scope.zone).date() + timedelta(days=int(max(-most, min(days, most))))


def _written(term: Any, kind: str) -> Any:
    if kind == "amount":
        return Value(Decimal(str(term)), output_field=MoneyField())
    if kind == "number":
        return Value(float(term), output_field=FloatField())
    return Value(term, output_field=DateField()) if isinstance(term, date) else Value(str(term))


def handle() -> None:
    """Teach the rule compiler about scores."""
    register(ScoreIs, _score_is)
    register(ScoreRanked, _score_ranked)
