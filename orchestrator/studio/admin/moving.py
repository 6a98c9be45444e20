"""The page "Move people" of a journey: from older versions to the current one, after a look at who would go where."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orchestrator.journeys.migrate import migrate
from orchestrator.journeys.models import Journey
from orchestrator.journeys.movable import NotMovable, start_moving
from orchestrator.studio import may, moving
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.admin.publishing import journal
from orchestrator.studio.titles import title_of, titled
from orchestrator.workspace.audit import Action


class MovingPages(StudioAdmin):
    """The page of an admin of journeys under `…/migrate/`."""

    def get_urls(self) -> list[Any]:
        """With the page."""
        page = path(
            "<int:object_id>/migrate/",
            self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.migrate_view)),
            name="journeys_journey_migrate",
        )
        return [page, *super().get_urls()]

    def migrate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """GET says what would become of whom; POST moves them."""
        journey = get_object_or_404(titled(Journey.objects.select_related("current")), pk=object_id)
        may.demand(request.user, may.CHANGE, may.PUBLISH)
        given = request.POST if request.method == "POST" else request.GET
        try:
            wish = moving.read_wish(given)
            if request.method == "POST":
                return self._move(request, journey, wish)
            return self._moving(request, journey, moving.foresee(journey, wish, timezone.now()), wish)
        except (moving.Unclear, NotMovable) as error:
            status = 200 if journey.current is None and request.method != "POST" else 400
            seen = {"problem": _refused(error)}
            return self._moving(request, journey, seen, moving.Wish(None, {}, False), status)

    def _move(self, request: HttpRequest, journey: Journey, wish: moving.Wish) -> HttpResponse:
        found = moving.sources(journey, wish)
        current = journey.current
        assert current is not None
        if request.POST.get("current") != str(current.number):
            seen = moving.foresee(journey, wish, timezone.now())
            problem = _("Another version was published since you looked, and nobody was moved. Look again.")
            return self._moving(request, journey, seen | {"problem": problem}, wish, 409)
        if moving.people_on(journey, found) > moving.AT_ONCE:
            start_moving(journey, wish.number, wish.steps, wish.recompute)
            told = _(
                "People are being moved to version %(number)s, a thousand at a time. This page says who is left."
            )
            told %= {"number": current.number}
        else:
            done = migrate(journey, found, wish.steps, timezone.now(), recompute=wish.recompute)
            told = moving.say_done(done)
            if not done.moved:
                messages.info(request, told)
                return redirect(request.path)
        journal(request.user, journey, told, Action.MOVED, to=current.number, told=told)
        messages.success(request, told)
        return redirect(request.path)

    def _moving(
        self,
        request: HttpRequest,
        journey: Journey,
        seen: dict[str, Any],
        wish: moving.Wish,
        status: int = 200,
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": _("Move people: %(journey)s") % {"journey": title_of(journey)},
            "journey": journey,
            "wish": wish,
            "pairs": [f"{old}={new}" for old, new in wish.steps.items()],
            **seen,
        }
        return TemplateResponse(request, "studio/moving.html", context, status=status)


def _refused(error: Exception) -> str:
    code = error.code if isinstance(error, NotMovable) else ""
    return {
        "unpublished": _("Nothing is published yet, so nobody is inside."),
        "current": _("That is the current version, to which people are moved: choose an older one."),
        "stopped": _("That version is stopped: whoever was on it has left."),
        "unknown_step": _("A step of that name is in neither version: choose from the list."),
        "unknown_version": _("There is no such version."),
    }.get(code, _("The form is too old: look at the page again."))
