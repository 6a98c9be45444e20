"""CLAIM: a few due calls of one endpoint for this worker. A claim is a lease: whoever dies with it, their calls come again.

An endpoint is called by one worker at a time, which takes it for HELD and lets it go when it has nothing more to tell. What
keeps calls from being lost or overwritten is their own lease and fence; this keeps a slow receiver from having every
worker wait for it. The price: after a kill its calls wait for HELD.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from orchestrator.store.prepared import Given, prepared
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint

LEASE = timedelta(minutes=2)  # longer than a call and its note take
HELD = timedelta(seconds=30)
MOST_ENDPOINTS = 200  # that one look finds


def waiting(worker: str, now: datetime) -> list[WebhookEndpoint]:
    """The endpoints that something is due for and nobody else calls, in the order in which they were made."""
    due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state="due", due_at__lte=now)
    rows = WebhookEndpoint.objects.filter(_free(worker, now), Exists(due), enabled=True)
    return list(rows.order_by("id")[:MOST_ENDPOINTS])


def take(endpoint: WebhookEndpoint, worker: str, now: datetime) -> bool:
    """Whether this worker calls it from now on: for HELD, which is begun anew before half of it is over."""
    if endpoint.worker == worker and endpoint.held_until and endpoint.held_until > now + HELD / 2:
        return True
    mine = WebhookEndpoint.objects.filter(_free(worker, now), pk=endpoint.pk)
    return mine.update(worker=worker, held_until=now + HELD) == 1


def let_go(worker: str) -> None:
    """Others may call what this worker has called."""
    WebhookEndpoint.objects.filter(worker=worker).update(worker="", held_until=None)


def _free(worker: str, now: datetime) -> Q:
    return Q(worker=worker) | Q(held_until=None) | Q(held_until__lt=now)


def claim(endpoint: int, limit: int, now: datetime) -> list[WebhookDelivery]:
    """Lease at most `limit` due calls of an endpoint, the longest due first; skips what another worker takes just now."""
    if limit <= 0:
        return []
    with transaction.atomic():
        ids = _due(limit).column(endpoint=endpoint, now=now)
        if not ids:
            return []
        theirs = WebhookDelivery.objects.filter(id__among=ids)
        theirs.update(due_at=now + LEASE, attempts=F("attempts") + 1, tried_at=now)
        return list(theirs.order_by("id"))


@prepared
def _due(limit: int) -> QuerySet[Any]:
    due = WebhookDelivery.objects.filter(endpoint=Given("endpoint"), state="due", due_at__lte=Given("now"))
    return due.order_by("due_at", "id").select_for_update(skip_locked=True).values_list("id")[:limit]
