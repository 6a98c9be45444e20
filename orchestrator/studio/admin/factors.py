"""How people sign in: what is set up, and what was tried."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.accounts.models import Attempts, Factor, IssuerLink, RecoveryCode
from orchestrator.studio.admin.base import History


@admin.register(Factor)
class FactorAdmin(History):
    """Who has a second factor, and when it was used; never what it is."""

    list_display = ("user", "made_at", "used_at")
    search_fields = ("user__username",)
    list_select_related = ("user",)
    ordering = ("user__username",)
    fields = ("user", "made_at", "used_at")


@admin.register(RecoveryCode)
class RecoveryCodeAdmin(History):
    """Which recovery codes are used; never what they are."""

    list_display = ("user", "made_at", "used_at")
    list_select_related = ("user",)
    ordering = ("pk",)
    fields = ("user", "made_at", "used_at")


@admin.register(IssuerLink)
class IssuerLinkAdmin(History):
    """Who signs in with the company's accounts."""

    list_display = ("user", "issuer", "subject", "linked_at", "used_at")
    list_select_related = ("user",)
    ordering = ("pk",)
    fields = ("user", "issuer", "subject", "linked_at", "used_at")


@admin.register(Attempts)
class AttemptsAdmin(History):
    """What was tried lately. Names and addresses are not in it."""

    list_display = ("kind", "mark", "count", "since", "last", "until")
    ordering = ("-last",)
    fields = ("kind", "mark", "count", "since", "last", "until")
    readonly_fields = ("mark",)

    @display(description=_("mark"))
    def mark(self, obj: Attempts) -> str:
        return obj.key[:8]
