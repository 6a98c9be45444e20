"""PRICES: what a rendered message costs, by its channel, its provider and where it goes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import phonenumbers
from django.db.models import QuerySet

from orchestrator.domain import money
from orchestrator.domain.money import PriceList
from orchestrator.messaging.models import Price
from orchestrator.sdk.value import value
from orchestrator.sdk.values import Content, SmsContent
from orchestrator.store.prepared import prepared
from orchestrator.workspace.models import Workspace


@value
class Bill:
    """What a rendered message costs, none where it has no price; `charged`: the rows of Spending it stands in."""

    parts: int | None = None
    cost: Decimal | None = None
    charged: tuple[int, ...] = ()


FREE = Bill()


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
    if price is None and parts is None:
        return FREE
    return Bill(parts, price.of(parts or 1) if price else None)


def destination(channel: str, address: str, country: str) -> str:
    """The country a telephone number belongs to; of other addresses, where its owner lives."""
    if channel != "sms":
        return country
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(address)) or ""
    except phonenumbers.NumberParseException:
        return ""
