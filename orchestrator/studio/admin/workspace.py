"""The installation: its one row of settings, its brands and topics."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from orchestrator.studio.admin.base import History, StudioAdmin
from orchestrator.studio.fields import TranslatedForm, WordsField, text_in
from orchestrator.studio.links import url_of
from orchestrator.workspace.models import Brand, Sequence, Topic, Workspace


class WorkspaceForm(forms.ModelForm):
    """The settings that marketers change."""

    languages = WordsField(
        label=_("Languages"),
        help_text=_("Codes with commas between them, such as pl, en. Tried in this order."),
    )
    paused_channels = WordsField(label=_("Paused channels"), help_text=_("Such as sms. Empty: none."))

    class Meta:
        model = Workspace
        fields = (
            "name",
            "time_zone",
            "country",
            "languages",
            "currency",
            "holdout",
            "minimum_gap_minutes",
            "paused_at",
            "paused_channels",
        )


@admin.register(Workspace)
class WorkspaceAdmin(StudioAdmin):
    """One row: its list is its form."""

    form = WorkspaceForm
    fieldsets = (
        (None, {"fields": ("name", "time_zone", "country", "languages", "currency")}),
        (_("Sending"), {"fields": ("minimum_gap_minutes", "paused_at", "paused_channels")}),
        (_("Measuring"), {"fields": ("holdout",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one, always."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """There is one, always."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go straight to the form."""
        return redirect(url_of("workspace_workspace", Workspace.get().pk))


class BrandForm(TranslatedForm):
    """A brand, with its footer in each language."""

    translated = ("footer",)
    footer_en = text_in(_("Footer, in English"), lines=3)
    footer_pl = text_in(_("Footer, in Polish"), lines=3)

    class Meta:
        model = Brand
        fields = (
            "key",
            "name",
            "site_url",
            "sender_name",
            "sender_address",
            "reply_to",
            "sms_sender",
            "logo_url",
            "colour",
        )


@admin.register(Brand)
class BrandAdmin(StudioAdmin):
    """Senders. One that something refers to cannot be deleted; the default never."""

    form = BrandForm
    list_display = ("name", "key", "sender_name", "sender_address", "sms_sender")
    search_fields = ("name", "key")
    fieldsets = (
        (None, {"fields": ("key", "name", "site_url")}),
        (_("Sender"), {"fields": ("sender_name", "sender_address", "reply_to", "sms_sender")}),
        (_("Look"), {"fields": ("logo_url", "colour", "footer_en", "footer_pl")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Every installation has its default brand."""
        is_default = isinstance(obj, Brand) and obj.key == "default"
        return not is_default and super().has_delete_permission(request, obj)


class TopicForm(TranslatedForm):
    """A topic, with its title in each language."""

    translated = ("title",)
    title_en = text_in(_("Title, in English"))
    title_pl = text_in(_("Title, in Polish"))

    class Meta:
        model = Topic
        fields = ("key",)


@admin.register(Topic)
class TopicAdmin(StudioAdmin):
    """What messages are about."""

    form = TopicForm
    list_display = ("__str__", "key")
    search_fields = ("key",)
    fieldsets = ((None, {"fields": ("key", "title_en", "title_pl")}),)


@admin.register(Sequence)
class SequenceAdmin(History):
    """The last number given, where the database has no sequences."""

    list_display = ("name", "value")
