"""What a person did, as they are told of it."""

from __future__ import annotations

from orchestrator.customers.exporting import Table, inner, register, same
from orchestrator.events.models import Event


def handle() -> None:
    """Have events exported."""
    register(
        Table(
            "events",
            Event,
            lambda ids: Event.objects.filter(customer__in=ids),
            same("name", "occurred_at", "received_at", "amount", "properties", "backfilled"),
            inner("id customer key pending"),
        )
    )
