"""A person's points, as they are told of them."""

from __future__ import annotations

from orchestrator.customers.exporting import Table, inner, register, same
from orchestrator.loyalty.models import PointsEntry


def handle() -> None:
    """Have points exported."""
    register(
        Table(
            "points",
            PointsEntry,
            lambda ids: PointsEntry.objects.filter(customer__in=ids),
            same("points", "why", "source", "awarded_at"),
            inner("id customer key"),
        )
    )
