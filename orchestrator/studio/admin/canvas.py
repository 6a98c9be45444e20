"""The canvas of a journey: its page, and what the page asks the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import formats, timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml_places import CannotEdit
from orchestrator.studio import (
    canvas,
    canvas_words,
    drafting,
    may,
    outline,
    requests,
    simulated,
    step_numbers,
    words,
)
from orchestrator.studio.admin.canvas_asked import Unclear, asked_of, refused, text_of
from orchestrator.studio.admin.canvas_forms import FormPages
from orchestrator.studio.canvas_inputs import inputs_of
from orchestrator.studio.links import url_of
from orchestrator.studio.panel import header
from orchestrator.studio.titles import title_of

# One line in the journal for ten minutes of one person's drawing, not one for each time it is saved by itself.
_JOURNAL_EVERY = 600
_ASIDE = ("simulate", "publish", "migrate", "pause", "resume", "stop")


class CanvasPages(FormPages):
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
        journey = self.drawable(request, object_id)
        context = self.admin_site.each_context(request) | {
            "title": title_of(journey),
            "journey": journey,
            "data": _page_data(journey, request.user)
            | {"waits": _waits(request, journey)}
            | _simulated(request, journey),
        }
        return TemplateResponse(request, "studio/canvas.html", context)

    def canvas_read(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The draft as it is now."""
        journey = self.drawable(request, object_id)
        return JsonResponse(_draft(journey))

    def canvas_numbers(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Numbers by step: live ones, none while nothing is live; or what a simulation told."""
        journey = self.drawable(request, object_id)
        if (one := simulated.finished(journey.pk, request.GET.get("simulation", ""))) is not None:
            return JsonResponse({"steps": step_numbers.of_simulation(one.told)})
        return JsonResponse({"steps": step_numbers.of_steps(journey) if journey.current else {}})

    def canvas_check(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What a text says and what is wrong with it."""
        self.drawable(request, object_id)
        try:
            return JsonResponse(canvas.look(text_of(asked_of(request))))
        except Unclear as error:
            return refused(str(error))

    def canvas_edit(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The text with one edit made."""
        self.drawable(request, object_id)
        try:
            asked = asked_of(request)
            text, chosen = drafting.edit(text_of(asked), asked["edit"])
            return JsonResponse({"text": text, "chosen": list(chosen), **canvas.look(text)})
        except (Unclear, CannotEdit) as error:
            return refused(str(error))
        except DefinitionError as error:
            return refused(" ".join(f"{one.what}. {one.mend}".strip() for one in error.problems[:3]))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return refused(_("This is not an edit that the canvas knows."))

    def canvas_save(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Keep the draft, or say who was faster."""
        journey = self.drawable(request, object_id)
        try:
            asked = asked_of(request)
            text, since = text_of(asked), str(asked.get("revision", ""))
        except Unclear as error:
            return refused(str(error))
        try:
            with transaction.atomic():
                if drafting.save(journey, text, since, request.user, timezone.now()):
                    self._journal(request, journey)
        except drafting.Conflict as conflict:
            when = _("%(time)s ago") % {"time": timesince(conflict.at)}
            told = {"who": conflict.who or _("somebody"), "when": when, "at": conflict.at}
            now = {"text": conflict.text, "revision": conflict.revision}
            return JsonResponse({**told, **now}, status=409)
        journey.draft = text
        return JsonResponse({"revision": drafting.revision(text), "waits": _waits(request, journey)})

    def _journal(self, request: HttpRequest, journey: Journey) -> None:
        since = timezone.now() - timedelta(seconds=_JOURNAL_EVERY)
        kind = ContentType.objects.get_for_model(Journey)
        mine = LogEntry.objects.filter(content_type=kind, object_id=str(journey.pk), action_time__gte=since)
        last = mine.order_by("-action_time", "-pk").values_list("user_id", "action_flag").first()
        if last != (request.user.pk, CHANGE):
            self.log_change(request, journey, [{"changed": {"fields": ["draft"]}}])


def _draft(journey: Journey) -> dict[str, Any]:
    text = drafting.opened(journey)
    return {"text": text, "revision": drafting.revision(journey.draft), **canvas.look(text)}


def _page_data(journey: Journey, user: Any) -> dict[str, Any]:
    kinds = canvas.kinds_now()
    inputs = {name: inputs_of(kind) for name, kind in kinds.items()}
    here = {
        name: _url(f"canvas_{name}", journey)
        for name in ("read", "check", "edit", "save", "numbers", "names", "form")
    }
    return {
        "urls": here | {name: _url(name, journey) for name in _ASIDE} | {"journey": _url("change", journey)},
        "texts": canvas_words.texts(not may.publish_alone(user)),
        "live": journey.current.number if journey.current and journey.status == "live" else 0,
        "status": {
            "code": journey.status,
            "words": str(journey.get_status_display()),
            "tone": words.tone(journey.status),
        },
        "published": journey.current is not None,
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
        "header": header.inputs(),
        "draft": _draft(journey),
    }


def _simulated(request: HttpRequest, journey: Journey) -> dict[str, Any]:
    """Whose numbers are shown, where it is not life's: `?simulation=7`."""
    one = simulated.finished(journey.pk, request.GET.get("simulation", ""))
    if one is None:
        return {"simulated": None}
    return {
        "simulated": {
            "url": url_of("journeys_simulation", one.pk),
            "asked": simulated.asked(one),
            "id": one.pk,
        }
    }


def _waits(request: HttpRequest, journey: Journey) -> str:
    """What is said of the request that waits for the draft as it is now; "" where none does."""
    return " ".join(one.text for one in requests.of_journey(journey, request.user, timezone.now()))


def _url(name: str, journey: Journey) -> str:
    """The address of a page; "" for one that this installation does not have."""
    try:
        return reverse(f"admin:journeys_journey_{name}", args=[journey.pk])
    except NoReverseMatch:
        return ""
