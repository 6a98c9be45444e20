"""NET ORDERS: what somebody really bought (SEMANTICS §8): cancelled orders are none, returned amounts are taken off.

A return names its order. What was returned whole was no purchase; an order that never cost anything was one. A return
that names no order that is known lowers the sum alone: nobody can say which purchase it undid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

PLACED, RETURNED, CANCELLED = "order.placed", "order.returned", "order.cancelled"
ZERO = Decimal(0)


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
    placed: list[Line] = []
    returned: dict[str, Decimal] = defaultdict(lambda: ZERO)
    cancelled: set[str] = set()
    for line in lines:
        if line.name == PLACED:
            placed.append(line)
        elif line.name == RETURNED or not line.order_id:
            returned[line.order_id] += line.amount
        else:
            cancelled.add(line.order_id)
    known = {line.order_id for line in placed} - {""}
    loose = sum((amount for order, amount in returned.items() if order not in known), ZERO)
    return Bought(tuple(_standing(placed, returned, cancelled)), loose)


def _standing(placed: Sequence[Line], returned: dict[str, Decimal], cancelled: set[str]) -> Iterable[Line]:
    """Each order less its returns; an order id that stands on several lines is given back from the first on."""
    back = dict(returned) | {"": ZERO}
    for line in sorted(placed, key=lambda one: one.at):
        if line.order_id and line.order_id in cancelled:
            continue
        off = min(back.get(line.order_id, ZERO), line.amount)
        if off and line.order_id:
            back[line.order_id] -= off
        if off < line.amount or not line.amount:
            yield replace(line, amount=line.amount - off)
