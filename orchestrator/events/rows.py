"""Events as rows: what they hold is checked and put in order.

Every event of a shop comes by here, one by one or by the hundred. So each check has a short way for what events mostly
are, and whatever it does not know goes the long way, which says in words what is wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from orchestrator.customers.plain import check_text, make_plain
from orchestrator.domain.shown import shown

if TYPE_CHECKING:
    from orchestrator.events.record import NewEvent

FUTURE = timedelta(minutes=5)
HISTORY = timedelta(hours=24)
LARGEST = Decimal(10) ** 15
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_PLAIN = frozenset({int, bool, type(None)})


class Row(NamedTuple):
    """An event as it is stored: the moment in UTC and never in the future, the properties plain."""

    customer: int
    name: str
    occurred_at: datetime
    key: str
    amount: Decimal | None
    properties: Mapping[str, Any]
    backfilled: bool


def row(event: NewEvent, occurred_at: datetime, now: datetime) -> Row:
    """Check an event that happened at `occurred_at`, in UTC; ValueError in words for what cannot be stored."""
    if not is_name(event.name):
        raise ValueError(f"the event name {shown(event.name)} is not valid; write it like order.placed")
    if not 1 <= len(_text(event.key, "the event's key")) <= 100:
        raise ValueError(f"the event key {shown(event.key)} must have 1 to 100 characters")
    amount = event.amount
    if amount is not None and not (amount.is_finite() and abs(amount) < LARGEST):
        raise ValueError(f"the amount {shown(amount)} is no sum of money; write it like 1234.50")
    if occurred_at > now + FUTURE:
        occurred_at = now
    properties = (
        event.properties if _is_plain(event.properties) else make_plain(event.properties, "properties")
    )
    history = event.backfilled or now - occurred_at > HISTORY
    return Row(event.customer_id, event.name, occurred_at, event.key, amount, properties, history)


@lru_cache(maxsize=1024)  # events are many, their names few
def is_name(name: str) -> bool:
    """Whether an event may be called so."""
    return len(name) <= 100 and _NAME.fullmatch(name) is not None


def _text(value: str, where: str) -> str:
    return value if value.isascii() and "\x00" not in value else check_text(value, where)


def _is_plain(properties: Mapping[str, Any]) -> bool:
    """Whether they are texts, numbers and yes or no, one deep, with nothing in them that needs a closer look."""
    if type(properties) is not dict:
        return False
    for name, value in properties.items():
        kind = type(value)
        if kind is str:
            if not value.isascii() or "\x00" in value:
                return False
        elif kind not in _PLAIN and not (kind is float and math.isfinite(value)):
            return False
        if type(name) is not str or not name.isascii() or "\x00" in name:
            return False
    return True
