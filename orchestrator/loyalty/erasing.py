"""An erased person's points remain as numbers, so that what was given away still adds up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orchestrator.customers.erasing import Handler, register
from orchestrator.loyalty.models import PointsEntry


def handle() -> None:
    """Have the points' words emptied in an erasure."""
    register("loyalty", Handler(("loyalty.PointsEntry",), erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """The words go, which may quote somebody; the journey, the step and the visit they were given for stay."""
    PointsEntry.objects.filter(customer__in=customer_ids).update(why="")
