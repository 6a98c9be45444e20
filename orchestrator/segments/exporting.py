"""The segments a person is in, each with the rule that put them there, and when they came and went (RODO art. 15(1)(h))."""

from __future__ import annotations

from orchestrator.customers.exporting import Table, inner, register, same
from orchestrator.segments.models import Membership, Transition


def handle() -> None:
    """Have memberships exported, with the logic behind them."""
    register(
        Table(
            "segments",
            Membership,
            lambda ids: Membership.objects.filter(customer__in=ids),
            {"segment": "segment__title", **same("since"), "rule": "segment__rule"},
            inner("id customer"),
        ),
        Table(
            "segment_changes",
            Transition,
            lambda ids: Transition.objects.filter(customer__in=ids),
            {"segment": "segment__title", **same("at", "entered")},
            inner("id customer"),
        ),
    )
