"""HISTORY: events of the past that a step must see before it decides, loaded in one statement for a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.domain.walks import Visited
from orchestrator.events.models import Event
from orchestrator.journeys.enroll import AFTERWARDS
from orchestrator.sdk.steps import ArrivedEvent, Past
from orchestrator.sdk.value import value
from orchestrator.store.prepared import Given, prepared


@value
class Asking:
    """A person at a step that asks for the past."""

    enrollment: int
    customer_id: int
    entered_at: datetime
    visited: Visited
    past: Past


def history(asked: Sequence[Asking], now: datetime) -> dict[tuple[int, Visited], tuple[ArrivedEvent, ...]]:
    """What each asked for, oldest first. The event they entered by is never among it."""
    if not asked:
        return {}
    rows = _events().rows(
        customers={one.customer_id for one in asked},
        names={name for one in asked for name in one.past.names},
        since=min(one.past.since for one in asked),
        entered=min(one.entered_at for one in asked),
        now=now,
    )
    theirs: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        theirs[row[0]].append(row[1:])
    return {(one.enrollment, one.visited): _of(one, theirs[one.customer_id]) for one in asked}


def _of(one: Asking, rows: Sequence[tuple[Any, ...]]) -> tuple[ArrivedEvent, ...]:
    entered_by = one.entered_at - AFTERWARDS
    return tuple(
        ArrivedEvent(name, at, with_amount(properties, amount))
        for name, at, properties, amount, pending in rows
        if name in one.past.names
        and at != entered_by
        and (at >= one.past.since or (pending and at >= one.entered_at))
    )


def with_amount(properties: dict[str, Any], amount: Decimal | None) -> dict[str, Any]:
    """An event's properties, with its amount among them under that name."""
    return properties if amount is None else {**properties, "amount": float(amount)}


@prepared
def _events() -> QuerySet[Any]:
    named = Event.objects.filter(
        customer_id__among=Given("customers"), name__among=Given("names"), occurred_at__lte=Given("now")
    )
    seen = named.filter(
        Q(occurred_at__gte=Given("since")) | Q(pending=True, occurred_at__gte=Given("entered"))
    )
    columns = ("customer_id", "name", "occurred_at", "properties", "amount", "pending")
    return seen.order_by("occurred_at", "id").values_list(*columns)
