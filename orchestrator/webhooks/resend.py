"""RESEND: what was told or given up is told again, under the id it had: whoever has taken it drops it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.store import doorbells
from orchestrator.webhooks.listening import TELL
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.workspace.audit import Action, note

_FINAL = (WebhookDelivery.State.TOLD, WebhookDelivery.State.GIVEN_UP)


def resend(ids: Collection[int], now: datetime, by: Any) -> int:
    """These, as if they were new; answers how many were. One that is due already is left as it is, and so is a test."""
    return _again(WebhookDelivery.objects.filter(pk__in=ids, state__in=_FINAL), now, by)


def resend_given_up(endpoint: int, since: datetime, now: datetime, by: Any) -> int:
    """All of an endpoint that were given up at this moment or later; answers how many."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint, final_at__gte=since)
    return _again(rows.filter(state=WebhookDelivery.State.GIVEN_UP), now, by)


@transaction.atomic
def _again(rows: QuerySet[WebhookDelivery], now: datetime, by: Any) -> int:
    real = rows.filter(customer__isnull=False)
    endpoints = WebhookEndpoint.objects.filter(pk__in=real.order_by().values("endpoint")).order_by("pk")
    count = sum(_of(endpoint, real, now, by) for endpoint in endpoints)
    if count:
        doorbells.ring(TELL)
    return count


def _of(endpoint: WebhookEndpoint, rows: QuerySet[Any], now: datetime, by: Any) -> int:
    due = {"state": WebhookDelivery.State.DUE, "due_at": now, "attempts": 0, "final_at": None}
    count = rows.filter(endpoint=endpoint).update(**due)
    if count:
        note(Action.RESENT, by, endpoint, now, calls=count)
    return count
