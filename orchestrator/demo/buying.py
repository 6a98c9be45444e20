"""BUYING: an order, and what sometimes follows it: it is called off, a part comes back, or a question to the helpdesk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from orchestrator.demo.goods import basket, total
from orchestrator.demo.tale import Act
from orchestrator.sdk.orders import Order, ticket_key
from orchestrator.sdk.sources import Happened, Who

CANCELLED, RETURNED, ASKED = 0.02, 0.04, 0.02  # of all orders
CLOSED, RATED = 0.85, 0.5  # of all tickets
COUPON, OFF = "HERBATA10", Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody buys. `usual`: złoty an order; `with_coupon`: the share of their orders at a lower price."""

    usual: float
    with_coupon: float


def buy(who: str, id_: str, at: datetime, habit: Habit, chance: random.Random) -> Iterator[Act]:
    """An order, and what follows it in the next days."""
    items = basket(habit.usual * chance.uniform(0.5, 1.6), chance)
    price = total(items)
    off = (price * OFF).quantize(Decimal("0.01")) if chance.random() < habit.with_coupon else None
    order = Order(id_, Who(who), at, price - (off or 0), "PLN", items, off, COUPON if off else "")
    yield act(order.placed())
    drawn = chance.random()
    if drawn < CANCELLED:
        yield act(order.cancelled(at + timedelta(hours=chance.uniform(1, 20))))
    elif drawn < CANCELLED + RETURNED:
        one = chance.choice(items)
        given_back = min(one.price * one.quantity, order.total)
        yield act(order.returned("1", at + timedelta(days=chance.uniform(4, 14)), given_back, [one]))
    if chance.random() < ASKED:
        yield from _ask(who, id_, at + timedelta(days=chance.uniform(1, 6)), chance)


def act(one: Happened) -> Act:
    """What a shop tells, as something that somebody does."""
    return Act(one.occurred_at, one.who.external_id, one.name, one.key, one.amount, one.properties)


def _ask(who: str, id_: str, at: datetime, chance: random.Random) -> Iterator[Act]:
    """A ticket, mostly settled within days and then perhaps rated."""
    said = {"ticket_id": f"t-{id_}"}
    yield Act(at, who, "ticket.opened", ticket_key("opened", f"t-{id_}"), properties=said)
    if chance.random() < CLOSED:
        closed = at + timedelta(hours=chance.uniform(2, 70))
        yield Act(closed, who, "ticket.closed", ticket_key("closed", f"t-{id_}", "1"), properties=said)
        if chance.random() < RATED:
            rated = {**said, "score": chance.choice([2, 4, 5, 5, 5]), "of": 5}
            key = ticket_key("rated", f"t-{id_}", "1")
            yield Act(closed + timedelta(hours=3), who, "ticket.rated", key, properties=rated)
