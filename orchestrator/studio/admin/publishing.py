"""The page "Publish" of a journey: what publishing its draft would do, and the button that does exactly that."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Journey
from orchestrator.journeys.proposal import Changed, Proposal, proposal, publish_proposal, source
from orchestrator.journeys.publish import Published
from orchestrator.journeys.yaml import format as format_yaml
from orchestrator.studio import drafting, may, publishing
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.titles import title_of, titled
from orchestrator.workspace.audit import Action, note

_MARK = re.compile(r"[0-9a-f]{40}")
_PAIR = re.compile(r"[a-z][a-z0-9_]{0,62}=[a-z][a-z0-9_]{0,62}")


class PublishPages(StudioAdmin):
    """The page of an admin of journeys under `…/publish/`."""

    def get_urls(self) -> list[Any]:
        """With the page."""
        page = path(
            "<int:object_id>/publish/",
            self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.publish_view)),
            name="journeys_journey_publish",
        )
        return [page, *super().get_urls()]

    def publish_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """GET says what would happen; POST does it, if it still is what was said."""
        journey = get_object_or_404(_rows(), pk=object_id)
        if not self.may_look(request, journey):
            raise may.NotAllowed(may.CHANGE, may.PUBLISH)
        if request.method != "POST":
            return self.show(request, journey)
        mark, act, acts = request.POST.get("mark", ""), request.POST.get("act", ""), self.acts()
        if not _MARK.fullmatch(mark) or act not in acts:
            return self.show(request, journey, _("The form is too old: look at the page again."), 400)
        return acts[act](request, journey, mark)

    def acts(self) -> dict[str, Callable[[HttpRequest, Journey, str], HttpResponse]]:
        """What the page's buttons do, by their name."""
        return {"publish": self.publish_now, "ids": self._write_ids}

    def may_look(self, request: HttpRequest, journey: Journey) -> bool:
        """Whether somebody sees the page: who draws, and who publishes."""
        return may.run(request.user)

    def beside(self, request: HttpRequest, journey: Journey, asked: Proposal) -> dict[str, Any]:
        """What else the page shows."""
        return {}

    def publish_now(self, request: HttpRequest, journey: Journey, mark: str) -> HttpResponse:
        """The button "Publish exactly this"."""
        may.demand(request.user, may.PUBLISH)
        try:
            done = self._publish(request, journey, mark)
        except Changed:
            return self.changed(request, journey)
        except DefinitionError:
            return self.show(request, self.fresh(journey), _("Nothing was published."), 409)
        if not done.unchanged:
            messages.success(request, published(journey, done, _renamed(request)))
        return redirect(self.after(request, journey))

    @transaction.atomic
    def _publish(self, request: HttpRequest, journey: Journey, mark: str) -> Published:
        done = publish_proposal(journey, mark, timezone.now(), request.user)
        if not done.unchanged:
            words = _("Version %(number)s published") % {"number": done.number}
            journal(request.user, journey, words, Action.PUBLISHED, version=done.number)
        return done

    def changed(self, request: HttpRequest, journey: Journey) -> HttpResponse:
        """Of two who publish the same, the second is told that it is done; else the new plan is shown."""
        fresh = self.fresh(journey)
        shown = publishing.look(fresh, proposal(fresh), timezone.now())
        if isinstance(shown, publishing.Shown) and shown.unchanged and fresh.current:
            told = {"number": fresh.current.number}
            messages.info(request, _("Version %(number)s is published already, and says just this.") % told)
            return redirect(self.after(request, journey))
        words = _("Something has changed since you looked, and nothing was published. This is how it is now.")
        return self.show(request, fresh, words, 409)

    def fresh(self, journey: Journey) -> Journey:
        """The journey as it is by now."""
        return cast("Journey", _rows().get(pk=journey.pk))

    def after(self, request: HttpRequest, journey: Journey) -> str:
        """Where one goes once it is published: to the canvas, if one may draw."""
        if not self.has_change_permission(request, journey):
            return request.path
        return reverse("admin:journeys_journey_canvas", args=[journey.pk])

    def _write_ids(self, request: HttpRequest, journey: Journey, mark: str) -> HttpResponse:
        """Each step that has none gets an id, as `journeys format` gives it."""
        may.demand(request.user, may.CHANGE)
        known = registry.current()
        try:
            text = format_yaml(source(journey), known.steps, known.conditions)
            since = drafting.revision(journey.draft)
            with transaction.atomic():
                drafting.save(journey, text, since, request.user, timezone.now())
                self.log_change(request, journey, [{"changed": {"fields": ["draft"]}}])
        except DefinitionError:
            return self.show(request, journey, _("Mend the other lines first."), 409)
        except drafting.Conflict:
            return self.changed(request, journey)
        return redirect(request.path)

    def show(
        self, request: HttpRequest, journey: Journey, problem: str = "", status: int = 200
    ) -> HttpResponse:
        """The page."""
        asked, now = proposal(journey), timezone.now()
        shown = publishing.look(journey, asked, now)
        sound = isinstance(shown, publishing.Shown)
        troubles = [] if isinstance(shown, publishing.Shown) else shown
        context = self.admin_site.each_context(request) | {
            "title": _("Publish: %(journey)s") % {"journey": title_of(journey)},
            "journey": journey,
            "problem": problem,
            "mark": asked.mark,
            "shown": shown if sound else None,
            "troubles": troubles,
            "lacks_ids": any(one.code == "no_id" for one in troubles),
            "stairs": _stairs(request, journey, asked) if sound else None,
            "may_change": self.has_change_permission(request, journey),
            "may_publish": request.user.has_perm(may.PUBLISH),  # type: ignore[union-attr]
            **self.beside(request, journey, asked),
        }
        return TemplateResponse(request, "studio/publish.html", context, status=status)


def _rows() -> Any:
    return titled(Journey.objects.select_related("current", "brand"))


def _stairs(request: HttpRequest, journey: Journey, asked: Proposal) -> Any:
    return publishing.reach(journey, asked, timezone.now()) if "reach" in request.GET else None


def _renamed(request: HttpRequest) -> list[str]:
    """The pairs of steps that are the same by another name, as the author has answered."""
    answers = [value for name, value in request.POST.items() if name.startswith("pair-")]
    return [one for one in answers if isinstance(one, str) and _PAIR.fullmatch(one)]


def published(journey: Journey, done: Published, renamed: list[str]) -> str:
    """What is said once it is done, with the way to those who are inside."""
    told = {"journey": title_of(journey), "number": done.number}
    words = _("“%(journey)s”: version %(number)s is published.") % told
    try:
        url = reverse("admin:journeys_journey_migrate", args=[journey.pk])
    except NoReverseMatch:
        return words
    if done.number == 1:
        return words
    url += "?" + urlencode({"map": renamed}, doseq=True) if renamed else ""
    return format_html('{} <a class="st-link" href="{}">{}</a>', words, url, _("Move those inside to it"))


def journal(user: Any, journey: Journey, words: str, action: Action, **details: Any) -> None:
    """Write into the admin's log, and into that of the audit, who did what: in the deed's transaction, at its end."""
    note(action, user, journey, **details)
    LogEntry.objects.log_actions(
        user.pk, Journey.objects.filter(pk=journey.pk), CHANGE, words, single_object=True
    )
