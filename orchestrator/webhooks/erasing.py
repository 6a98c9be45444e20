"""Calls about an erased person stay as numbers, and those due are told so: what a receiver has answered goes.

A call holds no address, name or id of the shop's: what it says of the customer is looked up when it is made, and of
somebody erased that is the number alone. The other system is told of the erasure by the same number (`customer.erased`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orchestrator.customers.erasing import Handler, register
from orchestrator.webhooks.models import WebhookDelivery


def handle() -> None:
    """Have answers emptied in an erasure."""
    register("webhooks", Handler(("webhooks.WebhookDelivery",), erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """A receiver's words may quote anybody. One that answers later is emptied as its answer is noted."""
    WebhookDelivery.objects.filter(customer__in=customer_ids).exclude(answer="").update(answer="")
