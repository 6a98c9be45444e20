"""MONEY: the rows in which it is counted what budgets have spent.

A message names in `charged` the rows of Spending in which its `cost` stands. Both are written in one transaction by
whoever writes `counted_at`, from what the row held before to what it holds now (`shift`); so a row of Spending is the
sum of its messages, and what is given back is given back once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, QuerySet

from orchestrator.domain.outbox import State
from orchestrator.messaging.locks import lock_budgets
from orchestrator.messaging.models import Message, Spending
from orchestrator.messaging.prices import Bill
from orchestrator.messaging.rows import Claimed
from orchestrator.store import doorbells


class Held(NamedTuple):
    """What a message's row says of money."""

    charged: Sequence[int] | None
    cost: Decimal | None


NOTHING = Held(None, None)


def as_claimed(message: Claimed) -> Held:
    """What the row said when it was claimed: nobody else changes it under the claim's fence."""
    return Held(message.charged, message.cost)


def as_billed(bill: Bill) -> Held:
    """What the gate has written."""
    return Held(bill.charged, bill.cost)


def shift(changes: Iterable[tuple[Held, Held]]) -> None:
    """Count what messages are charged to now in the place of what they were; in the transaction that writes both.

    Adds to the rows, never overwrites them.
    """
    moved: dict[int, Decimal] = defaultdict(Decimal)
    for before, after in changes:
        for held, sign in ((before, -1), (after, 1)):
            for row in held.charged or ():
                moved[row] += sign * (held.cost or 0)
    for row, amount in sorted(moved.items()):
        if amount:
            Spending.objects.filter(pk=row).update(spent=F("spent") + amount)


def look_again(now: datetime) -> int:
    """Have those looked at that wait for money: a budget was changed. Answers how many."""
    with transaction.atomic():
        waiting = Message.objects.filter(state=State.PLANNED, reason="over_budget").order_by("id")
        ids = list(waiting.select_for_update().values_list("id", flat=True))
        doorbells.ring(doorbells.DELIVER)
        return Message.objects.filter(id__in=ids).update(due_at=now)


def lock_charged(which: QuerySet[Message]) -> None:
    """Lock the budgets that these messages are charged to, before the messages themselves are locked."""
    if connection.vendor != "sqlite":
        charged = which.filter(charged__isnull=False).values_list("charged", flat=True)
        lock_budgets((), {row for rows in charged for row in rows or ()})


def give_back(ids: Sequence[int]) -> None:
    """Give back what these messages have reserved. They are locked, and the caller clears their `counted_at` next."""
    charged = Message.objects.filter(charged__isnull=False, id__in=ids)
    rows = [Held(*row) for row in charged.values_list("charged", "cost")]
    if rows:
        charged.update(charged=None)
        shift((row, NOTHING) for row in rows)
