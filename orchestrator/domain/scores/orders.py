"""NET ORDERS: what somebody really bought (SEMANTICS §8): cancelled orders are none, returned amounts are taken off.

A return names its order. What was returned whole was no purchase; an order that never cost anything was one. A return
that names no order that is known lowers the sum alone: nobody can say which purchase it undid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from orchestrator.domain.orders import (
    CANCELLED,
    PLACED,
    RETURNED,
    ZERO,
    Change,
    Order,
    change_of,
    left,
    loose,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One event about an order. `order_id` "" where it names none; `discounted`: a price below the usual was paid."""

    name: str
    at: datetime
    amount: Decimal = ZERO
    order_id: str = ""
    categories: tuple[str, ...] = ()
    discounted: bool = False


@dataclass(frozen=True, slots=True)
class Bought:
    """The orders that stand, oldest first, with what is left of their amounts. `loose`: returned without an order."""

    orders: tuple[Line, ...]
    loose: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """All that was paid and not given back; never below zero."""
        return max(sum((one.amount for one in self.orders), ZERO) - self.loose, ZERO)


def bought(lines: Iterable[Line]) -> Bought:
    """What stands of these events of one person."""
    placed: dict[int, Line] = {}
    changes: list[Change] = []
    for place, line in enumerate(lines):
        if line.name == PLACED:
            placed[place] = line
        elif line.name == RETURNED or not line.order_id:
            changes.append(change_of(RETURNED, line.at, line.order_id, line.amount))
        else:
            changes.append(change_of(CANCELLED, line.at, line.order_id, None))
    orders = [Order(place, line.at, line.amount, line.order_id) for place, line in placed.items()]
    standing = [
        replace(placed[place], amount=amount)
        for place, amount in left(orders, changes).items()
        if amount >= 0
    ]
    given_back = sum((one.amount or ZERO for one in loose(orders, changes)), ZERO)
    return Bought(tuple(sorted(standing, key=lambda one: one.at)), given_back)
