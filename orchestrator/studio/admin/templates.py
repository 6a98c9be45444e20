"""What messages look like. Templates are files; publishing a journey brings them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.messaging.models import Template, TemplateVersion
from orchestrator.studio import person, words
from orchestrator.studio.admin.base import History, Page, mono
from orchestrator.studio.links import linked, url_of

_MOST = 50


def _parts(version: TemplateVersion | None) -> list[tuple[str, list[str]]]:
    """The channels a version has words for, each with its languages."""
    prepared: Mapping[str, Any] = version.prepared if version is not None else {}
    return [
        (words.channel(code), sorted(person.language(language) for language in prepared[code]))
        for code in words.CHANNELS
        if isinstance(prepared.get(code), dict) and prepared[code]
    ]


@admin.register(Template)
class TemplateAdmin(Page):
    """Every template with its latest version."""

    list_display = ("key", "journey_shown", "channels", "brand", "versions_count", "latest_at")
    list_filter = ("brand",)
    search_fields = ("key", "journey")
    search_help_text = _("A word of the key or of the journey")
    list_select_related = ("brand", "latest")
    page_template = "studio/template.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        """With the number of versions."""
        return super().get_queryset(request).annotate(versions_total=Count("versions"))

    @display(description=_("journey"))
    def journey_shown(self, obj: Template) -> str:
        return obj.journey or str(_("any journey"))

    @display(description=_("channels"))
    def channels(self, obj: Template) -> str:
        return ", ".join(channel for channel, languages in _parts(obj.latest)) or "–"

    @display(description=_("versions"))
    def versions_count(self, obj: Any) -> int:
        return int(obj.versions_total)

    @display(description=_("latest version"))
    def latest_at(self, obj: Template) -> str:
        return words.moment(obj.latest.published_at) if obj.latest else "–"

    def page(self, request: HttpRequest, obj: Template) -> Mapping[str, Any]:
        """The latest text, what it speaks, and the versions before it."""
        versions = obj.versions.defer("source", "prepared").order_by("-published_at", "-id")[:_MOST]
        return {
            "parts": _parts(obj.latest),
            "source": obj.latest.source if obj.latest else "",
            "variables": obj.latest.prepared.get("variables", []) if obj.latest else [],
            "versions": [
                (url_of("messaging_templateversion", version.pk), version.published_at, version.digest[:12])
                for version in versions
            ],
        }


@admin.register(TemplateVersion)
class TemplateVersionAdmin(History):
    """A template as it was published."""

    list_display = ("template", "topic", "short", "published_at")
    list_select_related = ("template",)
    search_fields = ("template__key",)
    ordering = ("-id",)
    fields = ("template_shown", "topic", "published_at", "digest", "source_shown")
    readonly_fields = ("template_shown", "source_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateVersion]:
        """Without the prepared form, which nobody reads here."""
        return super().get_queryset(request).defer("prepared")

    @display(description=_("digest"))
    def short(self, obj: TemplateVersion) -> str:
        return obj.digest[:12]

    @display(description=_("template"))
    def template_shown(self, obj: TemplateVersion) -> str:
        return linked(url_of("messaging_template", obj.template_id), obj.template)

    @display(description=_("source"))
    def source_shown(self, obj: TemplateVersion) -> str:
        return mono(obj.source)
