"""Calls about the merged belong to the survivor; whom each names stays as it happened."""

from __future__ import annotations

from datetime import datetime

from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into, hand_over
from orchestrator.webhooks.models import WebhookDelivery


def handle() -> None:
    """Have calls joined in a merge."""
    joining.register("webhooks", Handler(("webhooks.WebhookDelivery",), join))


def join(into: Into, now: datetime) -> None:
    """Move them, so that an export tells of them and an erasure empties them."""
    hand_over(WebhookDelivery, into)
