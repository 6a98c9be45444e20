"""Short ways to a prepared template and a job, for the tests of message content."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.definition.tree import from_plain
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.content.render import Answer, InProcessRenderer, RenderJob
from orchestrator.messaging.content.source import TemplateSource, read_template

CONTEXT: dict[str, Any] = {
    "customer": {"first_name": "Ola", "points": 5},
    "event": {"items": [{"name": "Mug", "price": "12.50"}, {"name": "Tea", "price": 1234.5}]},
    "entry": {"key": "order_5", "value": 5},
    "brand": {"name": "Acme", "footer": "Acme sp. z o.o., Kraków"},
    "shop": {"url": "https://shop.example"},
    "journey": {"title": "Welcome"},
    "unsubscribe_url": "https://shop.example/u/1",
    "preferences_url": "https://shop.example/p/1",
}


def template(**parts: Any) -> TemplateSource:
    """A template's source from plain values."""
    return read_template(from_plain({"template": "welcome", **parts}))


def job(channel: str, context: dict[str, Any] | None = None, **parts: Any) -> RenderJob:
    """A job for one template in English, in the standard context with `context` over it."""
    prepared = prepare(template(**parts))
    return RenderJob(digest(prepared), prepared, channel, ("en",), {**CONTEXT, **(context or {})})


def render(one: RenderJob) -> Answer:
    """Render one job in this process."""
    return InProcessRenderer().render([one])[0]


def say(text: str, **context: Any) -> str:
    """What a text message says, or the detail of its failure."""
    answer = render(job("sms", context, sms={"en": text}))
    return getattr(getattr(answer, "content", None), "text", None) or getattr(answer, "detail", "")
