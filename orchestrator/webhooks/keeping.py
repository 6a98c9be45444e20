"""How long calls are kept: those that were told, and those that were given up, or wait for an endpoint that is off."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Coalesce

from orchestrator.journeys.keeping.classes import register
from orchestrator.journeys.keeping.shape import Asked, DataClass, Moments
from orchestrator.webhooks.models import WebhookDelivery

_TOLD = Q(state="told")


def handle() -> None:
    """Add the two classes."""
    since = Coalesce("final_at", "created_at")
    register(
        DataClass("call_told", WebhookDelivery, since, open=_untold, born="created_at"),
        DataClass("call_given_up", WebhookDelivery, since, open=_told, born="created_at"),
    )


def _untold(when: Moments) -> Asked:
    return ~_TOLD


def _told(when: Moments) -> Asked:
    """One that still waits is as old as it is, so that none stays for ever whose endpoint is off or gone."""
    return _TOLD
