"""What the merged did, the survivor did. An event that nobody has looked at yet is still looked at, once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into, hand_over, hold_rows
from orchestrator.events.models import Event


def handle() -> None:
    """Have events joined in a merge."""
    joining.register("events", Handler(("events.Event",), join, hold))


def hold(customer_ids: Collection[int]) -> None:
    """Nobody is looking at a new event of these customers now, or the merge gives way."""
    hold_rows(Event.objects.filter(customer_id__in=customer_ids, pending=True))


def join(into: Into, now: datetime) -> None:
    """Move the events. Their marks stay as they are: what was looked at starts nothing a second time."""
    hand_over(Event, into)
