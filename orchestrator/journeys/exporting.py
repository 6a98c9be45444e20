"""The journeys a person went through, and what waits for them at a door."""

from __future__ import annotations

from orchestrator.customers.exporting import Table, inner, register, same
from orchestrator.journeys.models import Doorstep, Enrollment, EntryTimer, StepRun


def handle() -> None:
    """Have passages and their steps exported."""
    register(
        Table(
            "journeys",
            Enrollment,
            lambda ids: Enrollment.objects.filter(customer__in=ids),
            {
                "passage": "id",
                "journey": "journey__key",
                "version": "version__number",
                **same(
                    "entry_key", "entry_properties", "status", "reason", "entered_at", "let_in_at", "finished_at",
                    "expires_at", "held_out", "step", "due_at", "goal_met_at",
                ),
            },
            inner("customer once_key visit hops arrived_at awaits sending urgent goal_until"),
        ),
        Table(
            "steps",
            StepRun,
            lambda ids: StepRun.objects.filter(enrollment__customer__in=ids),
            {
                "passage": "enrollment_id",
                **same("step", "visit", "entered_at", "left_at", "outcome", "reason", "evidence"),
            },
            inner("id"),
        ),
        Table(
            "at_the_door",
            Doorstep,
            lambda ids: Doorstep.objects.filter(customer__in=ids),
            {
                "journey": "journey__key",
                **same("entry_key", "candidate", "due_at", "until", "reason", "evidence", "in_line", "turned_away_at"),
            },
            inner("id version customer"),
        ),
        Table(
            "timers",
            EntryTimer,
            lambda ids: EntryTimer.objects.filter(customer__in=ids),
            {"journey": "journey__key", **same("due_at", "anchor_at", "key", "part", "days", "intervals")},
            inner("id customer trigger"),
        ),
    )  # fmt: skip
