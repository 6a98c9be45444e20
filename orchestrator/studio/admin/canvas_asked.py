"""What the canvas sends, read; rubbish is refused in words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from orchestrator.journeys.yaml_reader import LARGEST
from orchestrator.studio.sent import Unclear, read_sent

__all__ = ["Unclear", "asked_of", "refused", "text_of"]


def asked_of(request: HttpRequest) -> dict[str, Any]:
    """The body as names and values. Raises Unclear."""
    return read_sent(
        request,
        2 * LARGEST,
        _("That is more than a journey may hold."),
        _("This is not what the canvas sends."),
    )


def text_of(asked: dict[str, Any]) -> str:
    """The journey's text in it. Raises Unclear."""
    text = asked.get("text")
    if not isinstance(text, str) or "\0" in text:
        raise Unclear(_("This is not what the canvas sends."))
    if len(text.encode()) > LARGEST:
        raise Unclear(_("That is more than a journey may hold."))
    return text


def refused(words: str) -> JsonResponse:
    """400, with the words for the page."""
    return JsonResponse({"error": words}, status=400)
