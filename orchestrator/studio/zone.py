"""Times in the admin are the workspace's."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from orchestrator.workspace.models import Workspace


class WorkspaceZone:
    """Middleware: shows times of admin pages in the workspace's zone. One look-up by primary key a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        name = Workspace.objects.filter(pk=1).values_list("time_zone", flat=True).first()
        with timezone.override(ZoneInfo(name or "UTC")):
            return self.get_response(request)
