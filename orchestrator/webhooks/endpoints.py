"""ENDPOINTS: making one, changing it, renewing its secret, and letting it go. A secret leaves this module once, as the answer.

What an endpoint's own form holds is written by name, so that nobody overwrites what workers have noted meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from orchestrator.domain.outbound import check
from orchestrator.domain.outside import KINDS, Kind
from orchestrator.domain.webhooks import OVERLAP
from orchestrator.store import doorbells
from orchestrator.webhooks import off
from orchestrator.webhooks.listening import TELL, forget
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.webhooks.signing import new_secret, sealed
from orchestrator.workspace.audit import Action, note

SAID = ("name", "url", "kinds", "enabled")


def check_url(url: str) -> None:
    """Raises `outbound.Forbidden`, with what is wrong and how to mend it. Where a name leads is asked at every call."""
    check(url, settings.OUTBOUND_ALLOWLIST)


def sorted_kinds(kinds: Collection[str]) -> list[str]:
    """Each once, in the order of the list. ValueError for one that there is not."""
    if strange := sorted(set(kinds) - KINDS):
        raise ValueError(f"there is no {strange[0]!r}; there are: {', '.join(Kind)}")
    return [str(kind) for kind in Kind if kind in kinds]


def make(row: WebhookEndpoint, now: datetime, by: Any) -> str:
    """Store a new endpoint and answer its secret."""
    secret = new_secret()
    row.secret, row.created_at = sealed(secret), now
    with transaction.atomic():
        row.save(force_insert=True)
        note(Action.KEY_MADE, by, row, now, kinds=row.kinds)
        forget()
    return secret


def change(row: WebhookEndpoint, now: datetime) -> None:
    """Store what its form says. Switched on again, it begins anew, and what has waited is told; the caller notes it."""
    with transaction.atomic():
        was_on = WebhookEndpoint.objects.select_for_update().values_list("enabled", flat=True).get(pk=row.pk)
        if row.enabled != was_on:
            _turn(row, now)
        WebhookEndpoint.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in SAID})
        forget()
        doorbells.ring(TELL)


def _turn(row: WebhookEndpoint, now: datetime) -> None:
    """On or off by somebody's hand: nothing is wrong with it any more."""
    row.off_why, row.off_at, row.failing_since = "", None if row.enabled else now, None
    row.save(update_fields=("off_why", "off_at", "failing_since"))
    off.unsay(row.pk)


def rotate(row: WebhookEndpoint, now: datetime, by: Any) -> str:
    """Give it a new secret and answer it; the one before signs beside it for OVERLAP, and an older one no more."""
    secret = new_secret()
    with transaction.atomic():
        current = WebhookEndpoint.objects.select_for_update().get(pk=row.pk)
        WebhookEndpoint.objects.filter(pk=row.pk).update(
            secret=sealed(secret),
            previous_secret=current.secret,
            previous_until=now + OVERLAP,
            rotated_at=now,
        )
        note(Action.KEY_ROTATED, by, row, now)
    return secret


def remove(row: WebhookEndpoint) -> None:
    """It goes, and what it was still to be told; what it was told stays for as long as calls are kept. The caller notes it."""
    with transaction.atomic():
        WebhookDelivery.objects.filter(endpoint=row.pk, state=WebhookDelivery.State.DUE).delete()
        off.unsay(row.pk)
        WebhookEndpoint.objects.filter(pk=row.pk).delete()
        forget()
