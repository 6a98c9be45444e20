"""How long rows are kept, and what would go today."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from unfold.decorators import display

from orchestrator.domain.retention import LEAST, MOST_DAYS, SHIPPED
from orchestrator.studio import may, words
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.keeping import WORDS
from orchestrator.studio.keeping_page import classes, kept, lines, lost, much, without
from orchestrator.studio.numbers import grouped
from orchestrator.studio.rules import say_duration
from orchestrator.workspace.models import Retention
from orchestrator.workspace.models.retention import TITLES


class RetentionForm(forms.ModelForm):
    """How many days, and how few they may be; whether it is meant where much would go at once."""

    sure = forms.BooleanField(
        label=_("It is meant, however much goes"),
        required=False,
        help_text=_("Needed where more than a tenth of what there is would go at once."),
    )

    class Meta:
        model = Retention
        fields = ("table", "days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least = ", ".join(f"{TITLES[name]} {days}" for name, days in LEAST.items())
        told = {"least": least, "most": grouped(MOST_DAYS)}
        if "days" in self.fields:  # to who may only look, the form has none
            self.fields["days"].help_text = gettext("At least: %(least)s; at most %(most)s.") % told

    def clean(self) -> dict[str, Any]:
        """Much goes only where somebody has said so; how much, and what is lost with it, stands beside the box."""
        cleaned = super().clean() or {}
        table, days = cleaned.get("table"), cleaned.get("days")
        if table and days and "days" in self.changed_data and not cleaned.get("sure"):
            self._ask(str(table), int(days))
        return cleaned

    def _ask(self, table: str, days: int) -> None:
        if not LEAST[table] <= days <= MOST_DAYS:
            return  # refused anyway
        if asked := much(Retention(table=table, days=days), timezone.now()):
            raise ValidationError({"sure": [asked, *lost(table, days)]})


@admin.register(Retention)
class RetentionAdmin(StudioAdmin):
    """How long each class of data is kept; one that stands nowhere here keeps all."""

    form = RetentionForm
    change_form_template = "studio/retention.html"
    list_before_template = "studio/retention_above.html"
    list_after_template = "studio/retention_below.html"
    list_display = ("table", "kept", "passed_at", "passed_shown", "due_at")
    ordering = ("table",)
    fields = ("table", "days", "sure")

    def get_urls(self) -> list[URLPattern]:
        """With the page of what would go today."""
        view = self.admin_site.admin_view(require_GET(self.today_view))
        return [path("today/", view, name="workspace_retention_today"), *super().get_urls()]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A class that was chosen on the list comes with the days that are proposed."""
        asked = super().get_changeform_initial_data(request)
        proposed = SHIPPED.get(str(asked.get("table", "")))
        return {"days": proposed, **asked} if proposed else asked

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With what has no policy, and what never has one."""
        more = {"without": without(), "kept": kept(), "may_add": self.has_add_permission(request)}
        return super().changelist_view(request, more | (extra_context or {}))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With what each class is, and what is lost with it."""
        asked = request.GET.get("table", "") if object_id is None else ""
        more = {"classes": classes(asked if asked in WORDS else "", object_id)}
        return super().changeform_view(request, object_id, form_url, more | (extra_context or {}))

    def today_view(self, request: HttpRequest) -> HttpResponse:
        """What would go today, by class. It only counts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("What would go today"),
            "now": words.moment(now),
            "lines": list(lines(now, may.see_people(request.user))),
        }
        return TemplateResponse(request, "studio/retention_today.html", context)

    @display(description=_("kept for"), ordering="days")
    def kept(self, obj: Retention) -> str:
        return say_duration(f"{obj.days} days")

    @display(description=_("went in it"))
    def passed_shown(self, obj: Retention) -> str:
        return grouped(obj.passed) if obj.passed_at else "–"
