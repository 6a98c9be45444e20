"""LINKS that lead nowhere, or not where the author thinks, in an email's HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from jinja2 import TemplateSyntaxError

from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.finish import scheme_of
from orchestrator.messaging.content.spans import Marked, mark

_NOWHERE = re.compile(r"(localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|\[::1\])|(^|\.)example\.(com|org|net)$")
_LEADS = {
    "a": ("href",), "area": ("href",), "img": ("src",), "mj-button": ("href",), "mj-image": ("href", "src"),
    "mj-navbar-link": ("href",), "mj-social-element": ("href", "src"),
}  # fmt: skip
Found = tuple[int, str, str]  # line, code, the address as it is written


def links(environment: Sandbox, html: str) -> list[Found]:
    """What is wrong with addresses of links and pictures; nothing where the text cannot be read."""
    try:
        marked = mark(environment, html)
    except (TemplateFault, TemplateSyntaxError):
        return []
    reader = _Reader(marked)
    reader.feed(marked.html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, marked: Marked) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Found] = []
        self._marked = marked

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = _LEADS.get(tag, ())
        for name, value in attrs:
            if name in wanted:
                address = (value or "").strip()
                line = self._marked.source_line(self.getpos()[0])
                self.found += [(line, code, address) for code in self._look(name == "src", address)]

    def _look(self, picture: bool, address: str) -> Iterator[str]:
        begun = re.match(self._marked.pattern, address)
        if begun is not None:
            return  # it begins with a value: who knows where it leads
        if not address or address == "#":
            yield "empty_picture" if picture else "empty_link"
        elif address.startswith("#"):
            return
        elif not scheme_of(address):
            yield "relative_link"
        elif scheme_of(address) in {"http", "https"}:
            yield from self._far(address)

    def _far(self, address: str) -> Iterator[str]:
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            host = ""
        if not host or (" " in address):
            yield "broken_link"
        elif _NOWHERE.search(host):
            yield "example_link"
        elif scheme_of(address) == "http":
            yield "insecure_link"
