"""NET: what is left of the orders of a batch of customers, as of a moment: one statement where nobody gave anything back.

Whoever counts orders in Python asks here; the rule language says the same in SQL (`net_sql`), and a test holds them
together. A change counts from when it happened: what is asked as of an earlier moment does not see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.orders import (
    PLACED,
    ZERO,
    Change,
    Order,
    Turn,
    change_of,
    left,
    order_id_of,
    turns,
)
from orchestrator.events.models import Event
from orchestrator.events.net_sql import IsChange
from orchestrator.store.prepared import Given, prepared


@dataclass(slots=True)
class Net:
    """Of those customers whose orders were changed: every order of theirs, and what changed it."""

    orders: dict[int, list[Order]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))
    _left: dict[int, Decimal] = field(default_factory=dict)
    _known: set[int] = field(default_factory=set)

    def settle(self) -> Net:
        """Reckon what stands, once all is read."""
        for customer, orders in self.orders.items():
            self._left |= left(orders, self.changes[customer])
            self._known |= {one.id for one in orders}
        return self

    def stands(self, event_id: int) -> bool:
        """Whether this order counts."""
        return event_id not in self._known or event_id in self._left

    def worth(self, event_id: int, amount: Decimal | None) -> Decimal | None:
        """What is left of an order that counts; its amount as it was where nothing changed it."""
        return amount if amount is None else self._left.get(event_id, amount)

    def turns(self, customer: int) -> list[Turn]:
        """How the orders of one of them came to count, and by how much less later."""
        return turns(self.orders[customer], self.changes[customer])


def net(event: str, customers: Collection[int], now: datetime) -> Net:
    """What was changed of the orders of these, if the event asked about is an order; else nothing is."""
    answer = Net()
    if event != PLACED or not customers:
        return answer
    for customer, name, at, amount, properties in _changes().rows(customers=list(customers), now=now):
        answer.changes[customer].append(change_of(name, at, order_id_of(properties), amount))
    if answer.changes:
        for customer, id_, at, amount, properties in placed().rows(customers=list(answer.changes), now=now):
            answer.orders[customer].append(Order(id_, at, amount or ZERO, order_id_of(properties)))
    return answer.settle()


@prepared
def _changes() -> QuerySet[Any]:
    rows = Event.objects.filter(
        IsChange(), customer_id__among=Given("customers"), occurred_at__lte=Given("now")
    )
    return rows.order_by("occurred_at", "id").values_list(
        "customer_id", "name", "occurred_at", "amount", "properties"
    )


@prepared
def placed() -> QuerySet[Any]:
    """Every order of `customers` up to `now`, oldest first: customer, id, moment, amount, properties."""
    rows = Event.objects.filter(
        customer_id__among=Given("customers"), name=PLACED, occurred_at__lte=Given("now")
    )
    return rows.order_by("occurred_at", "id").values_list(
        "customer_id", "id", "occurred_at", "amount", "properties"
    )
