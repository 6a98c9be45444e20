"""How often people buy of each group, as journeys of replenishment reckon."""

from __future__ import annotations

from django.contrib import admin

from orchestrator.journeys.models import UsualInterval
from orchestrator.studio.admin.base import History


@admin.register(UsualInterval)
class UsualIntervalAdmin(History):
    """Computed once a day; nothing here is written by hand."""

    list_display = ("journey", "part", "days", "people", "intervals", "computed_at")
    list_select_related = ("journey",)
    search_fields = ("part", "journey__key")
    ordering = ("journey", "part")
    fields = ("journey", "part", "days", "people", "intervals", "computed_at", "due_at")
