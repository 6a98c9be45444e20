"""HISTORIES: what a chunk of customers did, in three statements whatever their number.

Rooms above bring what only they know: how many messages reached somebody, and what a channel costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from orchestrator.customers.models import Customer
from orchestrator.domain.orders import CANCELLED, PLACED, RETURNED, ZERO, order_id_of
from orchestrator.domain.replenishment import groups
from orchestrator.domain.scores.came import came
from orchestrator.domain.scores.orders import Line
from orchestrator.domain.scores.person import History
from orchestrator.domain.zones import choose_zone, local
from orchestrator.events.models import Event
from orchestrator.segments.json_values import JsonKnown
from orchestrator.segments.matching import Whom
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

ORDERS = (PLACED, RETURNED, CANCELLED)
ANSWERS = ("message.opened", "message.clicked", "message.replied")
CARTS = ("cart.updated", "checkout.started")
VISITS = ("page.viewed", "screen.viewed", "customer.signed_up")
TOLD_BY = frozenset({*ORDERS, *CARTS})  # whoever does one of these is scored anew at once
_BOUGHT = ("items", "products")  # as orders of shops have it, and as Segment's specification does
_DISCOUNTS = ("discount", "coupon", "discount_code")

Sent = Callable[[Collection[int], datetime], Mapping[int, Mapping[str, int]]]
Prices = Callable[[], Sequence[str]]
_above: dict[str, Any] = {}


def bring(sent: Sent, cheapest: Prices) -> None:
    """For the room of messages: how many reached each customer by channel, and the channels in the order of price."""
    _above.update(sent=sent, cheapest=cheapest)


def cheapest() -> Sequence[str]:
    """The channels in the order of their price; none where no room knows prices."""
    return list(_above["cheapest"]()) if "cheapest" in _above else []


@dataclass(slots=True)
class _Did:
    """What was read of somebody so far."""

    lines: list[Line] = field(default_factory=list)
    answers: list[tuple[str, datetime]] = field(default_factory=list)
    visits: list[Mapping[str, Any]] = field(default_factory=list)
    cart_at: datetime | None = None


def histories(whom: Whom, now: datetime) -> dict[int, History]:
    """Of the living among them, but for who has turned personalization off or had their data locked."""
    people = _people(type(whom)).rows(**whom.given())
    did: dict[int, _Did] = defaultdict(_Did)
    given = {**whom.given(), "now": now}
    for customer, name, at, amount, properties in _events(type(whom)).rows(**given):
        _note(did[customer], name, at, amount, properties)
    for customer, properties in _visits(type(whom)).rows(**given):
        did[customer].visits.append(properties)
    ids = [row[0] for row in people]
    sent = _above["sent"](ids, now) if "sent" in _above and ids else {}
    home = Workspace.get().time_zone
    return {row[0]: _history(row, did.get(row[0]) or _Did(), sent.get(row[0], {}), home) for row in people}


def _history(row: Sequence[Any], did: _Did, sent: Mapping[str, int], home: str) -> History:
    _id, zone_name, seen, country, created_at = row
    zone = choose_zone(zone_name, seen, country, home).zone
    cart_on = _day(did.cart_at, zone)
    known_on = local(created_at, zone).date()
    return History(known_on, zone, did.lines, did.answers, sent, cart_on, came(did.visits))


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return local(at, zone).date() if at is not None else None


def _note(did: _Did, name: str, at: datetime, amount: Decimal | None, properties: Mapping[str, Any]) -> None:
    if name in ORDERS:
        said = properties if isinstance(properties, dict) else {}
        whole = name == RETURNED and amount is None  # all of it was given back
        kind = CANCELLED if whole else name
        did.lines.append(
            Line(kind, at, amount or ZERO, order_id_of(said), _categories(said), _discounted(said))
        )
    elif name in CARTS:
        did.cart_at = at
    elif properties.get("machine") is not True:
        channel = properties.get("channel")
        did.answers.append((channel if isinstance(channel, str) else "", at))


def _categories(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the order, else those of what was in it."""
    if own := groups(properties.get("category")):
        return own
    listed = [one for name in _BOUGHT if isinstance(properties.get(name), list) for one in properties[name]]
    return groups([one.get("category") for one in listed if isinstance(one, dict)])


def _discounted(properties: Mapping[str, Any]) -> bool:
    """A discount above nothing, or a code that was entered."""
    return any(_tells(properties.get(name)) for name in _DISCOUNTS)


def _tells(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip() not in ("", "0", "0.0", "0.00")
    return isinstance(value, int | float) and value > 0


def _of(kind: type[Whom], names: Iterable[str]) -> QuerySet[Any]:
    return Event.objects.filter(
        kind.where("customer_id"), name__in=list(names), occurred_at__lte=Given("now")
    )


@prepared
def _events(kind: type[Whom]) -> QuerySet[Any]:
    rows = _of(kind, (*ORDERS, *ANSWERS, *CARTS)).order_by("customer_id", "occurred_at", "id")
    return rows.values_list("customer_id", "name", "occurred_at", "amount", "properties")


@prepared
def _visits(kind: type[Whom]) -> QuerySet[Any]:
    """Only those that say where from or on what: most pages looked at say neither."""
    told = Q(JsonKnown("properties", "utm_source")) | Q(JsonKnown("properties", "device"))
    rows = _of(kind, VISITS).filter(told).order_by("customer_id", "occurred_at", "id")
    return rows.values_list("customer_id", "properties")


@prepared
def _people(kind: type[Whom]) -> QuerySet[Any]:
    people = Customer.objects.filter(kind.where("pk"), erased_at=None, merged_into=None, restricted_at=None)
    columns = ("id", "time_zone", "last_seen_zone", "country", "created_at")
    return people.exclude(personalization="none").order_by("id").values_list(*columns)
