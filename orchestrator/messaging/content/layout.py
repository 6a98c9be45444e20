"""The layout around an email: brand, preheader, why it came, and the ways out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from orchestrator.messaging.content.language import pick_language
from orchestrator.messaging.content.source import Passage

_FOLDER = Path(__file__).parent / "layouts"


@dataclass(frozen=True, slots=True)
class Words:
    """What the footer says in one language."""

    why_marketing: str
    why_transactional: str
    unsubscribe: str
    preferences: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        "You receive this because you agreed to messages from {{ brand.name }}.",
        "You receive this because it concerns your account or order at {{ brand.name }}.",
        "Unsubscribe",
        "Choose what you receive",
    ),
    "pl": Words(
        "Ta wiadomość przyszła do Ciebie dzięki Twojej zgodzie na wiadomości marki {{ brand.name }}.",
        "Ta wiadomość dotyczy Twojego konta lub zamówienia. Nadawca: {{ brand.name }}.",
        "Wypisz się",
        "Wybierz, co chcesz otrzymywać",
    ),
}


@dataclass(frozen=True, slots=True)
class Composed:
    """A whole document, and which of its lines came from which line of the author's file."""

    html: str
    regions: tuple[tuple[int, int, int], ...] = ()  # (first line, last line, line in the file)

    def source_line(self, line: int) -> int:
        """The author's line behind a line of the document; 0 where it is the layout's."""
        for first, last, start in self.regions:
            if first <= line <= last:
                return line - first + max(start, 1)
        return 0


def compose(content: Passage, preheader: Passage, language: str, purpose: str) -> Composed:
    """Put the layout around a fragment. A whole document (`<html>`) stays as its author made it."""
    if is_document(content.text):
        lines = content.text.count("\n") + 1
        return Composed(content.text, ((1, lines, content.line),))
    html = _layout().replace("[[language]]", language).replace("[[footer]]", html_footer(language, purpose))
    regions = []
    for name, passage in (("[[preheader]]", preheader), ("[[content]]", content)):
        first = html[: html.index(name)].count("\n") + 1
        html = html.replace(name, passage.text, 1)
        regions.append((first, first + passage.text.count("\n"), passage.line))
    return Composed(html, tuple(regions))


def is_document(html: str) -> bool:
    """Whether an author brought a whole document rather than a fragment."""
    return "<html" in html.lower()


def html_footer(language: str, purpose: str) -> str:
    """The footer of an email's HTML; transactional email has no unsubscribe link."""
    words = words_in(language)
    lines = ['{% if brand.footer|default("") %}{{ brand.footer }}<br>{% endif %}']
    if purpose == "transactional":
        return "".join([*lines, words.why_transactional])
    links = (
        f'<a href="{{{{ unsubscribe_url }}}}">{words.unsubscribe}</a> &middot; '
        f'<a href="{{{{ preferences_url }}}}">{words.preferences}</a>'
    )
    return "".join([*lines, words.why_marketing, "<br>", links])


def text_footer(language: str, purpose: str) -> str:
    """The footer of an email's text."""
    words = words_in(language)
    head = '\n\n-- \n{{ brand.name }}{% if brand.footer|default("") %}\n{{ brand.footer }}{% endif %}\n'
    if purpose == "transactional":
        return head + words.why_transactional
    return (
        f"{head}{words.why_marketing}\n{words.unsubscribe}: {{{{ unsubscribe_url }}}}\n"
        f"{words.preferences}: {{{{ preferences_url }}}}"
    )


def words_in(language: str) -> Words:
    """The footer's words in a language, or in English."""
    return WORDS[pick_language(WORDS, language, ("en",))]


@lru_cache(maxsize=1)
def _layout() -> str:
    return (_FOLDER / "email.html").read_text(encoding="utf-8")
