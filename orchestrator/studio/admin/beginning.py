"""The page "New journey": one that comes along, an empty one, or the plain form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from orchestrator.domain.definition.header import LONGEST_TITLE
from orchestrator.journeys.begin import CannotBegin, begin
from orchestrator.studio import shipped
from orchestrator.studio.admin.base import StudioAdmin

EMPTY = ""


class BeginForm(forms.Form):
    """What to begin from, and what it is to be called."""

    shipped = forms.CharField(required=False, max_length=500)
    title = forms.CharField(
        max_length=LONGEST_TITLE,
        error_messages={"required": gettext_lazy("Say what the journey is to be called.")},
    )


class BeginPages(StudioAdmin):
    """Beginning a journey, of an admin of journeys."""

    def get_urls(self) -> list[Any]:
        """With the button of the page."""
        view = self.admin_site.admin_view(require_POST(self.begin_view))
        return [path("begin/", view, name="journeys_journey_begin"), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The choice; with `?text=1`, in a popup, and whenever a form is sent: the plain form."""
        if request.method == "POST" or "text" in request.GET or "_popup" in request.GET:
            return super().add_view(request, form_url, extra_context)
        return self._choice(request, BeginForm())

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """Make the draft and lead to its canvas."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BeginForm(request.POST)
        name = request.POST.get("shipped", EMPTY)
        folder = shipped.folders().get(name)
        if not form.is_valid():
            return self._choice(request, form, 400)
        if name != EMPTY and folder is None:
            form.add_error(None, _("This journey is not there any more: choose another."))
            return self._choice(request, form, 400)
        try:
            with transaction.atomic():
                made = begin(form.cleaned_data["title"], timezone.now(), folder, request.user)
                self.log_addition(request, made, [{"added": {}}])
        except CannotBegin as error:
            form.add_error(None, str(error))
            return self._choice(request, form, 400)
        if not self.has_change_permission(request, made):
            return redirect(reverse("admin:journeys_journey_changelist") + "?all=1")
        return redirect(reverse("admin:journeys_journey_canvas", args=[made.pk]))

    def _choice(self, request: HttpRequest, form: BeginForm, status: int = 200) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("New journey"),
            "shipped": shipped.read(),
            "empty_picture": shipped.empty_picture(),
            "asked": form.data,
            "problems": [problem for problems in form.errors.values() for problem in problems],
            "longest": LONGEST_TITLE,
        }
        return TemplateResponse(request, "studio/new_journey.html", context, status=status)
