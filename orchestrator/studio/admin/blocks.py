"""Blocks: words that many templates share."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator import registry
from orchestrator.journeys.check import CONTEXT_ROOTS
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.layout import is_document
from orchestrator.messaging.content.lint_html import Finding, lint_html
from orchestrator.messaging.content.lint_text import lint_text
from orchestrator.messaging.content.spans import mark
from orchestrator.messaging.models import Block
from orchestrator.studio import checks
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.fields import TranslatedForm, text_in

LONGEST = 20_000


class BlockForm(TranslatedForm):
    """A block, looked over as a template is; every error names its line."""

    translated = ("html", "text")
    html_en = text_in(_("HTML, in English"), lines=8, longest=LONGEST)
    html_pl = text_in(_("HTML, in Polish"), lines=8, longest=LONGEST)
    text_en = text_in(_("Plain text, in English"), lines=4, longest=LONGEST)
    text_pl = text_in(_("Plain text, in Polish"), lines=4, longest=LONGEST)

    class Meta:
        model = Block
        fields = ("key", "brand", "title")

    def clean_key(self) -> str:
        """As templates write it."""
        written = str(self.cleaned_data["key"])
        return checks.key(written) if "key" in self.changed_data else written

    def clean(self) -> dict[str, Any]:
        """Say what is wrong with each text, and on which line."""
        cleaned = super().clean() or {}
        for code, _language in settings.LANGUAGES:
            for name in self.translated:
                field = f"{name}_{code}"
                found = _findings(str(cleaned.get(field) or ""), html=name == "html")
                if found:
                    self.add_error(field, [_on_line(*one) for one in found])
        return cleaned


def _on_line(line: int, words: str) -> str:
    return gettext("Line %(line)s: %(words)s") % {"line": line, "words": words[:1].upper() + words[1:]}


def _findings(text: str, *, html: bool) -> list[tuple[int, str]]:
    environment = Sandbox(html=html, filters=registry.current().filters)
    checked, found = lint_text(text, environment, set(CONTEXT_ROOTS))
    if checked is not None and html:
        try:
            found += [one for one in lint_html(mark(environment, text)) if not one.warning]
        except TemplateFault as fault:
            found.append(Finding(fault.line, fault.code, fault.what, fault.mend))
        if is_document(text):
            found.append(
                Finding(1, "document", "a block is a piece, not a whole document.", "Leave out <html>.")
            )
    return [(one.line, f"{one.what} {one.mend}".strip()) for one in found]


@admin.register(Block)
class BlockAdmin(StudioAdmin):
    """Words that many templates share."""

    form = BlockForm
    list_display = ("title", "how", "brand", "changed_at")
    list_filter = ("brand",)
    list_select_related = ("brand",)
    search_fields = ("key", "title")
    fieldsets = (
        (None, {"fields": ("title", "key", "brand")}),
        (
            _("Words"),
            {
                "fields": ("html_en", "html_pl", "text_en", "text_pl"),
                "description": _(
                    "Where there is no plain text, it is made from the HTML. What is published keeps the words it was"
                    " published with; journeys take new ones at their next publishing."
                ),
            },
        ),
    )

    @display(description=_("put in with"))
    def how(self, obj: Block) -> SafeString:
        return format_html('<code>{{% include "block:{}" %}}</code>', obj.key)

    def get_readonly_fields(self, request: HttpRequest, obj: Block | None = None) -> tuple[str, ...]:
        """A key and a brand are for good: templates name them."""
        return ("key", "brand") if obj is not None else ()
