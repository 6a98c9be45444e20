"""The text of an HTML email, for those who read mail as text: paragraphs kept, links written out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from jinja2 import Environment

from orchestrator.messaging.content.spans import Marked, mark

_PARAGRAPHS = frozenset(
    [
        "p",
        "div",
        "table",
        "section",
        "article",
        "header",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "blockquote",
        "hr",
    ]
)
_LINES = frozenset({"tr", "li", "br"})
_SILENT = frozenset({"head", "style", "script", "title", "template"})


def derive_text(environment: Environment, html: str) -> str:
    """The text of an HTML template; its Jinja parts stay where they were."""
    marked = mark(environment, html)
    writer = _Writer(marked)
    writer.feed(marked.html)
    writer.close()
    return _put_back(marked, tidy("".join(writer.pieces)))


def tidy(text: str) -> str:
    """No spaces at the ends of lines, no more than one empty line between two."""
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _put_back(marked: Marked, text: str) -> str:
    return re.sub(marked.pattern, lambda found: marked.spans[int(found["noted"] or found["at"])].text, text)


class _Writer(HTMLParser):
    def __init__(self, marked: Marked) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._marked = marked
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag in _SILENT:
            self._silent += 1
        elif tag == "a":
            self._links.append((facts.get("href") or "", len(self.pieces)))
        elif tag == "img" and facts.get("alt"):
            self._say(facts["alt"] or "")
        elif tag in _PARAGRAPHS or tag in _LINES:
            self._break(tag)
        if tag == "li":
            self._say("- ")
        if tag in {"td", "th"}:
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "a" and self._links:
            self._end_link()
        elif tag in _PARAGRAPHS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        self._say(re.sub(r"\{(?=[{%#])", "{ ", re.sub(r"[ \t\r\n]+", " ", data)))

    def handle_comment(self, data: str) -> None:
        if re.fullmatch(self._marked.pattern, data):
            self._say(data)

    def _say(self, text: str) -> None:
        if self._silent:
            return
        if not self.pieces or self.pieces[-1][-1:] in {" ", "\n"}:
            text = text.lstrip(" ")
        if text:
            self.pieces.append(text)

    def _break(self, tag: str) -> None:
        if not self._silent:
            self.pieces.append("\n\n" if tag in _PARAGRAPHS else "\n")

    def _end_link(self) -> None:
        href, start = self._links.pop()
        said = "".join(self.pieces[start:]).strip()
        if href and not href.startswith("#") and said != href:
            self._say(f": {href}" if said else href)
