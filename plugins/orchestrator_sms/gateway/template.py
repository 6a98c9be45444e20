"""Placeholders in the request to a gateway: {to}, {number}, {text}, {key} and {sender}.

They are filled in one pass, so a text that spells a placeholder arrives as it was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from orchestrator.sdk import Message, SmsContent

NAMES = ("to", "number", "text", "key", "sender")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def values_of(message: Message, content: SmsContent, sender: str) -> dict[str, str]:
    """What the placeholders stand for: `to` is the number with its +, `number` the one without."""
    return {
        "to": message.recipient,
        "number": message.recipient.removeprefix("+"),
        "text": content.text,
        "key": message.key,
        "sender": content.sender_name or sender,
    }


def named_in(template: Any) -> set[str]:
    """All placeholders in a text, or in the texts of a JSON value."""
    return {name for text in _texts(template) for name in PLACEHOLDER.findall(text)}


def fill_url(template: str, values: Mapping[str, str]) -> str:
    """The URL; what is filled in is percent-encoded, so it cannot become a part of the address."""
    return PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)


def fill_headers(template: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The headers, their names in lower case."""
    return {name.lower(): _fill(text, values) for name, text in template.items()}


def fill_json(template: Any, values: Mapping[str, str]) -> bytes:
    """A JSON body; only its texts are filled, so the value keeps its shape whatever the text holds."""
    return json.dumps(_walk(template, lambda text: _fill(text, values)), ensure_ascii=False).encode()


def fill_form(template: Mapping[str, Any], values: Mapping[str, str]) -> bytes:
    """The body of a form."""
    return urlencode({name: _fill(str(text), values) for name, text in template.items()}).encode()


def _fill(template: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found[1]], template)


def _walk(template: Any, change: Callable[[str], str]) -> Any:
    if isinstance(template, dict):
        return {name: _walk(item, change) for name, item in template.items()}
    if isinstance(template, list):
        return [_walk(item, change) for item in template]
    return change(template) if isinstance(template, str) else template


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, dict):
        template = list(template.values())
    if isinstance(template, list):
        for item in template:
            yield from _texts(item)
    elif isinstance(template, str):
        yield template
