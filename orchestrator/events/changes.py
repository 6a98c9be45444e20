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
from orchestrator.domain.wording import Words
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
    why = {index: words for index, one in enumerate(told) if (words := too_late(one.at, now))}
    outcome.errors += [RowError(told[index].line, words) for index, words in why.items()]
    timely = [one for index, one in enumerate(told) if index not in why]
    known = set(Event.objects.filter(key__in=[one.key for one in timely]).values_list("key", flat=True))
    fresh = list({one.key: one for one in timely if one.key not in known}.values())
    owners = save_owners([(one.line, one.external_id, one.at) for one in fresh], now, outcome)
    kept = [one for one in fresh if one.external_id in owners.ids]
    record([_event(one, owners.ids[one.external_id]) for one in kept], now)
    outcome.counts["repeated"] += len(timely) - len(fresh)
    if fresh:
        outcome.counts["new_customers"] += len(owners.added)
    for one in kept:
        outcome.counts[_counted(one)] += 1
    return outcome


def too_late(at: datetime, now: datetime) -> str | None:
    """Why what happens after tomorrow cannot be: its date is wrong. None for what can."""
    return (
        None
        if at <= now + AHEAD
        else Words("the date %(date)s is in the future; check it", date=f"{at:%Y-%m-%d}")
    )


@dataclass(frozen=True, slots=True)
class Owners:
    """`ids`: external id -> customer, without those who were erased. `added`: the external ids that were new."""

    ids: Mapping[str, int]
    added: Collection[str]


def save_owners(lines: Collection[tuple[int, str, datetime]], now: datetime, outcome: Outcome) -> Owners:
    """The customers of these (line, external id, moment), added where not known, since their first moment.

    A line of somebody who was erased is one of the outcome's errors.
    """
    since: dict[str, datetime] = {}
    for _, external_id, at in lines:
        since[external_id] = min(at, since.get(external_id, now))
    if not since:
        return Owners({}, ())
    saved = save([Person(external_id, created_at=at) for external_id, at in since.items()], now)
    names = list(since)
    erased = {names[problem.index]: problem.message for problem in saved.problems}
    outcome.errors += [RowError(line, erased[name]) for line, name, _ in lines if name in erased]
    ids = {name: id_ for name, id_ in zip(names, saved.ids, strict=True) if name not in erased}
    return Owners(ids, {name for name, id_ in zip(names, saved.ids, strict=True) if id_ in saved.fresh})


def _event(one: Told, customer: int) -> NewEvent:
    return NewEvent(customer, one.name, one.at, one.key, one.amount, one.properties)


def _counted(one: Told) -> str:
    if one.name == PLACED:
        return "orders"
    return "loose_returns" if one.name == RETURNED and not one.properties.get("order_id") else one.name[6:]
