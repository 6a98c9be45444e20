"""SENT: the JSON that a page of the studio sends back to us, read with suspicion."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest


class Unclear(ValueError):
    """What was sent is not what the page sends, in words for it."""


def read_sent(request: HttpRequest, most: int, too_large: str, unclear: str) -> dict[str, Any]:
    """The body as names and values, of at most so many bytes; Unclear, in the words given, for all else."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > most or len(request.body) > most:
        raise Unclear(too_large)
    try:
        sent = json.loads(request.body, parse_constant=_refuse)
        json.dumps(sent, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError):
        raise Unclear(unclear) from None
    if not isinstance(sent, dict):
        raise Unclear(unclear)
    return sent


def _refuse(name: str) -> None:
    """NaN and the infinities, which are no JSON."""
    raise ValueError(name)
