"""What the forms of the canvas ask the server: names to choose from, and what a form says."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Journey
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.admin.canvas_asked import Unclear, asked_of, refused, text_of
from orchestrator.studio.builder import known
from orchestrator.studio.builder import words as builder_words
from orchestrator.studio.builder.tree import BadTree
from orchestrator.studio.panel import look
from orchestrator.studio.panel import words as panel_words
from orchestrator.studio.titles import titled


class FormPages(StudioAdmin):
    """Of an admin of journeys, what its canvas asks under `…/canvas/names/` and `…/canvas/form/`."""

    def get_urls(self) -> list[Any]:
        """With the questions of the forms."""
        pages = {"names": require_GET(self.canvas_names), "form": require_POST(self.canvas_form)}
        view = self.admin_site.admin_view
        return [
            *(
                path(
                    f"<int:object_id>/canvas/{name}/",
                    view(page),
                    name=f"journeys_journey_canvas_{name}",
                )
                for name, page in pages.items()
            ),
            *super().get_urls(),
        ]

    def canvas_names(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What forms complete and what stands on them; asked for when the first one is opened."""
        self.drawable(request, object_id)
        texts = builder_words.texts() | panel_words.texts()
        return JsonResponse(
            {"texts": texts, "operators": builder_words.operators(), "known": known.names()}
            | panel_words.choices()
        )

    def canvas_form(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The form of a value, or what is said of the value of a form. Writes nothing."""
        self.drawable(request, object_id)
        try:
            asked = asked_of(request)
            spot = look.find(text_of(asked), *_where(asked))
            return JsonResponse(look.changed(spot, asked["form"]) if "form" in asked else look.opened(spot))
        except Unclear as error:
            return refused(str(error))
        except (BadTree, DefinitionError, LookupError, TypeError, ValueError, RecursionError) as error:
            return refused(look.refused(error))

    def drawable(self, request: HttpRequest, object_id: int) -> Journey:
        """The journey, for somebody who may change it; 404 or 403 otherwise."""
        journey = get_object_or_404(titled(Journey.objects.select_related("current")), pk=object_id)
        if not self.has_change_permission(request, journey):
            raise PermissionDenied
        return journey


def _where(asked: dict[str, Any]) -> tuple[tuple[str | int, ...], str, str]:
    """The place that is asked about: the holder's path, the value's name, the form's kind."""
    path_, name, kind = asked.get("path"), asked.get("name"), asked.get("kind")
    if not isinstance(path_, list) or not all(type(one) in (str, int) for one in path_):
        raise TypeError("a path is a list of names and numbers")
    if not isinstance(name, str) or not isinstance(kind, str):
        raise TypeError("a name and a kind are texts")
    return tuple(path_), name, kind
