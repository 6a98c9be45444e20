"""STEPS: what follows from the state of an order, as this connection names states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from orchestrator.sdk import Connected, Happened, Order


def step_of(status: str, known: Mapping[str, str], connected: Connected) -> str:
    """What a state means: by the connection's own settings, else as the shop ships it; "" where it means nothing to us."""
    name = status.strip().casefold()
    return connected.statuses.get(name, known.get(name, ""))


def steps(order: Order, step: str, at: datetime, *, paid_at: datetime | None = None) -> list[Happened]:
    """The order's way as far as it is known to have come: placed, then paid where it is, then what its state says.

    A step has one key, so it is told with every delivery and stored once; the moment is that of the first telling.
    """
    facts = [order.placed()]
    if paid_at is not None or step in ("paid", "delivered"):
        facts.append(order.paid(paid_at or at))
    if step == "delivered":
        facts.append(order.delivered(at))
    elif step == "cancelled":
        facts.append(order.cancelled(at))
    elif step == "returned":
        facts.append(order.returned("all", at, order.total, order.items))
    return facts
