"""NOTE a deed about people: the one it is about by their number, and many as a count. Never by a name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from orchestrator.customers.models import Customer
from orchestrator.workspace.audit import Action, note


def note_of_people(
    action: Action, by: Any, customer_ids: Collection[int], now: datetime, count: int, **details: Any
) -> None:
    """Note it, at the end of the deed's transaction; nothing where it was new for nobody (`count`)."""
    if count:
        one = Customer(pk=next(iter(customer_ids))) if len(customer_ids) == 1 else None
        note(action, by, one, now, people=count, **details)
