"""PURSES: the budgets of a batch, locked and read at the gate: what each may spend, and what it has spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from orchestrator.domain import money
from orchestrator.domain.money import Purse
from orchestrator.messaging.locks import lock_budgets
from orchestrator.messaging.models import Budget, Spending
from orchestrator.messaging.rows import Claimed
from orchestrator.store import bulk
from orchestrator.store.prepared import prepared
from orchestrator.workspace.models import Workspace


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


def purses_at(at: datetime, workspace: Workspace) -> list[Purse]:
    """All enabled budgets as far as they are spent now, in the period of that moment. Locks nothing, and makes no row."""
    zone = ZoneInfo(workspace.time_zone)
    budgets = _read_budgets()
    found = _spent({one.id: (one.period, one.begins_on(at, zone)) for one in budgets})
    return [Purse(one, found[one.id][1] if one.id in found else Decimal(0)) for one in budgets]
