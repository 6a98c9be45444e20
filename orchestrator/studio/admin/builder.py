"""The builder of segments: its page, and what the page asks the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orchestrator.journeys.yaml_reader import LARGEST
from orchestrator.segments.models import Segment
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.builder import counting, keeping, known, look, used
from orchestrator.studio.builder import words as builder_words
from orchestrator.studio.links import url_of
from orchestrator.studio.sent import Unclear, read_sent

_VERBS = ("look", "count", "ask", "save")


class BuilderPages(StudioAdmin):
    """The pages of an admin of segments under `…/builder/`, and "New segment"."""

    def get_urls(self) -> list[Any]:
        """With the builder and its questions."""
        verbs: dict[str, Callable[..., HttpResponse]] = {
            "look": self.builder_look,
            "count": self.builder_count,
            "ask": self.builder_ask,
            "save": self.builder_save,
        }
        view = self.admin_site.admin_view
        mine = [
            path(f"builder/{name}/", view(require_POST(verb)), name=f"segments_segment_builder_{name}")
            for name, verb in verbs.items()
        ]
        page = view(require_GET(self.builder_view))
        return [
            *mine,
            path("<int:object_id>/builder/", page, name="segments_segment_builder"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """ "New segment": the builder; with `?text`, or without scripts, the plain form."""
        if request.method != "GET" or "text" in request.GET or not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        return self._page(request, None)

    def builder_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page of a segment's rule."""
        segment = get_object_or_404(Segment, pk=object_id, static=False)
        if not self.has_change_permission(request, segment):
            raise PermissionDenied
        return self._page(request, segment)

    def builder_look(self, request: HttpRequest) -> HttpResponse:
        """What a text or a tree says, and what is wrong with it."""
        return self._answered(request, lambda asked, draft: JsonResponse(draft.told()))

    def builder_count(self, request: HttpRequest) -> HttpResponse:
        """Of how many it is true. Writes nothing."""
        named = request.user.has_perm("customers.view_customer")  # type: ignore[union-attr]

        def count(asked: dict[str, Any], draft: look.Draft) -> HttpResponse:
            return JsonResponse(counting.count(draft.asked(), timezone.now(), named))

        return self._answered(request, count)

    def builder_ask(self, request: HttpRequest) -> HttpResponse:
        """Whether one customer fulfils it. Writes nothing."""
        if not request.user.has_perm("customers.view_customer"):  # type: ignore[union-attr]
            raise PermissionDenied

        def ask(asked: dict[str, Any], draft: look.Draft) -> HttpResponse:
            return JsonResponse(counting.ask(draft.asked(), timezone.now(), _text(asked, "who", 200)))

        return self._answered(request, ask)

    def builder_save(self, request: HttpRequest) -> HttpResponse:
        """Keep the segment, or say why not, or who was faster."""
        return self._answered(request, lambda asked, draft: self._save(request, asked, draft))

    def _answered(
        self, request: HttpRequest, answer: Callable[[dict[str, Any], look.Draft], HttpResponse]
    ) -> HttpResponse:
        """What was sent, read; rubbish is refused in words."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        try:
            asked = _asked(request)
            return answer(asked, _draft(asked))
        except (Unclear, look.BadTree, keeping.CannotKeep) as error:
            return JsonResponse({"error": str(error)}, status=400)

    def _save(self, request: HttpRequest, asked: dict[str, Any], draft: look.Draft) -> HttpResponse:
        id_ = asked.get("id")
        if type(id_) is not int and id_ is not None:
            raise Unclear(_("This is not what the builder sends."))
        if not (self.has_add_permission(request) if id_ is None else self.has_change_permission(request)):
            raise PermissionDenied
        if draft.rule is None:
            raise Unclear(_("The rule cannot be kept yet: mend what is marked, or add a first part."))
        title, since = _text(asked, "title", 500), _text(asked, "revision", 50)
        key = _text(asked, "key", 100)
        try:
            with transaction.atomic():
                done = keeping.keep(id_, key, title, draft.text, draft.rule, since, timezone.now())
                segment = Segment.objects.get(pk=done.id)
                if id_ is None:
                    self.log_addition(request, segment, [{"added": {}}])
                else:
                    self.log_change(request, segment, [{"changed": {"fields": ["title", "rule"]}}])
        except keeping.Changed as changed:
            return _conflict(changed)
        return JsonResponse(
            {
                "id": done.id,
                "revision": keeping.revision(segment),
                "url": url_of("segments_segment", done.id),
                "builder": reverse("admin:segments_segment_builder", args=[done.id]),
                "anew": done.changed,
            }
        )

    def _page(self, request: HttpRequest, segment: Segment | None) -> HttpResponse:
        text = look.opened(segment)
        draft = look.of_text(text, segment.key if segment else "")
        verbs = {name: reverse(f"admin:segments_segment_builder_{name}") for name in _VERBS}
        places = used.uses(segment.key) if segment else []
        data = {
            "urls": verbs | {"segment": url_of("segments_segment", segment.pk) if segment else ""},
            "texts": builder_words.texts(),
            "operators": builder_words.operators(),
            "known": known.names(),
            "id": segment.pk if segment else None,
            "key": segment.key if segment else "",
            "title": segment.title if segment else "",
            "revision": keeping.revision(segment),
            "asks": request.user.has_perm("customers.view_customer"),  # type: ignore[union-attr]
            "used": used.say_uses(places),
            "draft": draft.told(),
        }
        context = self.admin_site.each_context(request) | {
            "title": str(segment) if segment else _("New segment"),
            "segment": segment,
            "data": data,
            "uses": places,
        }
        return TemplateResponse(request, "studio/builder.html", context)


def _asked(request: HttpRequest) -> dict[str, Any]:
    return read_sent(
        request,
        2 * LARGEST,
        _("That is more than a rule may hold."),
        _("This is not what the builder sends."),
    )


def _draft(asked: dict[str, Any]) -> look.Draft:
    text, key = _text(asked, "text", LARGEST), _text(asked, "key", 100)
    return look.of_tree(asked["tree"], text, key) if "tree" in asked else look.of_text(text, key)


def _text(asked: dict[str, Any], name: str, longest: int) -> str:
    text = asked.get(name, "")
    if not isinstance(text, str) or "\0" in text or len(text.encode()) > longest:
        raise Unclear(_("This is not what the builder sends."))
    return text


def _conflict(changed: keeping.Changed) -> JsonResponse:
    when = _("%(time)s ago") % {"time": timesince(changed.at)}
    words = _("%(who)s has changed this segment %(when)s. Load it anew, or keep yours in its place.")
    told = words % {"who": changed.who or _("Somebody"), "when": when}
    now = {"title": changed.title, "text": changed.text, "revision": changed.revision}
    return JsonResponse({"error": told, **now}, status=409)
