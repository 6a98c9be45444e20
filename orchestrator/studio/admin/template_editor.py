"""The template editor: its page, and what the page asks the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.publish_template import NothingDrafted, NotShared, publish_template
from orchestrator.journeys.send_template_test import send_template_test
from orchestrator.journeys.send_test import NoTestList
from orchestrator.journeys.template_text import CannotWrite, Parts, read_parts
from orchestrator.messaging.models import Template
from orchestrator.studio import (
    drafts,
    framed,
    template_drafts,
    template_known,
    template_people,
    template_view,
    template_words,
)
from orchestrator.studio.admin.base import Page
from orchestrator.studio.drafting import Conflict, revision
from orchestrator.studio.numbers import grouped
from orchestrator.studio.template_asked import Unclear, asked_of, channel_of, customer_of, parts_of
from orchestrator.workspace.audit import Action

# One line in the journal for ten minutes of one person's writing, not one for each time it is saved by itself.
_JOURNAL_EVERY = timedelta(minutes=10)


class EditorPages(Page):
    """The pages of an admin of templates under `…/editor/`."""

    def get_urls(self) -> list[Any]:
        """With the editor and its questions."""
        pages: dict[str, Callable[..., HttpResponse]] = {
            "editor": require_GET(self.editor_view),
            "editor/people": require_POST(self.editor_people),
            "editor/look": require_POST(self.editor_look),
            "editor/letter": require_POST(self.editor_letter),
            "editor/save": require_POST(self.editor_save),
            "editor/discard": require_POST(self.editor_discard),
            "editor/publish": require_POST(self.editor_publish),
            "editor/test": require_POST(self.editor_test),
        }
        mine = [
            path(f"<int:object_id>/{name}/", self.admin_site.admin_view(view), name=_name(name))
            for name, view in pages.items()
        ]
        return [*mine, *super().get_urls()]

    def editor_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page."""
        template = self._writable(request, object_id)
        context = self.admin_site.each_context(request) | {
            "title": template.key,
            "template": template,
            "data": self._data(request, template),
        }
        return TemplateResponse(request, "studio/template_editor.html", context)

    def editor_people(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Customers to show it as."""
        self._writable(request, object_id)
        if not _may_choose(request):
            raise PermissionDenied
        try:
            words = asked_of(request).get("words")
        except Unclear as error:
            return _refused(error)
        return JsonResponse({"people": template_people.search(words) if isinstance(words, str) else []})

    def editor_look(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What the parts look like for a customer, and what is wrong with them."""
        template = self._writable(request, object_id)
        try:
            asked = asked_of(request)
            parts, customer = parts_of(asked), customer_of(asked)
        except Unclear as error:
            return _refused(error)
        chosen = template_people.choose(template, customer) if _may_choose(request) else None
        chosen = chosen or template_people.nobody()
        return JsonResponse({"as": chosen.told, **template_view.look(template, parts, chosen)})

    def editor_letter(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A document that the page got by looking, for its frame, which cannot hold it otherwise."""
        self._writable(request, object_id)
        return framed.letter(request.POST.get("document", ""))

    def editor_save(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Keep the draft, or say who was faster."""
        template = self._writable(request, object_id)
        try:
            asked = asked_of(request)
            parts, since = parts_of(asked), str(asked.get("revision", ""))
            with transaction.atomic():
                kept = template_drafts.save(template, parts, since, request.user, timezone.now())
                if kept != since:
                    self._journal(request, template)
        except Unclear as error:
            return _refused(error)
        except CannotWrite:
            return _refused(_("This cannot be written into the template's file: a sign in it is no text."))
        except Conflict as conflict:
            return _overtaken(conflict)
        return JsonResponse({"revision": kept, "drafted": _drafted(object_id)})

    def editor_discard(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Throw the draft away."""
        template = self._writable(request, object_id)
        if template.latest is None:
            return _refused(_("Nothing is published of this template: there is nothing to go back to."))
        with transaction.atomic():
            if template_drafts.discard(template, request.user, timezone.now()):
                self.log_change(request, template, _("The draft was thrown away."), Action.DISCARDED)
                template.draft = ""
        return JsonResponse(_draft(template))

    def editor_publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Publish the draft that the page has just saved, if it is the one that is kept."""
        template = self._writable(request, object_id)
        try:
            since = str(asked_of(request).get("revision", ""))
            now, purpose = timezone.now(), template_view.purpose_of(template)
            draft = template_drafts.held(template, since, now)
            with transaction.atomic():
                made = publish_template(template.pk, draft, purpose, now)
                told = {"digest": made.digest[:12]}
                words = _("Published: %(digest)s") % told
                self.log_change(request, template, words, Action.PUBLISHED, told)
        except Unclear as error:
            return _refused(error)
        except Conflict as conflict:
            return _overtaken(conflict)
        except NothingDrafted:
            return _refused(_("There is nothing new to publish."))
        except NotShared:
            return _refused(_("This template belongs to a journey and is published with it."))
        except DefinitionError as error:
            return _refused(_("Not published: %(why)s") % {"why": drafts.told(error.problems[0])})
        template.latest, template.draft = made, ""
        return JsonResponse(_draft(template))

    def editor_test(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send a channel of the draft, as it is kept, to the test list; to the customer shown alone, if they are on it."""
        template = self._writable(request, object_id)
        try:
            asked = asked_of(request)
            now, channel, wanted = timezone.now(), channel_of(asked), customer_of(asked)
            text = template_drafts.held(template, str(asked.get("revision", "")), now)
            purpose = template_view.purpose_of(template)
            count = send_template_test(template, text, purpose, channel, wanted, now)
        except (Unclear, NoTestList) as error:
            return _refused(error)
        except Conflict as conflict:
            return _overtaken(conflict)
        except DefinitionError as error:
            return _refused(_("Not sent: %(why)s") % {"why": drafts.told(error.problems[0])})
        if not count:
            return _refused(_("Nobody on the test list can be reached by this channel."))
        words = _("Sent as a test: %(channel)s") % {"channel": channel}
        self.log_change(request, template, words, Action.SENT_TEST, {"channel": channel, "count": count})
        return JsonResponse({"told": _("Tests on their way: %(count)s.") % {"count": grouped(count)}})

    def _writable(self, request: HttpRequest, object_id: int) -> Template:
        template = get_object_or_404(Template.objects.select_related("latest", "brand"), pk=object_id)
        if not may_write(request):
            raise PermissionDenied
        if not template_drafts.editable(template):
            raise Http404
        return template

    def _data(self, request: HttpRequest, template: Template) -> dict[str, Any]:
        names = ("people", "look", "letter", "save", "discard", "publish", "test")
        urls = {name: reverse(f"admin:{_name(f'editor/{name}')}", args=[template.pk]) for name in names}
        draft = _draft(template)
        languages = template_view.languages_of(draft["parts"])
        return {
            "urls": urls | {"back": reverse("admin:messaging_template_change", args=[template.pk])},
            "texts": template_words.texts(),
            "parts": template_words.parts(),
            "languages": template_words.languages(languages),
            "shared": not template.journey,
            "published": template.latest is not None,
            "known": template_known.known(template),
            "where": template_words.where(template),
            "choose": _may_choose(request),
            "draft": draft,
        }

    def _journal(self, request: HttpRequest, template: Template) -> None:
        since = timezone.now() - _JOURNAL_EVERY
        kind = ContentType.objects.get_for_model(Template)
        lately = LogEntry.objects.filter(
            content_type=kind, object_id=str(template.pk), action_time__gte=since
        )
        last = lately.order_by("-action_time", "-pk").values_list("user_id", "action_flag").first()
        if last != (request.user.pk, CHANGE):
            self.log_change(request, template, [{"changed": {"fields": ["draft"]}}])


def may_write(request: HttpRequest) -> bool:
    """Whether this reader may change templates."""
    return bool(request.user.has_perm("messaging.change_template"))  # type: ignore[union-attr]


def _may_choose(request: HttpRequest) -> bool:
    """A preview shows a customer's data: it takes the right to look at customers."""
    return bool(request.user.has_perm("customers.view_customer"))  # type: ignore[union-attr]


def _name(page: str) -> str:
    return f"messaging_template_{page.replace('/', '_')}"


def _parts(text: str) -> Parts:
    try:
        return read_parts(text)
    except DefinitionError:
        return {}


def _draft(template: Template) -> dict[str, Any]:
    text = template_drafts.opened(template)
    return {"parts": _parts(text), "revision": revision(text), "drafted": bool(template.draft)}


def _drafted(template_id: int) -> bool:
    return Template.objects.filter(pk=template_id).exclude(draft="").exists()


def _overtaken(conflict: Conflict) -> JsonResponse:
    told = {
        "who": conflict.who or _("somebody"),
        "when": _("%(time)s ago") % {"time": timesince(conflict.at)},
        "parts": _parts(conflict.text),
        "revision": conflict.revision,
    }
    return JsonResponse(told, status=409)


def _refused(words: Any) -> JsonResponse:
    return JsonResponse({"error": str(words)}, status=400)
