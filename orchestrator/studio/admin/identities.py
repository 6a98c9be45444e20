"""By what else a person is known."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.customers.models import Identity
from orchestrator.studio.admin.base import BigHistory, customer_link


@admin.register(Identity)
class IdentityAdmin(BigHistory):
    """Ids come with calls; who they lead to changes by a merge alone."""

    list_display = ("value", "kind", "customer_shown", "created_at")
    list_filter = ("kind",)
    search_fields = ("=value",)
    search_help_text = _("The whole of an id")
    ordering = ("-id",)
    together = ("customer",)
    fields = ("value", "kind", "customer_shown", "created_at")
    readonly_fields = ("customer_shown",)

    @display(description=_("customer"))
    def customer_shown(self, obj: Identity) -> str:
        return customer_link(obj)
