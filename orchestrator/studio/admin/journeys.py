"""Journeys and what was published of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.journeys.edits import note_edit
from orchestrator.journeys.models import Journey, JourneyVersion, PublishRequest, Simulation
from orchestrator.journeys.pausing import pause, resume
from orchestrator.journeys.send_test import NoTestList, send_test
from orchestrator.journeys.stop import stop
from orchestrator.studio import (
    drafts,
    may,
    month,
    numbers,
    outline,
    people,
    requests,
    sending,
    versions,
    words,
)
from orchestrator.studio.admin import simulations
from orchestrator.studio.admin.base import Page
from orchestrator.studio.admin.beginning import BeginPages
from orchestrator.studio.admin.canvas import CanvasPages
from orchestrator.studio.admin.listing import ListPages
from orchestrator.studio.admin.moving import MovingPages
from orchestrator.studio.admin.requests import AskingPages
from orchestrator.studio.admin.versions import VersionPages, putting_back
from orchestrator.studio.entered import parsed
from orchestrator.studio.fields import monospace
from orchestrator.studio.links import linked, url_of
from orchestrator.studio.titles import pick, titled
from orchestrator.workspace.audit import Action, note


class JourneyForm(forms.ModelForm):
    """A journey's draft, checked before it is kept."""

    class Meta:
        model = Journey
        fields = ("key", "title", "brand", "draft")
        widgets = {"draft": monospace(28)}
        help_texts = {"draft": _("YAML. Saving keeps the draft; what is live changes only when you publish.")}

    def clean_draft(self) -> str:
        """Say what is wrong with the draft, and on which line."""
        draft = str(self.cleaned_data["draft"])
        found = drafts.problems(draft) if draft.strip() else []
        if found:
            raise ValidationError([ValidationError(problem) for problem in found])
        return draft


