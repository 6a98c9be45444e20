"""What every public page has in common: language, look, and headers that keep it to itself."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from orchestrator.tracking.letter import Letter
from orchestrator.workspace.models import Brand

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DEFAULT_COLOUR = "#7c3aed"


def language_of(letter: Letter | None) -> str:
    """The customer's language where the pages speak it, else what the browser asks for."""
    if letter is not None:
        asked = letter.language.replace("_", "-").lower()
        for code in (asked, asked.partition("-")[0]):
            if code in dict(settings.LANGUAGES):
                return code
    return translation.get_language() or settings.LANGUAGE_CODE


def show(
    request: HttpRequest, template: str, brand: Brand | None, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """The page in the language that is active. It loads nothing, tells nobody and is kept nowhere."""
    nonce = secrets.token_urlsafe(16)
    colour = brand.colour if brand and _COLOUR.fullmatch(brand.colour) else _DEFAULT_COLOUR
    look = {"brand": brand, "colour": colour, "on_colour": on_colour(colour), "nonce": nonce}
    text = render_to_string(f"tracking/{template}.html", {**look, **context}, request)
    return sealed(HttpResponse(text, status=status), f"'nonce-{nonce}'")


def sealed(response: HttpResponse, style: str = "'none'") -> HttpResponse:
    """The response with the headers of a page whose address is a secret of its reader."""
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {style}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def proof_of(request: HttpRequest) -> dict[str, str]:
    """Who pressed, as far as a web server can know."""
    agent = request.headers.get("User-Agent", "").replace("\0", "")[:200]
    return {"ip": request.META.get("REMOTE_ADDR", ""), "agent": agent}


def on_colour(colour: str) -> str:
    """Black or white, whichever reads better on this colour (WCAG's contrast)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
