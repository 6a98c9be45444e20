"""Providers that have failed, and which of them are left alone for now."""

from __future__ import annotations

from django.contrib import admin

from orchestrator.messaging.models import ProviderBreaker, StepFault
from orchestrator.studio.admin.base import History


@admin.register(ProviderBreaker)
class ProviderBreakerAdmin(History):
    """One row for each provider that has ever failed; the engine writes it, and closes it by itself."""

    list_display = ("provider", "opened_at", "open_until", "failures", "failed_at", "fault")
    ordering = ("provider",)
    fields = ("provider", "opened_at", "open_until", "probe_until", "failures", "failed_at", "fault")


@admin.register(StepFault)
class StepFaultAdmin(History):
    """Steps whose messages could not be rendered one after the other; the first that can be takes its row away."""

    list_display = ("journey", "step", "version", "in_a_row", "detail", "since")
    ordering = ("journey", "step")
    fields = ("journey", "version", "step", "in_a_row", "detail", "since")
