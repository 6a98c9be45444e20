"""What messages look like. A journey's own templates come with it; shared ones are begun and published here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.messaging.models import Template, TemplateVersion
from orchestrator.studio import checks, person, words
from orchestrator.studio.admin.base import History, mono
from orchestrator.studio.admin.template_editor import EditorPages, may_write
from orchestrator.studio.links import linked, url_of
from orchestrator.studio.template_drafts import editable
from orchestrator.workspace.models import Brand

_MOST = 50


def _parts(version: TemplateVersion | None) -> list[tuple[str, list[str]]]:
    """The channels a version has words for, each with its languages."""
    prepared: Mapping[str, Any] = version.prepared if version is not None else {}
    return [
        (words.channel(code), sorted(person.language(language) for language in prepared[code]))
        for code in words.CHANNELS
        if isinstance(prepared.get(code), dict) and prepared[code]
    ]


class NewTemplate(forms.ModelForm):  # type: ignore[type-arg]
    """A template that any journey of its brand may send. Its words are written in the editor."""

    class Meta:
        model = Template
        fields = ("key", "brand")
        help_texts = {"key": _("Journeys name it so: small letters, digits and _.")}

    def clean_key(self) -> str:
        """As journeys write it."""
        return checks.key(str(self.cleaned_data["key"]))

    def clean(self) -> dict[str, Any]:
        """One of a key for each brand."""
        cleaned = super().clean() or {}
        key, brand = cleaned.get("key"), cleaned.get("brand")
        if key and brand and Template.objects.filter(key=key, brand=brand, journey="").exists():
            self.add_error("key", gettext("There is such a template of this brand already."))
        return cleaned


@admin.register(Template)
class TemplateAdmin(EditorPages):
    """Every template with its latest version."""

    list_display = ("key", "journey_shown", "channels", "brand", "versions_count", "latest_at")
    list_filter = ("brand",)
    search_fields = ("key", "journey")
    search_help_text = _("A word of the key or of the journey")
    list_select_related = ("brand", "latest")
    page_template = "studio/template.html"
    add_form_template = "admin/change_form.html"
    form = NewTemplate

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Shared templates are begun here; a journey's own come with the journey."""
        return bool(request.user.has_perm("messaging.add_template"))  # type: ignore[union-attr]

    def get_fieldsets(self, request: HttpRequest, obj: Template | None = None) -> Any:
        """The key and the brand of a new one."""
        return super().get_fieldsets(request, obj) if obj else ((None, {"fields": ("key", "brand")}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Of the default brand, unless somebody says otherwise."""
        brand = Brand.objects.filter(key="default").values_list("pk", flat=True).first()
        return {"brand": brand, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        """With the beginning of its text, so that it stands among what is drafted."""
        obj.draft, obj.draft_at = f"template: {obj.key}\n", timezone.now()
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Template, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to the editor, for whoever may use it."""
        there = self._editor(request, obj) or url_of("messaging_template", obj.pk)
        return redirect(there)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        """With the number of versions."""
        return (
            super()
            .get_queryset(request)
            .annotate(versions_total=Count("versions", filter=Q(versions__tried=False)))
        )

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
        versions = (
            obj.versions.filter(tried=False)
            .defer("source", "prepared")
            .order_by("-published_at", "-id")[:_MOST]
        )
        return {
            "parts": _parts(obj.latest),
            "source": obj.latest.source if obj.latest else "",
            "editor": self._editor(request, obj),
            "drafted": bool(obj.draft),
            "variables": obj.latest.prepared.get("variables", []) if obj.latest else [],
            "versions": [
                (url_of("messaging_templateversion", version.pk), version.published_at, version.digest[:12])
                for version in versions
            ],
        }

    def _editor(self, request: HttpRequest, obj: Template) -> str:
        """Where it is changed; "" for whoever may not."""
        if not may_write(request) or not editable(obj):
            return ""
        return reverse("admin:messaging_template_editor", args=[obj.pk])


@admin.register(TemplateVersion)
class TemplateVersionAdmin(History):
    """A template as it was published."""

    list_display = ("template", "topic", "short", "published_at", "tried")
    list_select_related = ("template",)
    search_fields = ("template__key",)
    ordering = ("-id",)
    fields = ("template_shown", "topic", "published_at", "tried", "digest", "source_shown")
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
