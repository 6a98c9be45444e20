"""All advice on one template, in the order of its texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import TemplateSyntaxError

from orchestrator.messaging.content.advice.found import Advice
from orchestrator.messaging.content.advice.links import links
from orchestrator.messaging.content.advice.needs import needs
from orchestrator.messaging.content.advice.subjects import subjects
from orchestrator.messaging.content.check import Use
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.source import EmailSource, SmsSource, TemplateSource
from orchestrator.messaging.content.spans import split

GMAIL_BYTES = 102 * 1024  # of HTML; Gmail hides the rest behind a link, the one to unsubscribe above all
_WAY_OUT = re.compile(r"\bstop\b", re.IGNORECASE)
_UNREAD = re.compile(r"<((?:mj-)?style|mj-head)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
Filters = Mapping[str, Callable[..., Any]]
Need = tuple[str, str, str, Use]  # channel, language, field, and what is needed there


class Adviser:
    """Looks at a template for journeys of a purpose."""

    def __init__(self, source: TemplateSource, purpose: str, filters: Filters | None = None) -> None:
        self._source, self._purpose = source, purpose
        self._html = Sandbox(html=True, filters=filters)
        self._text = Sandbox(html=False, filters=filters)

    def advise(self) -> Iterator[Advice]:
        """What can be told from the text alone."""
        for language, email in self._source.email.items():
            yield from self._email(language, email)
        for language, sms in self._source.sms.items():
            yield from self._sms(language, sms)

    def needs(self) -> Iterator[Need]:
        """Every variable that a message cannot do without, by where it is needed first."""
        for language, email in self._source.email.items():
            for name in ("subject", "preheader", "html", "text", "mjml"):
                yield from self._needs("email", language, name, getattr(email, name).text)
        for language, sms in self._source.sms.items():
            yield from self._needs("sms", language, "text", sms.text.text)
        for language, push in self._source.push.items():
            for name in ("title", "body", "url", "image"):
                yield from self._needs("push", language, name, getattr(push, name).text)

    def _needs(self, channel: str, language: str, name: str, text: str) -> Iterator[Need]:
        environment = self._html if name in {"html", "preheader", "mjml"} else self._text
        return ((channel, language, name, use) for use in needs(environment, text))

    def _email(self, language: str, email: EmailSource) -> Iterator[Advice]:
        for code in subjects(self._said(email.subject.text)):
            yield Advice("email", language, "subject", 1, code)
        for name, body in (("html", email.html.text), ("mjml", email.mjml.text)):
            for line, code, address in links(self._html, body):
                yield Advice("email", language, name, line, code, {"address": address[:80]})
            words = re.sub(_UNREAD, " ", body).split()
            pictures = "<img" in body.lower() or "<mj-image" in body
            if pictures and len(words) < 8 and not email.text.text.strip():
                yield Advice("email", language, name, 1, "only_pictures")

    def _sms(self, language: str, sms: SmsSource) -> Iterator[Advice]:
        text = sms.text.text
        says_how = "unsubscribe_url" in text or _WAY_OUT.search(self._said(text))
        if self._purpose == "marketing" and text.strip() and not says_how:
            yield Advice("sms", language, "text", 1, "no_way_out")

    def _said(self, text: str) -> str:
        """What of a text is the same for everybody."""
        try:
            return "".join(one for one in split(self._text, text) if isinstance(one, str))
        except TemplateSyntaxError:  # lint says of it what is wrong
            return ""


def size(html: str) -> int:
    """Bytes of an email's HTML as it leaves."""
    return len(html.encode())
