"""A kept message as its reader would see it: an email, a text on a phone, a card on a lock screen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.messaging.content.counted import without_pixel
from orchestrator.messaging.models import MailboxMessage

_HEAD = re.compile(r"<head(\s[^>]*)?>", re.IGNORECASE)
# Links open in a page of their own: inside the frame they would replace the message.
_BASE = '<base target="_blank">'


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows. `document` goes into a frame without scripts, forms, or our origin."""

    kind: str
    document: str = ""
    text: str = ""
    sender: str = ""
    title: str = ""
    url: str = ""
    image: str = ""
    parts: int = 0
    signs: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)


def show(kept: MailboxMessage) -> Preview:
    """The preview of a kept message, whatever a channel plugin put into it."""
    content: Mapping[str, Any] = (
        kept.content if isinstance(kept.content, dict) else {"text": str(kept.content)}
    )
    if kept.channel == "sms":
        text = _text(content, "text")
        return Preview(
            "sms", text=text, sender=_text(content, "sender_name"), parts=_parts(content), signs=len(text)
        )
    if kept.channel == "push":
        return _push(content)
    if "html" in content or kept.channel == "email":
        return _email(content)
    return Preview(
        "other", text=_text(content, "text"), headers=[(key, str(value)) for key, value in content.items()]
    )


def opening(kept: MailboxMessage) -> str:
    """The first words of a message that has no subject."""
    content = kept.content if isinstance(kept.content, dict) else {}
    text = " ".join((_text(content, "title") or _text(content, "text") or kept.key).split())
    return text if len(text) <= 80 else text[:79] + "…"


def _email(content: Mapping[str, Any]) -> Preview:
    headers = content.get("headers")
    name, address = _text(content, "sender_name"), _text(content, "sender_address")
    return Preview(
        "email",
        document=frame(without_pixel(_text(content, "html"))),
        text=_text(content, "text"),
        sender=f"{name} <{address}>" if name and address else name or address,
        title=_text(content, "subject"),
        headers=[(str(key), str(value)) for key, value in headers.items()]
        if isinstance(headers, dict)
        else [],
    )


def frame(html: str) -> str:
    """An email's document for the frame; "" where there is no HTML."""
    if not html:
        return ""
    found = _HEAD.search(html)
    if found:
        return html[: found.end()] + _BASE + html[found.end() :]
    return f"<!doctype html>{_BASE}{html}"


def _push(content: Mapping[str, Any]) -> Preview:
    return Preview(
        "push",
        title=_text(content, "title"),
        text=_text(content, "body"),
        url=_text(content, "url"),
        image=_text(content, "image"),
    )


def _parts(content: Mapping[str, Any]) -> int:
    parts = content.get("parts")
    return parts if isinstance(parts, int) and parts > 0 else 1


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""
