"""The segments a person is in, each with its rule, when they came and went, and their scores (RODO art. 15(1)(h))."""

from __future__ import annotations

from orchestrator.customers.exporting import Table, inner, register, same
from orchestrator.segments.models import Membership, Score, Transition


def handle() -> None:
    """Have memberships exported, with the logic behind them, and scores."""
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
        Table(
            "scores",
            Score,
            lambda ids: Score.objects.filter(customer__in=ids),
            {
                **same(
                    "computed_at", "orders", "purchases", "net", "first_order_on", "last_order_on", "interval_days",
                    "next_order_on", "favourite_category", "best_hour", "discount_share", "season", "first_source",
                    "last_source", "device", "recency", "frequency", "monetary", "rfm_group", "stage",
                    "preferred_channel", "p_alive", "expected_orders", "average_order", "clv", "facts",
                ),
                "orders_until": "basis__until",
            },
            inner("id customer repeat_net"),
        ),
    )  # fmt: skip
