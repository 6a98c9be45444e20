"""The page "Ready segments", and its buttons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orchestrator.studio import ready
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.links import url_of


class ReadyPages(StudioAdmin):
    """Ready segments, of an admin of segments."""

    def get_urls(self) -> list[Any]:
        """With the page and its button."""
        view = self.admin_site.admin_view
        return [
            path("ready/", view(require_GET(self.ready_view)), name="segments_segment_ready"),
            path("ready/<slug:key>/", view(require_POST(self.bring_view)), name="segments_segment_bring"),
            *super().get_urls(),
        ]

    def ready_view(self, request: HttpRequest) -> HttpResponse:
        """All of them, with how many each means."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("Ready segments"),
            "kinds": ready.read_ready(timezone.now()),
        }
        return TemplateResponse(request, "studio/ready.html", context)

    def bring_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Make the segment and lead to its page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        try:
            with transaction.atomic():
                made = ready.bring_in(key, timezone.now())
                self.log_addition(request, made, [{"added": {}}])
        except ready.CannotBring as error:
            messages.error(request, str(error))
            return redirect(reverse("admin:segments_segment_ready"))
        messages.success(
            request,
            _("Brought in. Who is in it is found in the background; nobody enters a journey by that."),
        )
        return redirect(url_of("segments_segment", made.pk))
