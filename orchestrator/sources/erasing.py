"""Deliveries that are kept word for word go with whoever they name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orchestrator.customers.erasing import Handler, register
from orchestrator.ingest.erasing import theirs, writing
from orchestrator.sources.models import KeptDelivery


def handle() -> None:
    """Have them go in an erasure, while it is still known by which ids and addresses they name somebody."""
    register("sources", Handler(("sources.KeptDelivery",), erase, before=True))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """All that name these people by their number, or write one of their addresses."""
    theirs(KeptDelivery, customer_ids).delete()
    KeptDelivery.objects.filter(pk__in=writing(KeptDelivery, customer_ids)).delete()
