"""Calls that are kept word for word go with whoever they name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.customers.erasing import Handler, register
from orchestrator.customers.known import EXTERNAL, mark_of
from orchestrator.customers.models import Customer, Identity
from orchestrator.ingest.models import DeadLetter, LiveCall


def handle() -> None:
    """Have them go in an erasure, while it is still known by which ids they name somebody."""
    register("ingest", Handler(("ingest.DeadLetter", "ingest.LiveCall"), erase, before=True))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """All that name these people, by any of their ids."""
    theirs(DeadLetter, customer_ids).delete()
    theirs(LiveCall, customer_ids).delete()


def theirs(model: Any, customer_ids: Collection[int]) -> QuerySet[Any]:
    """The rows that name these people. What names them by an address alone is not found: it ends by its age."""
    named = Customer.objects.filter(id__in=customer_ids, external_id__isnull=False)
    ids = [(EXTERNAL, one) for one in named.values_list("external_id", flat=True)]
    ids += Identity.objects.filter(customer__in=customer_ids).values_list("kind", "value")
    marks = [mark_of(kind, str(value)) for kind, value in ids]
    return model.objects.filter(Q(user_mark__in=marks) | Q(browser_mark__in=marks))  # type: ignore[no-any-return]
