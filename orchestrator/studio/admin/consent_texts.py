"""The words in which people are asked: drafts to write, published versions to read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanSwitchWidget

from orchestrator.consents import texts
from orchestrator.consents.models import ConsentText
from orchestrator.consents.models.text import LONGEST_TEXT
from orchestrator.studio import checks, words
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.fields import TranslatedForm, WordsField, text_in


class ConsentTextForm(TranslatedForm):
    """A version, with its words in each language."""

    translated = ("text",)
    channels = WordsField(
        label=_("Channels"), required=True, help_text=_("With commas between them: email, sms, push.")
    )
    text_en = text_in(_("Text, in English"), lines=4, longest=LONGEST_TEXT)
    text_pl = text_in(_("Text, in Polish"), lines=4, longest=LONGEST_TEXT)
    publish = forms.BooleanField(
        label=_("Publish"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_(
            "People may be asked by it then, and it never changes again: add the key anew for a new version."
        ),
    )

    class Meta:
        model = ConsentText
        fields = ("key", "brand", "channels", "purpose", "topic", "legal_basis")

    def clean_key(self) -> str:
        """As files of journeys write it."""
        return checks.key(str(self.cleaned_data["key"]))

    def clean_channels(self) -> list[str]:
        """Only ways to people."""
        return checks.channels(self.cleaned_data["channels"], personal=True)

    def clean(self) -> dict[str, Any]:
        """A text without words asks nothing."""
        said = super().clean() or self.cleaned_data
        if not said.get("text_en") and not said.get("text_pl") and not self.errors:
            self.add_error("text_en", _("Write the text in one language at least."))
        return said


@admin.register(ConsentText)
class ConsentTextAdmin(StudioAdmin):
    """What people agree to, version by version."""

    form = ConsentTextForm
    list_display = ("name", "brand", "channels_shown", "purpose_shown", "state_shown", "published_at")
    list_select_related = ("brand",)
    search_fields = ("key",)
    fieldsets = (
        (None, {"fields": ("key", "brand", "text_en", "text_pl", "publish")}),
        (_("Covers"), {"fields": ("channels", "purpose", "topic", "legal_basis")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of a published one what it says, to read."""
        if obj is None or obj.published_at is None:
            return self.fieldsets
        shown = (
            "name",
            "brand",
            "words_shown",
            "published_at",
            "channels_shown",
            "purpose",
            "topic",
            "legal_basis",
        )
        return ((None, {"fields": shown}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a published one is shown by; of a draft what its number counts within."""
        if obj is None:
            return ()
        if obj.published_at is None:
            return ("key", "brand")
        return ("name", "words_shown", "published_at", "channels_shown")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Drafts alone."""
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One draft, by its own page: of many at once some might be published."""
        return isinstance(obj, ConsentText) and _is_draft(obj) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: ConsentText, form: Any, change: bool) -> None:
        """Store the draft, numbered if it is new, and publish it where that is asked."""
        if change:
            obj.save()
        else:
            texts.add_version(obj)
        if form.cleaned_data.get("publish"):
            texts.publish(obj, timezone.now())

    @display(description=_("version"))
    def name(self, obj: ConsentText) -> str:
        return obj.name

    @display(description=_("channels"))
    def channels_shown(self, obj: ConsentText) -> str:
        return ", ".join(words.channel(code) for code in obj.channels)

    @display(description=_("purpose"))
    def purpose_shown(self, obj: ConsentText) -> str:
        return words.purpose(obj.purpose)

    @display(description=_("state"), label={"draft": "warning", "published": "success"})
    def state_shown(self, obj: ConsentText) -> tuple[str, str]:
        return ("draft", str(_("draft"))) if _is_draft(obj) else ("published", str(_("published")))

    @display(description=_("exact text shown"))
    def words_shown(self, obj: ConsentText) -> str:
        return "\n".join(f"{code}: {text}" for code, text in obj.text.items())


def _is_draft(obj: Model | None) -> bool:
    return not isinstance(obj, ConsentText) or obj.published_at is None
