"""What an erased person did remains as what can be counted: its name, its time, its amount."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from orchestrator.customers.erasing import Handler, register
from orchestrator.events.models import Event


def handle() -> None:
    """Have events emptied in an erasure."""
    register("events", Handler(("events.Event",), erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """Properties go, and the key, which may be the number of an order; nobody need look at one any more."""
    key = Concat(Value("erased:"), Cast("id", CharField()))
    Event.objects.filter(customer__in=customer_ids).update(properties={}, pending=False, key=key)
