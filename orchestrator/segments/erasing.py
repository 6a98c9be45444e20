"""An erased person is in no segment, has never come or gone, and has no scores."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orchestrator.customers.erasing import Handler, register
from orchestrator.segments.models import Membership, Score, Transition


def handle() -> None:
    """Have memberships ended in an erasure, without anybody being told of it."""
    models = ("segments.Membership", "segments.Transition", "segments.Score")
    register("segments", Handler(models, erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """The rows go; no event is recorded, since nobody may start anything by it."""
    Membership.objects.filter(customer__in=customer_ids).delete()
    Transition.objects.filter(customer__in=customer_ids).delete()
    Score.objects.filter(customer__in=customer_ids).delete()
