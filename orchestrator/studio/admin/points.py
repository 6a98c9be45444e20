"""The ledger of points."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.loyalty.models import PointsEntry
from orchestrator.studio.admin.base import BigHistory, customer_link


@admin.register(PointsEntry)
class PointsEntryAdmin(BigHistory):
    """Points come by the steps of journeys, and stay."""

    list_display = ("points_shown", "customer_shown", "why", "source", "awarded_at")
    search_fields = ("=key", "=source")
    search_help_text = _("The whole source, like “journey: step”, or the entry's key")
    ordering = ("-id",)
    together = ("customer",)
    fields = ("customer_shown", "points_shown", "why", "source", "awarded_at", "key")
    readonly_fields = ("customer_shown", "points_shown")

    @display(description=_("customer"))
    def customer_shown(self, obj: PointsEntry) -> str:
        return customer_link(obj)

    @display(description=_("points"))
    def points_shown(self, obj: PointsEntry) -> str:
        return f"{obj.points:+d}"
