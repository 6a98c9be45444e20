"""The page of all journeys: its columns, and its filters, which are remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.journeys.models import Journey
from orchestrator.studio import listing, words
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.titles import title_of

REMEMBERED: Mapping[str, Callable[[str], bool]] = {
    "status__exact": Journey.Status.values.__contains__,
    "brand__id__exact": lambda asked: asked.isascii() and asked.isdecimal() and len(asked) < 19,
    "q": lambda asked: 0 < len(asked) <= 200,
}
ALL = "all"
_KEPT = "journeys_filters"


class Journeys(ChangeList):
    """A page of journeys, with all that its rows tell."""

    sampled = False
    everything = f"{ALL}=1"

    def get_results(self, request: HttpRequest) -> None:
        """The rows of this page, told in a number of queries that does not grow with them."""
        super().get_results(request)
        rows = list(self.result_list)
        told, self.sampled = listing.read(rows, timezone.now())
        for one in rows:
            one.told = told[one.pk]
        self.result_list = rows  # type: ignore[assignment]
        # Else the head of the page says "1 result (2 total)", with a link to the bare address: that is the remembered one.
        self.full_result_count = self.result_count

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """As Django's; what takes the last filter off says so, since the bare address means the remembered ones."""
        written = super().get_query_string(new_params, remove)
        return f"?{self.everything}" if written == "?" else written


class ListPages(StudioAdmin):
    """The list of an admin of journeys."""

    list_display = (
        *("title_shown", "status_shown", "entered_shown", "met_shown"),
        *("lift_shown", "health_shown", "changed_shown"),
    )
    list_before_template = "studio/journeys_above.html"
    list_after_template = "studio/journeys_below.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list whose rows tell."""
        return Journeys

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list as this person last filtered it; `?all=1` forgets how."""
        if ALL in request.GET:
            request.session.pop(_KEPT, None)
            request.GET = _without(request.GET, ALL)  # type: ignore[assignment]
        elif not request.GET and (kept := request.session.get(_KEPT)):
            return redirect(f"{request.path}?{_written(kept)}")
        answer = super().changelist_view(request, extra_context)
        if request.GET and answer.status_code == 200 and "e" not in request.GET:
            _keep(request)
        return answer

    @display(description=_("journey"), ordering="title")
    def title_shown(self, obj: Any) -> str:
        return title_of(obj)

    @display(description=_("status"), ordering="status", label=words.TONES)
    def status_shown(self, obj: Any) -> tuple[str, str]:
        return obj.status, str(obj.get_status_display())

    @display(description=_("entered in 28 days"))
    def entered_shown(self, obj: Any) -> SafeString:
        return _cell("entered", obj)

    @display(description=_("met the goal"))
    def met_shown(self, obj: Any) -> SafeString:
        return _cell("met", obj)

    @display(description=_("what it earns"))
    def lift_shown(self, obj: Any) -> SafeString:
        return _cell("lift", obj)

    @display(description=_("how it does"))
    def health_shown(self, obj: Any) -> SafeString:
        return _cell("health", obj)

    @display(description=_("last change"), ordering="updated_at")
    def changed_shown(self, obj: Any) -> SafeString:
        return _cell("changed", obj)


def _cell(name: str, journey: Any) -> SafeString:
    return render_to_string(f"studio/journeys_{name}.html", {"told": journey.told, "journey": journey})


def _without(asked: QueryDict, name: str) -> QueryDict:
    rest = asked.copy()
    rest.pop(name, None)
    return rest


def _keep(request: HttpRequest) -> None:
    """Remember the filters that this answer obeyed, if they are others than before."""
    chosen = {name: one for name, sound in REMEMBERED.items() if sound(one := request.GET.get(name, ""))}
    if chosen != request.session.get(_KEPT, {}):
        request.session[_KEPT] = chosen


def _written(kept: Mapping[str, str]) -> str:
    asked = QueryDict(mutable=True)
    asked.update(kept)
    return asked.urlencode()
