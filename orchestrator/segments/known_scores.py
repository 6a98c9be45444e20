"""KNOWN SCORES: what the scores of people are now, as plain values that stand as evidence beside a rule's truth."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.scores.names import KNOWN
from orchestrator.segments.scored import Score
from orchestrator.store.prepared import Given, prepared

_COLUMNS = tuple(dict.fromkeys(known.column or name for name, known in KNOWN.items()))


def read_scores(customers: Collection[int]) -> dict[int, dict[str, Any]]:
    """By customer: each score by its name, and `computed_at`; nobody's who has none. One query."""
    answer = {}
    for customer, computed_at, *values in _scores().rows(customers=customers):
        stored = dict(zip(_COLUMNS, map(_plain, values), strict=True))
        named = {name: stored[known.column or name] for name, known in KNOWN.items()}
        answer[customer] = {**named, "computed_at": _plain(computed_at)}
    return answer


def _plain(value: Any) -> Any:
    """As JSON holds it; nothing where too little is known."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else None if value == "" else value


@prepared
def _scores() -> QuerySet[Any]:
    rows = Score.objects.filter(customer_id__among=Given("customers"))
    return rows.values_list("customer_id", "computed_at", *_COLUMNS)
