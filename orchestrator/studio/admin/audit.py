"""The audit log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.studio import audit_lines
from orchestrator.studio.admin.base import BigHistory
from orchestrator.workspace.models import AuditEntry, Workspace


@admin.register(AuditEntry)
class AuditEntryAdmin(BigHistory):
    """Who did what, the newest first."""

    list_display = ("number_said", "at", "who_said", "deed", "of_what")
    list_display_links = ("number_said", "deed")
    list_filter = ("action", "who", "who_name", "subject", "at")
    list_before_template = "studio/audit_above.html"
    search_fields = ("=who_name", "=subject_id")
    search_help_text = _("The whole of a user's name, or of the number of what it was done to")
    ordering = ("-number",)
    fields = ("deed", "who_said", "at", "subject_said", "details_said", "number_said", "previous", "hash")
    readonly_fields = ("number_said", "deed", "who_said", "subject_said", "details_said")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list below what the last verification found."""
        tone, sentence = audit_lines.whole(Workspace.get())
        context = {"verified": {"tone": tone, "sentence": sentence}}
        return super().changelist_view(request, context | (extra_context or {}))

    @display(description=_("entry number"))
    def number_said(self, obj: AuditEntry) -> str:
        return str(obj.number)

    @display(description=_("who"))
    def who_said(self, obj: AuditEntry) -> str:
        return audit_lines.who(obj)

    @display(description=_("what was done"))
    def deed(self, obj: AuditEntry) -> str:
        return audit_lines.deed(obj)

    @display(description=_("to what"))
    def of_what(self, obj: AuditEntry) -> str:
        return audit_lines.subject(obj) or "–"

    @display(description=_("to what"))
    def subject_said(self, obj: AuditEntry) -> SafeString | str:
        return audit_lines.subject_link(obj) or "–"

    @display(description=_("details"))
    def details_said(self, obj: AuditEntry) -> SafeString:
        return audit_lines.table(obj)
