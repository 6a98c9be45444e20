"""What the template editor sends, read with suspicion."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from orchestrator.journeys.template_text import FIELDS, FLAG, Fields, Parts, tidy
from orchestrator.messaging.content.limits import SOURCE_LENGTH
from orchestrator.messaging.content.source import LANGUAGE_TAG
from orchestrator.studio.sent import Unclear, read_sent

__all__ = ["Unclear", "asked_of", "channel_of", "customer_of", "parts_of"]

LARGEST = 2_000_000  # bytes of one question
MOST_LANGUAGES = 20


def asked_of(request: HttpRequest) -> dict[str, Any]:
    """The question as a mapping; Unclear for all else."""
    return read_sent(
        request, LARGEST, _("That is more than a template may hold."), _("This is not what the editor sends.")
    )


def parts_of(asked: dict[str, Any]) -> Parts:
    """The template's parts: every channel there, every field a text, each within its limit."""
    sent = asked.get("parts")
    if not isinstance(sent, dict) or not set(sent) <= set(FIELDS):
        raise _unclear()
    return {channel: _languages(sent.get(channel, {}), channel) for channel in FIELDS}


def customer_of(asked: dict[str, Any]) -> int | None:
    """The number of the customer it is to be shown as; None for whoever is at hand."""
    sent = asked.get("customer")
    if sent is not None and (type(sent) is not int or not 0 <= sent < 2**63):
        raise _unclear()
    return sent or None


def channel_of(asked: dict[str, Any]) -> str:
    """One of the channels that templates are written for."""
    sent = asked.get("channel")
    if not isinstance(sent, str) or sent not in FIELDS:
        raise _unclear()
    return sent


def _languages(sent: Any, channel: str) -> dict[str, Fields]:
    if not isinstance(sent, dict):
        raise _unclear()
    if len(sent) > MOST_LANGUAGES:
        raise Unclear(_("That is more than a template may hold."))
    for language, fields in sent.items():
        if not LANGUAGE_TAG.fullmatch(language) or not isinstance(fields, dict):
            raise _unclear()
        _check(fields, (*FIELDS[channel], FLAG) if channel == "sms" else FIELDS[channel])
    return tidy(sent, channel)


def _check(fields: dict[str, Any], known: tuple[str, ...]) -> None:
    for name, value in fields.items():
        if name not in known or not isinstance(value, bool if name == FLAG else str):
            raise _unclear()
        if isinstance(value, str) and "\0" in value:
            raise _unclear()
        if isinstance(value, str) and len(value) > SOURCE_LENGTH:
            raise Unclear(_("That is more than a template may hold."))


def _unclear() -> Unclear:
    return Unclear(_("This is not what the editor sends."))
