"""MONEY: what rendered messages cost, what their budgets have left, and the rows in which it is counted.

A message names in `charged` the rows of Spending in which its `cost` stands. Both are written in one transaction by
whoever writes `counted_at`, from what the row held before to what it holds now (`shift`); so a row of Spending is the
sum of its messages, and what is given back is given back once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from orchestrator.domain import money
from orchestrator.domain.money import PriceList, Purse
from orchestrator.domain.outbox import State
from orchestrator.messaging.locks import lock_budgets
from orchestrator.messaging.models import Budget, Message, Price, Spending
from orchestrator.messaging.rows import Claimed
from orchestrator.sdk.values import Content, SmsContent
from orchestrator.store import bulk, doorbells
from orchestrator.store.prepared import prepared
from orchestrator.workspace.models import Workspace


@dataclass(frozen=True, slots=True)
class Bill:
    """What a rendered message costs, none where it has no price; `charged`: the rows of Spending it stands in."""

    parts: int | None = None
    cost: Decimal | None = None
    charged: tuple[int, ...] = ()


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


def read_prices(workspace: Workspace) -> PriceList:
    """All prices: one small query."""
    return PriceList(tuple(money.Price(*row) for row in _prices().rows()), workspace.currency)


@prepared
def _prices() -> QuerySet[Any]:
    return Price.objects.order_by("id").values_list("channel", "amount", "per", "provider", "country")


def bill(
    prices: PriceList, provider: str, content: Content, channel: str, address: str, country: str
) -> Bill:
    """What this content costs on its way to this address of somebody in this country."""
    parts = content.parts if isinstance(content, SmsContent) else None
    to = destination(channel, address, country) if prices.asks_country(channel) else ""
    price = prices.find(channel, provider, to)
    return Bill(parts, price.of(parts or 1) if price else None)


def destination(channel: str, address: str, country: str) -> str:
    """The country a telephone number belongs to; of other addresses, where its owner lives."""
    if channel != "sms":
        return country
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(address)) or ""
    except phonenumbers.NumberParseException:
        return ""


@dataclass(frozen=True, slots=True)
class Purses:
    """The budgets of a batch, as they stand under their locks; `rows`: budget -> its row of Spending."""

    purses: tuple[Purse, ...] = ()
    rows: Mapping[int, int] | None = None
    currency: str = ""

    def of(self, message: Claimed, cost: Decimal | None) -> tuple[Purse, ...]:
        """Those that this message is paid from, with what it has reserved itself."""
        if cost is None or not message.counts_toward_caps:
            return ()
        charged = message.charged or ()
        return tuple(
            Purse(purse.budget, purse.spent, self._own(purse, message, charged), purse.renews_at)
            for purse in self.purses
            if purse.budget.applies(message.channel, message.brand_id, message.journey)
        )

    def charged(self, purses: Iterable[Purse]) -> tuple[int, ...]:
        """Their rows of Spending."""
        rows = self.rows or {}
        return tuple(rows[purse.budget.id] for purse in purses)

    def _own(self, purse: Purse, message: Claimed, charged: Sequence[int]) -> Decimal:
        mine = (self.rows or {})[purse.budget.id] in charged
        return message.cost or Decimal(0) if mine else Decimal(0)


def open_purses(
    costs: Sequence[tuple[Claimed, Decimal | None]], workspace: Workspace, now: datetime
) -> Purses:
    """Lock and read the budgets that these messages are paid from. Without a price or a budget nothing is locked.

    The price: workers whose messages are paid from one budget pass the gate one after the other.
    """
    paid = [message for message, cost in costs if cost is not None and message.counts_toward_caps]
    wanted = [one.id for one in _budgets(paid)] if paid else []
    earlier = {row for message, _ in costs for row in message.charged or ()}
    lock_budgets(wanted, earlier)
    # Read again, now that nobody else changes them or reserves from them.
    budgets = [one for one in _budgets(paid) if one.id in wanted] if wanted else []
    zone = ZoneInfo(workspace.time_zone)
    rows = _rows(budgets, zone, now)
    purses = tuple(Purse(one, rows[one.id][1], renews_at=one.renews_at(now, zone)) for one in budgets)
    return Purses(purses, {budget: row for budget, (row, _) in rows.items()}, workspace.currency)


def _budgets(messages: Sequence[Claimed]) -> list[money.Budget]:
    """Those that pay for at least one of these messages."""
    places = {(one.channel, one.brand_id, one.journey) for one in messages}
    return [one for one in _read_budgets() if any(one.applies(*place) for place in places)]


def _read_budgets() -> list[money.Budget]:
    """All that are enabled: one small query."""
    return [
        money.Budget(id_, name, amount, period, frozenset(channels) or None, brand, journey)
        for id_, name, amount, period, channels, brand, journey in _enabled().rows()
    ]


@prepared
def _enabled() -> QuerySet[Any]:
    budgets = Budget.objects.filter(enabled=True).order_by("id")
    return budgets.values_list("id", "name", "amount", "period", "channels", "brand_id", "journey")


def _rows(budgets: Sequence[money.Budget], zone: ZoneInfo, now: datetime) -> dict[int, tuple[int, Decimal]]:
    """Each budget's row of the current period, made where there is none yet, and what it has spent."""
    periods = {one.id: (one.period, one.begins_on(now, zone)) for one in budgets}
    found = _spent(periods)
    missing = [(id_, *period, Decimal(0)) for id_, period in periods.items() if id_ not in found]
    if not missing:
        return found
    bulk.insert(Spending, ("budget", "period", "begins_on", "spent"), missing, ignore_conflicts=True)
    return _spent(periods)


def _spent(periods: Mapping[int, tuple[str, Any]]) -> dict[int, tuple[int, Decimal]]:
    if not periods:
        return {}
    rows = Spending.objects.filter(
        budget__in=periods, begins_on__in={begins for _, begins in periods.values()}
    )
    return {
        budget: (id_, spent)
        for id_, budget, period, begins_on, spent in rows.values_list(
            "id", "budget_id", "period", "begins_on", "spent"
        )
        if periods[budget] == (period, begins_on)
    }


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


def purses_at(at: datetime, workspace: Workspace) -> list[Purse]:
    """All enabled budgets as far as they are spent now, in the period of that moment. Locks nothing, and makes no row."""
    zone = ZoneInfo(workspace.time_zone)
    budgets = _read_budgets()
    found = _spent({one.id: (one.period, one.begins_on(at, zone)) for one in budgets})
    return [Purse(one, found[one.id][1] if one.id in found else Decimal(0)) for one in budgets]


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
    charged = Message.objects.filter(Q(charged__isnull=False), id__in=ids)
    rows = [Held(*row) for row in charged.values_list("charged", "cost")]
    if rows:
        charged.update(charged=None)
        shift((row, NOTHING) for row in rows)
