"""What the canvas sends, read; rubbish is refused in words."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from orchestrator.journeys.yaml_reader import LARGEST


class Unclear(ValueError):
    """What was sent is not what the page sends."""


def asked_of(request: HttpRequest) -> dict[str, Any]:
    """The body as names and values. Raises Unclear."""
    if len(request.body) > 2 * LARGEST:
        raise Unclear(_("That is more than a journey may hold."))
    try:
        asked = json.loads(request.body, parse_constant=_refuse_constant)
        json.dumps(asked, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Unclear(_("This is not what the canvas sends.")) from None
    if not isinstance(asked, dict):
        raise Unclear(_("This is not what the canvas sends."))
    return asked


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


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