@admin.register(Journey)
class JourneyAdmin(BeginPages, ListPages, AskingPages, VersionPages, MovingPages, CanvasPages):
    """Journeys."""

    form = JourneyForm
    change_form_template = "studio/journey.html"
    list_filter = ("status", "brand")
    search_fields = ("key", "title")
    list_select_related = ("brand", "current")
    fieldsets = ((None, {"fields": ("key", "title", "brand", "draft")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Journey]:
        """With the titles in each language."""
        return titled(super().get_queryset(request))

    def save_model(self, request: HttpRequest, obj: Journey, form: Any, change: bool) -> None:
        """Save it, and note who edited the draft."""
        super().save_model(request, obj, form, change)
        if not change or "draft" in form.changed_data:
            note_edit(obj.key, request.user, timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Journey | None = None) -> tuple[str, ...]:
        """A published journey keeps its key and brand: messages and reports hold on to them."""
        return ("key", "brand") if obj is not None and obj.first_published_at is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only a draft that never ran."""
        return may.delete_journey(request.user, obj if isinstance(obj, Journey) else None)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[Any], Any]:
        """A draft goes with its simulations and requests, which nobody deletes by themselves."""
        listed, counts, refused, protected = super().get_deleted_objects(objs, request)
        with_it = {model._meta.verbose_name for model in (Simulation, PublishRequest)}
        return listed, counts, set(refused) - with_it, protected

    def get_urls(self) -> list[Any]:
        """With the two buttons."""
        buttons = [
            path(
                f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"journeys_journey_{name}"
            )
            for name, view in (
                ("pause", require_POST(self.pause_view)),
                ("resume", require_POST(self.resume_view)),
                ("stop", require_POST(self.stop_view)),
                ("test", require_POST(self.test_view)),
            )
        ]
        once = path(
            "send-once/", self.admin_site.admin_view(self.send_once_view), name="journeys_journey_send_once"
        )
        planned = path(
            "calendar/", self.admin_site.admin_view(self.calendar_view), name="journeys_journey_calendar"
        )
        simulate = path(
            "<path:object_id>/simulate/",
            self.admin_site.admin_view(self.simulate_view),
            name="journeys_journey_simulate",
        )
        hand = path(
            "<int:object_id>/people/",
            self.admin_site.admin_view(self.people_view),
            name="journeys_journey_people",
        )
        return [once, planned, hand, simulate, *buttons, *super().get_urls()]

    def simulate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page "Simulate": what the draft would have done in the last days."""
        journey = self._changeable(request, object_id)
        return simulations.simulate(request, journey, self.admin_site.each_context(request))

    def people_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page "People by hand": a list is let in, or taken out."""
        journey = get_object_or_404(titled(Journey.objects.all()), pk=object_id)
        if not any(people.may(request.user, act) for act in people.RIGHTS):
            raise PermissionDenied
        return people.page(request, journey, self.admin_site.each_context(request))

    def send_once_view(self, request: HttpRequest) -> HttpResponse:
        """The page "Send once": a form, whom it would reach, and the plan."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return sending.page(request, self.admin_site.each_context(request))

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """The page "Calendar": what is planned, day by day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return month.page(request, self.admin_site.each_context(request), timezone.now())

    def stop_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button "Stop": for good."""
        journey = self._run(request, object_id)
        done = stop(journey, None, timezone.now(), request.user)
        self.log_only(request, journey, [{"changed": {"fields": ["status"]}}])
        told = {
            "journey": journey,
            "got": numbers.grouped(done.got),
            "cancelled": numbers.grouped(done.cancelled),
        }
        messages.success(
            request,
            gettext("“%(journey)s” is stopped: %(got)s messages had been sent, %(cancelled)s were cancelled.")
            % told,
        )
        return redirect(_back(request, journey))

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button "Send a test"."""
        journey = self._changeable(request, object_id)
        live = parsed(journey.current_id)
        try:
            with transaction.atomic():
                count = send_test(live, timezone.now()) if live else 0
                note(Action.SENT_TEST, request.user, journey, count=count)
        except NoTestList as error:
            messages.error(request, str(error))
        else:
            messages.success(request, gettext("Tests on their way: %(count)s.") % {"count": count})
        return redirect(url_of("journeys_journey", journey.pk))

    def _changeable(self, request: HttpRequest, object_id: str) -> Journey:
        journey = self._found(object_id)
        may.demand(request.user, may.CHANGE)
        return journey

    def _run(self, request: HttpRequest, object_id: str) -> Journey:
        journey = self._found(object_id)
        may.demand(request.user, may.CHANGE, may.PUBLISH)
        return journey

    def _found(self, object_id: str) -> Journey:
        if not (object_id.isascii() and object_id.isdecimal() and len(object_id) < 19):
            raise Http404
        return get_object_or_404(titled(Journey.objects.all()), pk=object_id)

    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button "Pause"."""
        done = gettext("“%(journey)s” is paused: nothing of it is sent.")
        return self._press(request, object_id, pause, Action.PAUSED, done)

    def resume_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button "Resume"."""
        done = gettext("“%(journey)s” is live again.")
        return self._press(request, object_id, _resume_now, Action.RESUMED, done)

    def _press(
        self, request: HttpRequest, object_id: str, verb: Any, action: Action, done: str
    ) -> HttpResponse:
        journey = self._run(request, object_id)
        with transaction.atomic():
            pressed = verb(journey.pk)
            if pressed:
                self.log_change(request, journey, [{"changed": {"fields": ["status"]}}], action)
        if pressed:
            messages.success(request, done % {"journey": journey})
        else:
            messages.warning(request, gettext("Nothing changed: the journey's status was another by then."))
        return redirect(_back(request, journey))

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """The journey's status and numbers, above its form."""
        if obj is None:
            return {}
        return {
            "numbers": numbers.of_journey(obj),
            "tone": words.tone(obj.status),
            **_links(obj),
            "requests": requests.of_journey(obj, request.user, timezone.now()),
            "may_run": may.run(request.user),
            "by_hand": any(people.may(request.user, act) for act in people.RIGHTS),
        }


def _back(request: HttpRequest, journey: Journey) -> str:
    """The page whose button was pressed: the canvas, or the journey's own."""
    if request.POST.get("back") == "canvas":
        return reverse("admin:journeys_journey_canvas", args=[journey.pk])
    return url_of("journeys_journey", journey.pk)


def _resume_now(journey_id: int) -> bool:
    return resume(journey_id, timezone.now())


def _links(journey: Journey) -> dict[str, Any]:
    current = journey.current
    history = versions.history(journey) if current else []
    return {
        "journey": journey,
        "launches": journey.launches.order_by("-on", "-id")[:5],
        "outline": outline.read(current.definition) if current else None,
        "history": history,
        "more_versions": len(history) == versions.SHOWN and history[-1].number > 1,
    }


def _title(version: JourneyVersion) -> str:
    return pick(version.journey, version.definition.get("title"))


@admin.register(JourneyVersion)
class JourneyVersionAdmin(Page):
    """A journey as it was published."""

    list_display = ("journey_shown", "number", "published_at", "by", "stopped_at")
    list_select_related = ("journey", "published_by")
    search_fields = ("journey__key", "journey__title")
    ordering = ("-id",)
    page_template = "studio/version.html"

    @display(description=_("journey"), ordering="journey")
    def journey_shown(self, obj: JourneyVersion) -> str:
        return _title(obj)

    @display(description=_("published by"))
    def by(self, obj: JourneyVersion) -> str:
        return str(obj.published_by or "–")

    def page(self, request: HttpRequest, obj: JourneyVersion) -> Mapping[str, Any]:
        """What it does, in sentences, and the text it came from."""
        journey = Journey.objects.select_related("current").get(pk=obj.journey_id)
        return {
            "outline": outline.read(obj.definition),
            "journey_link": linked(url_of("journeys_journey", obj.journey_id), _title(obj)),
            "source": obj.source,
            "back": putting_back(request, journey, obj, request.user.has_perm("journeys.change_journey")),  # type: ignore[union-attr]
            "compare": _compare(journey, obj),
            "is_current": journey.current_id == obj.pk,
        }


def _compare(journey: Journey, one: JourneyVersion) -> str:
    """The page that compares a version with the current one; the current one with the one before it."""
    if journey.current is None:
        return ""
    if journey.current_id != one.pk:
        return versions.url_of_comparison(journey, one.number, journey.current.number)
    return versions.url_of_comparison(journey, one.number - 1, one.number) if one.number > 1 else ""
