"""Of an erased person no pair is left, and no key by which one could be found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from orchestrator.customers.erasing import Handler, register
from orchestrator.duplicates.alone import beside_searches
from orchestrator.duplicates.models import DuplicateKey, LikelyDuplicate


def handle() -> None:
    """Have pairs and keys taken away in an erasure."""
    register("duplicates", Handler(("duplicates.LikelyDuplicate", "duplicates.DuplicateKey"), erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """The rows go, also those that a search which reads these people just now would write."""
    beside_searches()
    DuplicateKey.objects.filter(customer__in=customer_ids).delete()
    LikelyDuplicate.objects.filter(Q(first__in=customer_ids) | Q(second__in=customer_ids)).delete()
