"""CHANGED: a customer is not who they were: what is held for them, and where they wait, is looked at anew."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from orchestrator.journeys.models import Enrollment
from orchestrator.messaging import zones
from orchestrator.store.prepared import Given, prepared


def look_again(customers: Collection[int], now: datetime) -> int:
    """Let the waits of these customers be decided anew, and the messages held for them; answers how many waits.

    A wait by the calendar ends by the clock of where they live now, never earlier than now, and a rule about their
    attributes may have become true. The price is one walk, which most often leads nowhere. Whoever is being moved
    just now is passed over: their next look comes when their time does. Whoever has been let in for a later moment has
    not begun, and begins at that moment. Call it inside a transaction.
    """
    zones.look_again(customers, now)
    ids = _waiting().column(customers=customers, now=now)
    return Enrollment.objects.filter(id__among=ids).update(due_at=now) if ids else 0


@prepared
def _waiting() -> QuerySet[Any]:
    waiting = Enrollment.objects.filter(
        customer_id__among=Given("customers"),
        status="active",
        sending=False,
        due_at__gt=Given("now"),
        arrived_at__lte=Given("now"),
    )
    return waiting.order_by("id").select_for_update(skip_locked=True).values_list("id")
