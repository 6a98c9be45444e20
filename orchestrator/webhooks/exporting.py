"""What other systems were told of a person, and which system it was (RODO art. 15(1)(c): the recipients)."""

from __future__ import annotations

from orchestrator.customers.exporting import Table, inner, register, same
from orchestrator.webhooks.models import WebhookDelivery


def handle() -> None:
    """Have calls exported."""
    columns = same("kind", "data", "happened_at", "state", "tried_at", "final_at", "answer")
    register(
        Table(
            "told_by_webhook",
            WebhookDelivery,
            lambda ids: WebhookDelivery.objects.filter(customer__in=ids),
            {"system": "endpoint__name", **columns},
            inner("id customer key created_at due_at attempts code reason took_ms"),
        )
    )
