"""The orders of a customer, in words: how far each has come, and what is left of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.customers.models import Customer
from orchestrator.domain.orders import (
    CANCELLED,
    CHANGES,
    DELIVERED,
    PAID,
    PLACED,
    RETURNED,
    ZERO,
    Change,
    Order,
    change_of,
    left,
    loose,
    order_id_of,
)
from orchestrator.events.models import Event
from orchestrator.studio import words

MOST_EVENTS = 1000
SHOWN = 5
NAMES = (PLACED, PAID, DELIVERED, CANCELLED, RETURNED)
_CALLED_BY = ("name", "title", "product_id", "sku")  # a line of an order, by the first that it has


@dataclass(frozen=True, slots=True)
class Life:
    """One order: what it is called, what became of it, and what counts."""

    title: str
    steps: Sequence[str]
    left: str
    tone: str


@dataclass(frozen=True, slots=True)
class Orders:
    """The newest orders, and all of them in a sentence."""

    headline: str
    lives: Sequence[Life]


def read_orders(customer: Customer, now: datetime) -> Orders | None:
    """None for who has never ordered. One query; of more than a thousand events the newest are told of."""
    newest = Event.objects.filter(customer=customer, name__in=NAMES, occurred_at__lte=now).order_by(
        "-occurred_at", "-pk"
    )
    events = list(newest[:MOST_EVENTS])[::-1]
    orders = [_order(one) for one in events if one.name == PLACED]
    changes = [_change(one) for one in events if one.name in CHANGES]
    if not orders:
        return None
    standing = left(orders, changes)
    after: dict[str, list[Event]] = defaultdict(list)
    for one in events:
        if one.name != PLACED and (order_id := order_id_of(one.properties)):
            after[order_id].append(one)
    placed = [one for one in events if one.name == PLACED][-SHOWN:]
    lives = [_life(one, after[order_id_of(one.properties)], standing) for one in reversed(placed)]
    return Orders(_headline(standing, orders, changes), lives)


def _order(event: Event) -> Order:
    return Order(event.pk, event.occurred_at, _money(event), order_id_of(event.properties))


def _change(event: Event) -> Change:
    amount = None if event.amount is None else _money(event)
    return change_of(event.name, event.occurred_at, order_id_of(event.properties), amount)


def _money(event: Event) -> Decimal:
    amount: Any = event.amount
    return amount if amount is not None else ZERO


def _headline(standing: dict[int, Decimal], orders: Sequence[Order], changes: Sequence[Change]) -> str:
    """What counts of all of them; returns that name no order lower the sum."""
    off = sum((one.amount or ZERO for one in loose(orders, changes)), ZERO)
    told: dict[str, Any] = {
        "count": len(standing),
        "sum": _written(max(sum(standing.values(), ZERO) - off, ZERO)),
        "gone": len(orders) - len(standing),
    }
    said = ngettext(
        "%(count)s order counts, of %(sum)s.", "%(count)s orders count, of %(sum)s in all.", told["count"]
    )
    if told["gone"]:
        said += " " + ngettext(
            "%(gone)s was cancelled or returned whole.", "%(gone)s were cancelled or returned whole.", told["gone"]
        )  # fmt: skip
    return said % told


def _life(event: Event, after: Sequence[Event], standing: dict[int, Decimal]) -> Life:
    name = order_id_of(event.properties)
    currency = event.properties.get("currency", "")
    currency = currency if isinstance(currency, str) else ""
    amount = f"{_written(_money(event))} {currency}".strip()
    title = _("Order %(id)s, %(amount)s") % {"id": name, "amount": amount} if name else amount
    steps = [
        _("placed on %(when)s") % {"when": words.moment(event.occurred_at)},
        *(step for one in after for step in _step(one)),
    ]
    if event.pk not in standing:
        return Life(title, steps, _("counts no more"), "danger")
    rest = standing[event.pk]
    if rest != _money(event):
        return Life(title, steps, _("%(amount)s is left") % {"amount": _written(rest)}, "warning")
    return Life(title, steps, "", "")


def _step(event: Event) -> Iterator[str]:
    told = {"when": words.moment(event.occurred_at), "amount": _written(abs(_money(event)))}
    if event.name == RETURNED:
        form = _("returned whole on %(when)s")
        yield (form if event.amount is None else _("%(amount)s given back on %(when)s")) % told
    else:
        forms = {
            PAID: _("paid on %(when)s"),
            DELIVERED: _("delivered on %(when)s"),
            CANCELLED: _("cancelled on %(when)s"),
        }
        yield forms[event.name] % told


def say_goods(listed: Any) -> str:
    """The lines of an order or a basket, each by its name and how many: "Earl Grey × 2, Sencha". "" for what is no such list."""
    named = [_name_of(one) for one in listed] if isinstance(listed, list) else []
    return ", ".join(named) if named and all(named) else ""


def _name_of(line: Any) -> str:
    if not isinstance(line, dict):
        return ""
    name = next((line[key] for key in _CALLED_BY if isinstance(line.get(key), str) and line[key]), "")
    quantity = line.get("quantity", 1)
    return f"{name} × {words.shown(quantity)}" if name and quantity != 1 else name


def _written(amount: Decimal) -> str:
    return formats.number_format(amount, 2, force_grouping=True)
