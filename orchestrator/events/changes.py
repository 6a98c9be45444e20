"""CHANGES: store what files say of orders: each event once, and customers who are not known yet with their first one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orchestrator.customers.imports.kinds import Outcome
from orchestrator.customers.imports.table import RowError
from orchestrator.customers.save import Person, save
from orchestrator.domain.orders import PLACED, RETURNED
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, record

AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of an order, as a line of a file tells it."""

    line: int
    external_id: str
    name: str
    at: datetime
    key: str
    amount: Decimal | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


def store(told: Sequence[Told], now: datetime) -> Outcome:
    """Record those that are new; counts them by name. Lines of people who were erased, and of the future, are left out."""
    outcome = Outcome()
    timely = [one for one in told if one.at <= now + AHEAD]
    for one in told:
        if one.at > now + AHEAD:
            outcome.errors.append(
                RowError(one.line, f"the date {one.at:%Y-%m-%d} is in the future; check it")
            )
    known = set(Event.objects.filter(key__in=[one.key for one in timely]).values_list("key", flat=True))
    fresh = list({one.key: one for one in timely if one.key not in known}.values())
    owners = _owners(fresh, now, outcome)
    kept = [one for one in fresh if one.external_id in owners]
    record([_event(one, owners[one.external_id]) for one in kept], now)
    outcome.counts["repeated"] += len(timely) - len(fresh)
    for one in kept:
        outcome.counts[_counted(one)] += 1
    return outcome


def _event(one: Told, customer: int) -> NewEvent:
    return NewEvent(customer, one.name, one.at, one.key, one.amount, one.properties)


def _counted(one: Told) -> str:
    if one.name == PLACED:
        return "orders"
    return "loose_returns" if one.name == RETURNED and not one.properties.get("order_id") else one.name[6:]


def _owners(told: Collection[Told], now: datetime, outcome: Outcome) -> dict[str, int]:
    """The customer of each external id, added where not known; without those who were erased."""
    since: dict[str, datetime] = {}
    for one in told:
        since[one.external_id] = min(one.at, since.get(one.external_id, now))
    if not since:
        return {}
    saved = save([Person(external_id, created_at=at) for external_id, at in since.items()], now)
    outcome.counts["new_customers"] += saved.created
    names = list(since)
    erased = {names[problem.index]: problem.message for problem in saved.problems}
    for one in told:
        if one.external_id in erased:
            outcome.errors.append(RowError(one.line, erased[one.external_id]))
    ids = dict(zip(names, saved.ids, strict=True))
    return {name: id_ for name, id_ in ids.items() if name not in erased}
