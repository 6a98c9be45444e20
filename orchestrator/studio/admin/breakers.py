"""Providers that have failed, and which of them are left alone for now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.messaging.models import ProviderBreaker, StepFault
from orchestrator.studio.admin.base import History
from orchestrator.studio.numbers import grouped
from orchestrator.studio.titles import keyed, title_of_key


@admin.register(ProviderBreaker)
class ProviderBreakerAdmin(History):
    """One row for each provider that has ever failed; the engine writes it, and closes it by itself."""

    list_display = ("provider", "state_shown", "opened_at", "open_until", "failures", "fault")
    ordering = ("provider",)
    fields = ("provider", "opened_at", "open_until", "probe_until", "failures", "failed_at", "fault")

    @display(description=_("state"), label={"down": "danger", "failing": "warning", "works": "success"})
    def state_shown(self, obj: ProviderBreaker) -> tuple[str, str]:
        if obj.opened_at is not None:
            return "down", gettext("down")
        return ("failing", gettext("failing")) if obj.failures else ("works", gettext("works"))


@admin.register(StepFault)
class StepFaultAdmin(History):
    """Steps whose messages could not be rendered one after the other; the first that can be takes its row away."""

    list_display = ("title", "step", "version", "in_a_row_shown", "detail", "since")
    ordering = ("journey", "step")
    fields = ("title", "version", "step", "in_a_row_shown", "detail", "since")
    readonly_fields = ("title", "in_a_row_shown")

    @display(description=_("journey"), ordering="journey")
    def title(self, obj: StepFault) -> str:
        return title_of_key(obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the titles of their journeys."""
        return keyed(super().get_queryset(request))

    @display(description=_("failures in a row"), ordering="in_a_row")
    def in_a_row_shown(self, obj: StepFault) -> str:
        return grouped(obj.in_a_row)
