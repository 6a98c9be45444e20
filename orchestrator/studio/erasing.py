"""The log of what was done in the admin names people by their names; of those erased it does not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from orchestrator.customers.erasing import Handler, register
from orchestrator.customers.models import Customer


def handle() -> None:
    """Have the admin's log emptied in an erasure."""
    register("studio", Handler(("admin.LogEntry",), erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """That somebody did something to their page, and when, remains."""
    kind = ContentType.objects.get_for_model(Customer)
    theirs = LogEntry.objects.filter(content_type=kind, object_id__in=[str(id_) for id_ in customer_ids])
    theirs.update(object_repr="", change_message="")
