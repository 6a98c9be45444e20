"""What a message costs, and what may be spent (SEMANTICS §2, §7): prices, budgets, and the tightest of several.

Amounts are Decimal in the workspace's currency, exact to four places. What has been spent is loaded under the
budgets' locks by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from orchestrator.domain.frequency import Calendar, first_day, next_start

Per = Literal["part", "message"]
Period = Literal["day", "week", "month", ""]  # "" for a budget that is spent once
PLACES = Decimal("0.0001")
# Under this day stands what a budget without periods has spent.
WHOLE_LIFE = date(2000, 1, 1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Price:
    """What one part or one message costs on a channel; "" as provider or country means any."""

    channel: str
    amount: Decimal
    per: Per = "message"
    provider: str = ""
    country: str = ""

    def applies(self, channel: str, provider: str, country: str) -> bool:
        """Whether a message by this channel and provider, to this country, may cost this."""
        return channel == self.channel and self.provider in ("", provider) and self.country in ("", country)

    def of(self, parts: int) -> Decimal:
        """The cost of a message of so many parts."""
        return self.amount * parts if self.per == "part" else self.amount


@dataclass(frozen=True, slots=True)
class PriceList:
    """All prices, and their currency."""

    prices: tuple[Price, ...] = ()
    currency: str = ""

    def find(self, channel: str, provider: str = "", country: str = "") -> Price | None:
        """The price that says most: of provider and country, then of the provider, of the country, of the channel."""
        there = [price for price in self.prices if price.applies(channel, provider, country)]
        return max(there, key=lambda price: (bool(price.provider), bool(price.country)), default=None)

    def asks_country(self, channel: str) -> bool:
        """Whether it matters where messages of this channel go."""
        return any(price.country for price in self.prices if price.channel == channel)


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `amount` in each period of the workspace's calendar; None for channels or brand, "" for journey: any."""

    id: int
    name: str
    amount: Decimal
    period: Period = "month"
    channels: frozenset[str] | None = None
    brand: int | None = None
    journey: str = ""

    def applies(self, channel: str, brand: int, journey: str) -> bool:
        """Whether a message of this channel, brand and journey is paid from it."""
        return (
            (self.channels is None or channel in self.channels)
            and self.brand in (None, brand)
            and self.journey in ("", journey)
        )

    def begins_on(self, now: datetime, zone: ZoneInfo) -> date:
        """The first day of the period that `now` lies in."""
        return first_day(Calendar(self.period), now, zone) if self.period else WHOLE_LIFE

    def renews_at(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the next period begins (UTC); None where there is none."""
        return next_start(Calendar(self.period), now, zone) if self.period else None


@dataclass(frozen=True, slots=True)
class Purse:
    """A budget as one message finds it: spent in this period, of which `own` is this message's reservation."""

    budget: Budget
    spent: Decimal
    own: Decimal = Decimal(0)
    renews_at: datetime | None = None

    @property
    def spent_by_others(self) -> Decimal:
        """What counts against the message: a retry keeps what it has reserved."""
        return self.spent - self.own

    def with_more(self, amount: Decimal) -> Purse:
        """The same after others of its batch have reserved `amount`."""
        return replace(self, spent=self.spent + amount)

    def can_pay(self, cost: Decimal) -> bool:
        """Whether the cost fits; to the last ten-thousandth."""
        return self.spent_by_others + cost <= self.budget.amount


def tightest(purses: Sequence[Purse], cost: Decimal) -> Purse | None:
    """None if all can pay; of those that cannot, the one that renews last, one that never does before all others."""
    empty = [purse for purse in purses if not purse.can_pay(cost)]
    if not empty:
        return None
    return max(empty, key=lambda purse: purse.renews_at or _NEVER)
