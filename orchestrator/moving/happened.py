"""HAPPENED: one thing that an old system tells of a message or an order. Reading is pure.

What is told decides what is stored: a message that was sent is a past message; what somebody did with it is an event of ours
marked as history, so that scores know when and by which channel they answer, and nothing starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from orchestrator.consents.models import ConsentState, SuppressionReason
from orchestrator.customers.addresses import digest
from orchestrator.events.keys_of_orders import cancelled_key, placed_key, returned_key
from orchestrator.events.record import NewEvent
from orchestrator.moving.contacts import Allowed, Blocked, Who


class What(StrEnum):
    """What it is, in the words of our events."""

    SENT = "sent"
    OPENED = "message.opened"
    CLICKED = "message.clicked"
    REPLIED = "message.replied"
    BOUNCED = "message.bounced"
    COMPLAINED = "message.complained"
    UNSUBSCRIBED = "message.unsubscribed"
    PLACED = "order.placed"
    RETURNED = "order.returned"
    CANCELLED = "order.cancelled"
    VIEWED = "page.viewed"
    CART = "cart.updated"
    CHECKOUT = "checkout.started"


ORDERS = frozenset({What.PLACED, What.RETURNED, What.CANCELLED})
_MACHINES = frozenset({What.OPENED, What.CLICKED})
_BLOCKS = {What.COMPLAINED: SuppressionReason.COMPLAINT, What.BOUNCED: SuppressionReason.BOUNCE}


@dataclass(frozen=True, slots=True)
class Happened:
    """`name`: what names it in the old system for good; of an order its own number. `hard`: a bounce that stays one."""

    who: Who
    what: What
    at: datetime
    name: str
    channel: str = ""
    title: str = ""
    machine: bool = False
    hard: bool = False
    purpose: str = "marketing"
    amount: Decimal | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    problems: Sequence[str] = ()


def event_of(one: Happened, customer: int) -> NewEvent:
    """As an event: history, whatever its time, and known again by its key however often it is read."""
    name = f"{one.what.value}_by_machine" if one.machine and one.what in _MACHINES else one.what.value
    said = {"channel": one.channel, "title": one.title, "system": one.who.system, **one.properties}
    properties = {key: value for key, value in said.items() if value not in ("", None)}
    if one.what in _MACHINES:
        properties["machine"] = one.machine
    return NewEvent(customer, name, one.at, _key(one), one.amount, properties, backfilled=True)


def _key(one: Happened) -> str:
    """An order has the key that every way in gives it; of all else a keyed hash, from which nobody can be guessed."""
    if one.what is What.PLACED:
        return placed_key(one.name)
    if one.what is What.CANCELLED:
        return cancelled_key(one.name)
    if one.what is What.RETURNED:
        return returned_key(one.name, one.name)
    named = digest("moved event", f"{one.who.system}\0{one.name}")
    return f"{one.what.value}:{named}"


def allowed_by(one: Happened) -> Allowed | None:
    """The withdrawal that lies in it: whoever unsubscribed, or called us spam."""
    if one.what not in (What.UNSUBSCRIBED, What.COMPLAINED):
        return None
    word = one.what.value.removeprefix("message.")
    columns = {"event": word, "at": one.at.isoformat(), "title": one.title}
    return Allowed(one.channel, ConsentState.WITHDRAWN, one.at, word, columns)


def blocked_by(one: Happened) -> Blocked | None:
    """The address that is never to be used again: it came back for good, or its owner called us spam."""
    if one.what is What.COMPLAINED or (one.what is What.BOUNCED and one.hard):
        return Blocked(one.channel, _BLOCKS[one.what], one.who.system)
    return None
