"""The canvas of a journey: its page, and what the page asks the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import formats, timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml_places import CannotEdit
from orchestrator.journeys.yaml_reader import LARGEST
from orchestrator.studio import canvas, canvas_words, drafting, outline, step_numbers
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.canvas_inputs import inputs_of
from orchestrator.studio.titles import title_of, titled

# One line in the journal for ten minutes of one person's drawing, not one for each time it is saved by itself.
_JOURNAL_EVERY = 600


class CanvasPages(StudioAdmin):
    """The pages of an admin of journeys under `…/canvas/`."""

    def get_urls(self) -> list[Any]:
        """With the canvas and its questions."""
        pages: dict[str, Callable[..., HttpResponse]] = {
            "canvas": require_GET(self.canvas_view),
            "canvas/read": require_GET(self.canvas_read),
            "canvas/numbers": require_GET(self.canvas_numbers),
            "canvas/check": require_POST(self.canvas_check),
            "canvas/edit": require_POST(self.canvas_edit),
            "canvas/save": require_POST(self.canvas_save),
        }
        mine = [
            path(
                f"<int:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"journeys_journey_{name.replace('/', '_')}",
            )
            for name, view in pages.items()
        ]
        return [*mine, *super().get_urls()]

    def canvas_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page."""
        journey = self._drawable(request, object_id)
        context = self.admin_site.each_context(request) | {
            "title": title_of(journey),
            "journey": journey,
            "data": _page_data(journey),
        }
        return TemplateResponse(request, "studio/canvas.html", context)

    def canvas_read(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The draft as it is now."""
        journey = self._drawable(request, object_id)
        return JsonResponse(_draft(journey))

    def canvas_numbers(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Live numbers by step; none while nothing is live."""
        journey = self._drawable(request, object_id)
        return JsonResponse({"steps": step_numbers.of_steps(journey) if journey.current else {}})

    def canvas_check(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What a text says and what is wrong with it."""
        self._drawable(request, object_id)
        try:
            return JsonResponse(canvas.look(_text(_asked(request))))
        except _Unclear as error:
            return _refused(str(error))

    def canvas_edit(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The text with one edit made."""
        self._drawable(request, object_id)
        try:
            asked = _asked(request)
            text, chosen = drafting.edit(_text(asked), asked["edit"])
            return JsonResponse({"text": text, "chosen": list(chosen), **canvas.look(text)})
        except (_Unclear, CannotEdit) as error:
            return _refused(str(error))
        except DefinitionError as error:
            return _refused(" ".join(f"{one.what}. {one.mend}".strip() for one in error.problems[:3]))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return _refused(_("This is not an edit that the canvas knows."))

    def canvas_save(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Keep the draft, or say who was faster."""
        journey = self._drawable(request, object_id)
        try:
            asked = _asked(request)
            text, since = _text(asked), str(asked.get("revision", ""))
        except _Unclear as error:
            return _refused(str(error))
        try:
            if drafting.save(journey, text, since, timezone.now()):
                self._journal(request, journey)
        except drafting.Conflict as conflict:
            when = _("%(time)s ago") % {"time": timesince(conflict.at)}
            told = {"who": conflict.who or _("somebody"), "when": when, "at": conflict.at}
            now = {"text": conflict.text, "revision": conflict.revision}
            return JsonResponse({**told, **now}, status=409)
        return JsonResponse({"revision": drafting.revision(text)})

    def _drawable(self, request: HttpRequest, object_id: int) -> Journey:
        journey = get_object_or_404(titled(Journey.objects.select_related("current")), pk=object_id)
        if not self.has_change_permission(request, journey):
            raise PermissionDenied
        return journey

    def _journal(self, request: HttpRequest, journey: Journey) -> None:
        since = timezone.now() - timedelta(seconds=_JOURNAL_EVERY)
        kind = ContentType.objects.get_for_model(Journey)
        mine = LogEntry.objects.filter(content_type=kind, object_id=str(journey.pk), action_time__gte=since)
        last = mine.order_by("-action_time", "-pk").values_list("user_id", "action_flag").first()
        if last != (request.user.pk, CHANGE):
            self.log_change(request, journey, [{"changed": {"fields": ["draft"]}}])


class _Unclear(ValueError):
    """What was sent is not what the page sends."""


def _asked(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > 2 * LARGEST:
        raise _Unclear(_("That is more than a journey may hold."))
    try:
        asked = json.loads(request.body, parse_constant=_refuse_constant)
        json.dumps(asked, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _Unclear(_("This is not what the canvas sends.")) from None
    if not isinstance(asked, dict):
        raise _Unclear(_("This is not what the canvas sends."))
    return asked


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _text(asked: dict[str, Any]) -> str:
    text = asked.get("text")
    if not isinstance(text, str) or "\0" in text:
        raise _Unclear(_("This is not what the canvas sends."))
    if len(text.encode()) > LARGEST:
        raise _Unclear(_("That is more than a journey may hold."))
    return text


def _refused(words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=400)


def _draft(journey: Journey) -> dict[str, Any]:
    text = drafting.opened(journey)
    return {"text": text, "revision": drafting.revision(journey.draft), **canvas.look(text)}


def _page_data(journey: Journey) -> dict[str, Any]:
    kinds = canvas.kinds_now()
    inputs = {name: inputs_of(kind) for name, kind in kinds.items()}
    here = {name: _url(f"canvas_{name}", journey) for name in ("read", "check", "edit", "save", "numbers")}
    return {
        "urls": here | {name: _url(name, journey) for name in ("simulate", "publish")},
        "texts": canvas_words.texts(),
        "live": journey.current.number if journey.current and journey.status == "live" else 0,
        "most": formats.number_format(step_numbers.MOST, 0, use_l10n=True, force_grouping=True),
        "kinds": [
            {
                "name": name,
                "title": canvas_words.title(kind),
                "icon": outline.ICONS.get(name, "extension"),
                "inputs": inputs[name],
                "first": canvas_words.first_of(kind, inputs[name]),
            }
            for name, kind in kinds.items()
        ],
        "header": canvas_words.header_inputs(),
        "draft": _draft(journey),
    }


def _url(name: str, journey: Journey) -> str:
    """The address of a page; "" for one that this installation does not have."""
    try:
        return reverse(f"admin:journeys_journey_{name}", args=[journey.pk])
    except NoReverseMatch:
        return ""
