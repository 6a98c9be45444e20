"""An independent look at what was sent: reads the rows, and counts again by its own arithmetic.

It shares nothing with the gate but the tables. Rules are the shipped ones: one marketing message a local day, three
in seven times 24 hours, four hours between two, no SMS and no push from 21:00 to 08:00, and consent at hand-off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

QUIET_CHANNELS = ("sms", "push")
QUIET_FROM, QUIET_UNTIL = 21, 8
SILENCE = timedelta(days=90)

Sent = tuple[int, str, str, str, datetime]  # customer, channel, journey, zone, handed off at


def audit() -> dict[str, Any]:
    """How many accepted marketing messages were looked at, and which rules they break: all zero, if all is well."""
    sent = list(_sent())
    people: dict[int, list[Sent]] = defaultdict(list)
    for one in sent:
        people[one[0]].append(one)
    return {
        "looked_at": len(sent),
        "two_in_a_day": sum(_two_in_a_day(mine) for mine in people.values()),
        "four_in_seven_days": sum(_four_in_seven_days(mine) for mine in people.values()),
        "closer_than_four_hours": sum(_too_close(mine) for mine in people.values()),
        "in_quiet_hours": sum(_quiet(one) for one in sent),
        "without_consent": _without_consent(sent),
        "within_90_days_of_an_order": _soon_after_an_order(sent),
        "sent_twice": _twice(),
    }


def _sent() -> Iterable[Sent]:
    from orchestrator.messaging.models import Message

    rows = Message.objects.filter(state="accepted", purpose="marketing").order_by("handed_off_at")
    return rows.values_list("customer_id", "channel", "journey", "zone", "handed_off_at")


def _two_in_a_day(mine: list[Sent]) -> int:
    days = [at.astimezone(ZoneInfo(zone)).date() for *_, zone, at in mine]
    return len(days) - len(set(days))


def _four_in_seven_days(mine: list[Sent]) -> int:
    moments = [at for *_, at in mine]
    return sum(b - a < timedelta(days=7) for a, b in zip(moments, moments[3:], strict=False))


def _too_close(mine: list[Sent]) -> int:
    moments = [at for *_, at in mine]
    return sum(b - a < timedelta(hours=4) for a, b in pairwise(moments))


def _quiet(one: Sent) -> bool:
    _, channel, _, zone, at = one
    hour = at.astimezone(ZoneInfo(zone)).hour
    return channel in QUIET_CHANNELS and not QUIET_UNTIL <= hour < QUIET_FROM


def _without_consent(sent: list[Sent]) -> int:
    """Those whose last word about the channel, up to the hand-off, was not a grant."""
    from orchestrator.consents.models import ConsentRecord

    said: dict[tuple[int, str], list[tuple[datetime, str]]] = defaultdict(list)
    rows = ConsentRecord.objects.filter(purpose="marketing", topic="").order_by("recorded_at", "number")
    for customer, channel, at, state in rows.values_list("customer_id", "channel", "recorded_at", "state"):
        said[customer, channel].append((at, state))
    return sum(_last_word(said[customer, channel], at) != "granted" for customer, channel, _, _, at in sent)


def _last_word(said: list[tuple[datetime, str]], at: datetime) -> str:
    before = [state for when, state in said if when <= at]
    return before[-1] if before else "never asked"


def _soon_after_an_order(sent: list[Sent]) -> int:
    """Of an order that stood when the message left: one cancelled or given back whole by then is none."""
    orders, undone = _orders(), _undone()
    return sum(
        any(
            at - SILENCE < placed < at and not undone.get((customer, order), at) < at
            for placed, order in orders[customer]
        )
        for customer, _, journey, _, at in sent
        if journey == "reactivation"
    )


def _orders() -> dict[int, list[tuple[datetime, str]]]:
    from orchestrator.events.models import Event

    orders: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    rows = Event.objects.filter(name="order.placed").order_by("occurred_at")
    for customer, at, properties in rows.values_list("customer_id", "occurred_at", "properties"):
        orders[customer].append((at, str(properties.get("order_id"))))
    return orders


def _undone() -> dict[tuple[int, str], datetime]:
    """When each order was cancelled, or had all of its money given back."""
    from orchestrator.events.models import Event

    left: dict[tuple[int, str], Decimal] = {}
    undone: dict[tuple[int, str], datetime] = {}
    names = ("order.placed", "order.returned", "order.cancelled")
    rows = Event.objects.filter(name__in=names).order_by("occurred_at", "id")
    for customer, name, at, amount, said in rows.values_list(
        "customer_id", "name", "occurred_at", "amount", "properties"
    ):
        key = (customer, str(said.get("order_id")))
        if name == "order.placed":
            left[key] = amount
        else:
            left[key] = (
                left.get(key, Decimal(0)) - amount if name == "order.returned" and amount else Decimal(0)
            )
            if left[key] <= 0:
                undone.setdefault(key, at)
    return undone


def _twice() -> int:
    """Messages in a mailbox beyond those accepted, and the other way round."""
    from orchestrator.messaging.models import MailboxMessage, Message

    kept = list(MailboxMessage.objects.values_list("key", flat=True))
    accepted = set(Message.objects.filter(state="accepted").values_list("key", flat=True))
    return len(kept) - len(set(kept)) + len(accepted ^ set(kept))
