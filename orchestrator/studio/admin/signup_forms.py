"""Forms by which people sign up: what they ask, what came of it, and what to copy to show them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.consents import texts as consent_texts
from orchestrator.consents.models import SignupForm
from orchestrator.consents.models.form import ASKS, LONGEST_THANKS
from orchestrator.studio import checks
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.fields import TranslatedForm, WordsField, text_in

_SITE = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?")
_CHANNELS = {"email": "email", "phone": "sms"}


class SignupFormForm(TranslatedForm):
    """A form's form."""

    translated = ("title", "thanks")
    title_en = text_in(_("Title, in English"))
    title_pl = text_in(_("Title, in Polish"))
    thanks_en = text_in(_("Thanks, in English"), lines=3, longest=LONGEST_THANKS)
    thanks_pl = text_in(_("Thanks, in Polish"), lines=3, longest=LONGEST_THANKS)
    asks = WordsField(
        label=_("Asks for"),
        required=True,
        help_text=_(
            "With commas between them: email, phone, first_name, language. One of email and phone is needed."
        ),
    )
    texts = WordsField(
        label=_("Consent texts"),
        required=True,
        help_text=_(
            "Their keys, with commas between them. People see the newest published version, unticked."
        ),
    )
    sites = WordsField(
        label=_("Sites it may stand on"),
        help_text=_("Like https://shop.example, with commas between them. Empty: only as a page of its own."),
    )

    class Meta:
        model = SignupForm
        fields = ("key", "brand", "asks", "texts", "double_opt_in", "sites", "enabled")

    def clean_key(self) -> str:
        """As an address can hold it."""
        return checks.key(str(self.cleaned_data["key"]))

    def clean_asks(self) -> list[str]:
        """From the closed list, in its order."""
        asked: list[str] = self.cleaned_data["asks"]
        for one in asked:
            if one not in ASKS:
                told = {"written": one[:60], "known": ", ".join(ASKS)}
                raise ValidationError(_("“%(written)s” cannot be asked. There are: %(known)s."), params=told)
        if not set(asked) & set(_CHANNELS):
            raise ValidationError(_("Ask for email or phone: without an address nobody can be written to."))
        return [one for one in ASKS if one in asked]

    def clean_sites(self) -> list[str]:
        """Origins: they become part of a header."""
        for one in self.cleaned_data["sites"]:
            if not _SITE.fullmatch(one):
                told = {"written": one[:60]}
                raise ValidationError(
                    _("“%(written)s” is not a site; write it like https://shop.example."), params=told
                )
        return list(self.cleaned_data["sites"])

    def clean(self) -> dict[str, Any]:
        """Each text is published, and speaks of a channel whose address is asked for."""
        said = super().clean() or self.cleaned_data
        if not said.get("title_en") and not said.get("title_pl") and not self.errors:
            self.add_error("title_en", _("Write the title in one language at least."))
        if said.get("brand") and not self.errors:
            self._check_texts(said)
        return said

    def _check_texts(self, said: dict[str, Any]) -> None:
        asked = {_CHANNELS[one] for one in said["asks"] if one in _CHANNELS}
        for key in said["texts"]:
            text = (
                consent_texts.current(said["brand"].pk, key) if len(key) <= 24 and "\0" not in key else None
            )
            told = {"written": key[:60]}
            if text is None:
                words = _("The brand has no published consent text “%(written)s”.")
                self.add_error("texts", forms.ValidationError(words, params=told))
            elif not asked & set(text.channels):
                words = _("“%(written)s” covers no channel whose address the form asks for.")
                self.add_error("texts", forms.ValidationError(words, params=told))


@admin.register(SignupForm)
class SignupFormAdmin(StudioAdmin):
    """Where people come from who signed up by themselves."""

    form = SignupFormForm
    list_display = ("key", "brand", "asks_shown", "double_opt_in", "enabled", "asked", "confirmed")
    list_select_related = ("brand",)
    search_fields = ("key",)
    fieldsets = (
        (
            None,
            {"fields": ("key", "brand", "title_en", "title_pl", "asks", "texts", "double_opt_in", "enabled")},
        ),
        (_("After signing up"), {"fields": ("thanks_en", "thanks_pl")}),
        (_("Showing it"), {"fields": ("sites",)}),
    )

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        """With what came of it, once it is there."""
        if obj is None:
            return self.fieldsets
        came = (_("What came of it"), {"fields": ("asked", "confirmed")})
        *first, showing = self.fieldsets
        return (*first, (showing[0], {"fields": ("sites", "snippets")}), came)

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        """The key is in addresses that stand elsewhere by now."""
        return ("key", "asked", "confirmed", "snippets") if obj else ()

    @display(description=_("asks for"))
    def asks_shown(self, obj: SignupForm) -> str:
        return ", ".join(obj.asks)

    @display(description=_("To copy"))
    def snippets(self, obj: SignupForm) -> SafeString:
        """The page's address; with sites, also how to put it into a page and to show it over one."""
        address = f"{settings.PUBLIC_URL}/f/{obj.key}"
        rows = [(_("Page"), address)]
        if obj.sites:
            script = f"{settings.PUBLIC_URL}{static('tracking/popup.js')}"
            frame = f'<iframe src="{address}?embed=1" title="{obj.key}" style="border:0;width:100%;height:36rem"></iframe>'
            rows += [
                (_("In a page"), frame),
                (
                    _("As a pop-up"),
                    f'<script src="{script}" data-form="{address}" data-delay="8" async></script>',
                ),
            ]
        return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd><code>{}</code></dd>", rows))
