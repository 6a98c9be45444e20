"""What people did."""

from __future__ import annotations

from django.contrib import admin
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.events.models import Event
from orchestrator.studio import words
from orchestrator.studio.admin.base import BigHistory, customer_link


@admin.register(Event)
class EventAdmin(BigHistory):
    """Events come by the API and by import, and stay."""

    list_display = ("name", "customer_shown", "amount_shown", "said", "occurred_at")
    list_filter = ("backfilled",)
    search_fields = ("=key", "=name")
    search_help_text = _("An event's whole name, or its key")
    ordering = ("-occurred_at",)
    together = ("customer",)
    fields = (
        "name",
        "customer_shown",
        "occurred_at",
        "received_at",
        "amount_shown",
        "said",
        "key",
        "backfilled",
    )
    readonly_fields = ("customer_shown", "amount_shown", "said")

    @display(description=_("customer"))
    def customer_shown(self, obj: Event) -> str:
        return customer_link(obj)

    @display(description=_("amount"))
    def amount_shown(self, obj: Event) -> str:
        return "–" if obj.amount is None else formats.number_format(obj.amount, 2, force_grouping=True)

    @display(description=_("properties"))
    def said(self, obj: Event) -> str:
        return words.shown(obj.properties) if obj.properties else "–"
