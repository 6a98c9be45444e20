"""The segments a person is in, each with the rule that put them there (RODO art. 15(1)(h))."""

from __future__ import annotations

from orchestrator.customers.exporting import Table, inner, register, same
from orchestrator.segments.models import Membership


def handle() -> None:
    """Have memberships exported, with the logic behind them."""
    register(
        Table(
            "segments",
            Membership,
            lambda ids: Membership.objects.filter(customer__in=ids),
            {"segment": "segment__title", **same("since"), "rule": "segment__rule"},
            inner("id customer"),
        )
    )
