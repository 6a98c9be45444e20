"""RESTRICT: a person's data may only be kept until a matter is settled (art. 18 RODO). The send gate obeys it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.customers.audited import note_of_people
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Customer
from orchestrator.customers.survivors import whole
from orchestrator.workspace.audit import Action


@transaction.atomic
def restrict(customer_ids: Collection[int], now: datetime, by: Any = None) -> int:
    """From now on; how many it was new for. Whoever is the same person by a merger is restricted with them.

    What is handed off later was gated after us, since the gate locks the same customers.
    """
    count = _set(customer_ids, now, now, {"restricted_at": None})
    note_of_people(Action.RESTRICTED, by, customer_ids, now, count)
    return count


@transaction.atomic
def lift(customer_ids: Collection[int], now: datetime, by: Any = None) -> int:
    """No longer; how many were restricted. Art. 18(3): tell the person before."""
    count = _set(customer_ids, None, now, {"restricted_at__isnull": False})
    note_of_people(Action.LIFTED, by, customer_ids, now, count)
    return count


def _set(customer_ids: Collection[int], at: datetime | None, now: datetime, among: dict[str, object]) -> int:
    there = lock(sorted(whole(customer_ids)))
    those = Customer.objects.filter(id__in=there, erased_at=None, **among)
    return those.update(restricted_at=at, updated_at=now)
