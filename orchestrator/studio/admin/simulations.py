"""Simulations: asked for on a journey's page, read on their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import Journey, Simulation
from orchestrator.journeys.simulation.asking import ask
from orchestrator.studio import simulated, words
from orchestrator.studio.admin.base import Page, journey_link
from orchestrator.studio.links import url_of
from orchestrator.studio.titles import title_of, with_journeys

SPANS = (7, 14, 30, 60, 90)
LOOK_AGAIN = 2  # seconds
_COLOURS = {"planned": "info", "running": "warning", "done": "success", "failed": "danger"}


@admin.register(Simulation)
class SimulationAdmin(Page):
    """What journeys would have done."""

    list_display = ("title", "days", "beside", "state_shown", "asked_at", "asked_by")
    list_display_links = ("title",)
    together = (with_journeys(), "asked_by")
    list_filter = ("state",)
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
        told = {"simulation": obj} if running else simulated.page(obj)
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
        "may_simulate": request.user.has_perm("journeys.change_journey"),  # type: ignore[union-attr]
        "earlier": list(_earlier(journey)),
    }


def _earlier(journey: Journey) -> Iterator[dict[str, str]]:
    for one in Simulation.objects.filter(journey=journey).order_by("-id")[:10]:
        days = ngettext("the last day", "the last %(days)s days", one.days) % {"days": one.days}
        yield {
            "url": url_of("journeys_simulation", one.pk),
            "when": words.moment(one.asked_at),
            "what": f"{days} + {gettext('other journeys')}" if one.beside else days,
            "state": str(one.get_state_display()),
        }


def simulate(request: HttpRequest, journey: Journey, context: Mapping[str, Any]) -> HttpResponse:
    """The journey's page "Simulate": GET asks, POST begins and goes to what it says."""
    if request.method == "POST":
        days = request.POST.get("days", "")
        if not days.isdecimal() or int(days) not in SPANS:
            messages.error(
                request, gettext("Choose how many days: %(spans)s.") % {"spans": ", ".join(map(str, SPANS))}
            )
            return redirect(request.path)
        asked = ask(journey, int(days), "beside" in request.POST, request.user, timezone.now())
        return redirect(url_of("journeys_simulation", asked.pk))
    title = gettext("Simulate “%(journey)s”") % {"journey": title_of(journey)}
    return render(request, "studio/simulate.html", {**context, "title": title, **asking(request, journey)})
