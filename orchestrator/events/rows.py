"""Events as rows: what they hold is checked and put in order.

Every event of a shop comes by here, one by one or by the hundred. So each check has a short way for what events mostly
are, and whatever it does not know goes the long way, which says in words what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from orchestrator.customers.plain import DEPTH, check_text, make_plain
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.store import json_text
from orchestrator.store.json_text import Written

if TYPE_CHECKING:
    from orchestrator.events.record import NewEvent

FUTURE = timedelta(minutes=5)
HISTORY = timedelta(hours=24)
_KEY = Words("the event's key")
LARGEST = Decimal(10) ** 15
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
# Whatever is not JSON itself goes the long way, and has its words there.
_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


class Row(NamedTuple):
    """An event as it is stored: the moment in UTC and never in the future, the properties plain."""

    customer: int
    name: str
    occurred_at: datetime
    key: str
    amount: Decimal | None
    properties: Written
    backfilled: bool


def row(event: NewEvent, occurred_at: datetime, now: datetime) -> Row:
    """Check an event that happened at `occurred_at`, in UTC; ValueError in words for what cannot be stored."""
    return make_row(
        event.customer_id, event.name, occurred_at, event.key, event.amount, event.properties, event.backfilled, now
    )  # fmt: skip


def make_row(
    customer: int,
    name: str,
    occurred_at: datetime,
    key: str,
    amount: Decimal | None,
    properties: Mapping[str, Any],
    backfilled: bool,
    now: datetime,
) -> Row:
    """The same, of an event's parts."""
    if not is_name(name):
        raise Wrong("the event name %(name)s is not valid; write it like order.placed", name=shown(name))
    if not 1 <= len(_text(key, _KEY)) <= 100:
        raise Wrong("the event key %(key)s must have 1 to 100 characters", key=shown(key))
    if amount is not None and not (amount.is_finite() and abs(amount) < LARGEST):
        raise Wrong("the amount %(amount)s is no sum of money; write it like 1234.50", amount=shown(amount))
    if occurred_at > now + FUTURE:
        occurred_at = now
    history = backfilled or now - occurred_at > HISTORY
    return Row(customer, name, occurred_at, key, amount, written(properties), history)


@lru_cache(maxsize=1024)  # events are many, their names few
def is_name(name: str) -> bool:
    """Whether an event may be called so."""
    return len(name) <= 100 and _NAME.fullmatch(name) is not None


def _text(value: str, where: str) -> str:
    return value if value.isascii() and "\x00" not in value else check_text(value, where)


def written(properties: Mapping[str, Any]) -> Written:
    """Properties as JSON; ValueError in words for what cannot be kept.

    The short way refuses half letters, large numbers and what is no JSON by itself; a NUL and what is no number show in its
    text, and so does how deep it can be at most.
    """
    try:
        text = orjson.dumps(properties, option=_STRICT)
    except TypeError:
        text = b"null"
    if b"null" in text or b"\\u0000" in text or text.count(b"{") + text.count(b"[") > DEPTH:
        return Written(json_text.write(make_plain(properties, "properties")))
    return Written(text.decode())
