"""ORDERS LIVE: what is left of each after what was cancelled and given back (SEMANTICS §8). Pure.

A change names its order by `order_id`. A cancelled order is none. So is one of which all was given back; one of which a
part was, counts with the rest. An order that never cost anything stands until it is cancelled. It does not matter which
came first, the order or its change, nor how often a cancellation is told; more than there was is never given back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

PLACED, PAID, DELIVERED = "order.placed", "order.paid", "order.delivered"
RETURNED, CANCELLED = "order.returned", "order.cancelled"
CHANGES = (CANCELLED, RETURNED)
LONGEST_ID = 200
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Order:
    """One `order.placed`; several may say the same `order_id`, and then what is given back goes by them in turn."""

    id: int
    at: datetime
    amount: Decimal
    order_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """A cancellation (`amount` None), or a return of so much; a return that says no amount gives all back."""

    at: datetime
    order_id: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Turn:
    """At this moment the order `id` came to count by so much more or less."""

    at: datetime
    id: int
    amount: Decimal
    count: int


@dataclass(slots=True)
class _Life:
    """All that one order id has been through so far."""

    orders: list[Order] = field(default_factory=list)
    back: Decimal = ZERO
    cancelled: bool = False

    def left(self) -> dict[int, Decimal]:
        """What stands, by the order's id."""
        if self.cancelled:
            return {}
        answer, back = {}, self.back
        for one in self.orders:
            off = min(back, max(one.amount, ZERO))
            back -= off
            if off < one.amount or one.amount <= 0:
                answer[one.id] = one.amount - off
        return answer


def order_id_of(properties: Mapping[str, Any]) -> str:
    """The order that an event is about; "" where it names none. 7 and "7" are one order."""
    said = properties.get("order_id") if isinstance(properties, dict) else None
    if isinstance(said, bool) or not isinstance(said, str | int):
        return ""
    return str(said)[:LONGEST_ID]


def change_of(name: str, at: datetime, order_id: str, amount: Decimal | None) -> Change:
    """An event as a change; a return's amount may have been written with a minus."""
    return Change(at, order_id, None if name == CANCELLED or amount is None else abs(amount))


def turns(orders: Iterable[Order], changes: Iterable[Change]) -> list[Turn]:
    """How each order came to count, and by how much less later; oldest first."""
    lives: dict[str, _Life] = defaultdict(_Life)
    answer: list[Turn] = []
    steps: list[Order | Change] = [*sorted(orders, key=lambda one: (one.at, one.id)), *changes]
    for step in sorted(steps, key=lambda one: (one.at, isinstance(one, Change))):
        if not step.order_id:
            answer += [Turn(step.at, step.id, step.amount, 1)] if isinstance(step, Order) else []
            continue
        life = lives[step.order_id]
        before = life.left()
        _take(life, step)
        answer += _differences(step.at, before, life.left())
    return answer


def _take(life: _Life, step: Order | Change) -> None:
    if isinstance(step, Order):
        life.orders.append(step)
    elif step.amount is None:
        life.cancelled = True
    else:
        life.back += step.amount


def _differences(at: datetime, before: Mapping[int, Decimal], after: Mapping[int, Decimal]) -> Iterable[Turn]:
    for id_ in {**before, **after}:
        amount = after.get(id_, ZERO) - before.get(id_, ZERO)
        count = (id_ in after) - (id_ in before)
        if amount or count:
            yield Turn(at, id_, amount, count)


def left(orders: Iterable[Order], changes: Iterable[Change]) -> dict[int, Decimal]:
    """What stands of these, by id: the orders that count, each with what is left of its amount."""
    lives: dict[str, _Life] = defaultdict(_Life)
    answer: dict[int, Decimal] = {}
    for one in sorted(orders, key=lambda one: (one.at, one.id)):
        if one.order_id:
            lives[one.order_id].orders.append(one)
        else:
            answer[one.id] = one.amount
    for change in changes:
        _take(lives[change.order_id], change)
    for order_id, life in lives.items():
        answer |= life.left() if order_id else {}
    return answer


def loose(orders: Iterable[Order], changes: Iterable[Change]) -> list[Change]:
    """Returns of an amount that name no order that is known: nobody can say which purchase they undid."""
    known = {one.order_id for one in orders} - {""}
    return [one for one in changes if one.amount is not None and one.order_id not in known]
