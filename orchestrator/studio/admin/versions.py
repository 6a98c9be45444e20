"""The pages of a journey's versions: two of them side by side, and the button that puts an old one back as the draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.studio import drafting, versions
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.admin.publishing import journal
from orchestrator.studio.titles import title_of, titled
from orchestrator.workspace.audit import Action

_LARGEST = 2**31 - 1  # a version's number in the database


class VersionPages(StudioAdmin):
    """The pages of an admin of journeys under `…/versions/`."""

    def get_urls(self) -> list[Any]:
        """With the two."""
        site = self.admin_site
        mine = [
            path(
                "<int:object_id>/versions/<int:before>/<int:after>/",
                site.admin_view(require_GET(self.versions_view)),
                name="journeys_journey_versions",
            ),
            path(
                "<int:object_id>/versions/<int:number>/back/",
                site.admin_view(require_POST(self.back_view)),
                name="journeys_journey_back",
            ),
        ]
        return [*mine, *super().get_urls()]

    def versions_view(self, request: HttpRequest, object_id: int, before: int, after: int) -> HttpResponse:
        """In what two versions differ."""
        journey = get_object_or_404(titled(Journey.objects.select_related("current")), pk=object_id)
        if not self.has_view_permission(request, journey):
            raise PermissionDenied
        old, new = _version(journey, before), _version(journey, after)
        told = {"before": before, "after": after, "journey": title_of(journey)}
        context = self.admin_site.each_context(request) | {
            "title": _("%(journey)s: version %(before)s and version %(after)s") % told,
            "journey": journey,
            "before": old,
            "after": new,
            "back": putting_back(request, journey, old, self.has_change_permission(request, journey)),
            **versions.comparison(old, new),
        }
        return TemplateResponse(request, "studio/versions.html", context)

    def back_view(self, request: HttpRequest, object_id: int, number: int) -> HttpResponse:
        """The button "Put it back as the draft": nothing is published by it."""
        journey = get_object_or_404(titled(Journey.objects.select_related("current")), pk=object_id)
        if not self.has_change_permission(request, journey):
            raise PermissionDenied
        one = _version(journey, number)
        told = {"number": one.number}
        try:
            since = request.POST.get("revision", "")
            with transaction.atomic():
                saved = drafting.save(journey, one.source, since, request.user, timezone.now())
                if saved:
                    words = _("Version %(number)s put back as the draft") % told
                    journal(request.user, journey, words, Action.CHANGED, draft=None, version=one.number)
        except drafting.Conflict:
            messages.error(
                request, _("Nothing was put back: the draft was changed since you looked. Look again.")
            )
            return redirect(versions.url_of_comparison(journey, number, _newest(journey, number)))
        words = _(
            "The draft is what version %(number)s was; nothing is published. Templates stay as they are now."
        )
        messages.success(request, words % told)
        return redirect(_canvas(journey))


def putting_back(
    request: HttpRequest, journey: Journey, one: JourneyVersion, may: bool
) -> dict[str, Any] | None:
    """What the button needs; None where there is nothing to put back, or nobody to do it."""
    if not may or journey.draft == one.source:
        return None
    current = journey.current.source if journey.current else ""
    return {
        "url": reverse("admin:journeys_journey_back", args=[journey.pk, one.number]),
        "number": one.number,
        "revision": drafting.revision(journey.draft),
        "loses": bool(journey.draft.strip()) and journey.draft != current,
    }


def _version(journey: Journey, number: int) -> JourneyVersion:
    found = JourneyVersion.objects.select_related("published_by").filter(journey=journey)
    return get_object_or_404(found, number=min(number, _LARGEST))


def _newest(journey: Journey, number: int) -> int:
    return journey.current.number if journey.current else number


def _canvas(journey: Journey) -> str:
    return reverse("admin:journeys_journey_canvas", args=[journey.pk])
