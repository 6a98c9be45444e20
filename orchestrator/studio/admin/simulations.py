"""Simulations: asked for on a journey's page, read on their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import Journey, Simulation
from orchestrator.journeys.simulation.asking import Wish, ask
from orchestrator.studio import compared, may, simulated, what_if, words
from orchestrator.studio.admin.base import Page, journey_link
from orchestrator.studio.links import url_of
from orchestrator.studio.titles import title_of, with_journeys

SPANS = (7, 14, 30, 60, 90)
LOOK_AGAIN = 2  # seconds
_COLOURS = {"planned": "info", "running": "warning", "done": "success", "failed": "danger"}


@admin.register(Simulation)
class SimulationAdmin(Page):
    """What journeys would have done."""

    list_display = ("title", "question", "days", "beside", "state_shown", "asked_at", "asked_by")
    list_display_links = ("title",)
    together = (with_journeys(), "asked_by")
    list_filter = ("state", "question")
    search_fields = ("journey__key", "journey__title")
    ordering = ("-id",)
    page_template = "studio/simulation.html"

    @display(description=_("journey"), ordering="journey")
    def title(self, obj: Simulation) -> str:
        return title_of(obj.journey)

    @display(description=_("state"), label=_COLOURS)
    def state_shown(self, obj: Simulation) -> tuple[str, str]:
        return obj.state, str(obj.get_state_display())

    def page(self, request: HttpRequest, obj: Simulation) -> Mapping[str, Any]:
        """What it says; while it runs, how far it is."""
        running = obj.state in (Simulation.State.PLANNED, Simulation.State.RUNNING)
        told = (
            {"simulation": obj}
            if running
            else {
                **simulated.page(obj, may.see_people(request.user)),
                **compared.page(obj, request.GET.get("beside", "")),
            }
        )
        percent = round(100 * obj.done / Simulation.PARTS)
        return {
            "journey_link": journey_link(obj), "running": running, "percent": percent, **told, **asking(request, obj.journey)
        }  # fmt: skip

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page, which looks again by itself while the simulation runs."""
        answer = super().change_view(request, object_id, form_url, extra_context)
        waiting = Simulation.objects.filter(pk=object_id, state__in=("planned", "running"))
        if object_id.isdecimal() and waiting.exists():
            answer["Refresh"] = str(LOOK_AGAIN)
        return answer


def asking(request: HttpRequest, journey: Journey) -> dict[str, Any]:
    """The form, and what was asked before."""
    return {
        "journey": journey,
        "spans": SPANS,
        "questions": Simulation.Question.choices,
        "what_if": what_if.fields(journey),
        "may_simulate": request.user.has_perm("journeys.change_journey"),  # type: ignore[union-attr]
        "earlier": list(_earlier(journey)),
    }


def _earlier(journey: Journey) -> Iterator[dict[str, str]]:
    for one in Simulation.objects.filter(journey=journey).defer("told").order_by("-id")[:10]:
        yield {
            "url": url_of("journeys_simulation", one.pk),
            "when": words.moment(one.asked_at),
            "what": simulated.asked(one),
            "state": str(one.get_state_display()),
        }


def simulate(request: HttpRequest, journey: Journey, context: Mapping[str, Any]) -> HttpResponse:
    """The journey's page "Simulate": GET asks, POST begins and goes to what it says."""
    if request.method == "POST":
        try:
            wish = _wish(request, journey)
        except what_if.Unclear as error:
            messages.error(request, str(error))
            return redirect(request.path)
        asked = ask(journey, wish, request.user, timezone.now())
        return redirect(url_of("journeys_simulation", asked.pk))
    title = gettext("Simulate “%(journey)s”") % {"journey": title_of(journey)}
    return render(request, "studio/simulate.html", {**context, "title": title, **asking(request, journey)})


def _wish(request: HttpRequest, journey: Journey) -> Wish:
    days, question = request.POST.get("days", ""), request.POST.get("question", "replay")
    if not (days.isascii() and days.isdecimal()) or int(days) not in SPANS:
        spans = ", ".join(map(str, SPANS))
        raise what_if.Unclear(gettext("Choose how many days: %(spans)s.") % {"spans": spans})
    if question not in Simulation.Question.values:
        raise what_if.Unclear(gettext("Choose what to ask: the last days, or the days to come."))
    changed = what_if.written(what_if.fields(journey), request.POST)
    return Wish(int(days), "beside" in request.POST, question, changed)  # type: ignore[arg-type]
