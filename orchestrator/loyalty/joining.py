"""Points of the merged are the survivor's. An entry keeps its key: what was awarded once is not awarded again."""

from __future__ import annotations

from datetime import datetime

from orchestrator.customers import joining
from orchestrator.customers.joining import Handler, Into, hand_over
from orchestrator.loyalty.models import PointsEntry


def handle() -> None:
    """Have points joined in a merge."""
    joining.register("loyalty", Handler(("loyalty.PointsEntry",), join))


def join(into: Into, now: datetime) -> None:
    """Move the entries: the balance is their sum, so nothing is added up here."""
    hand_over(PointsEntry, into)
