"""From a template's source to what is stored with a journey's version and rendered from then on.

A prepared template is a plain JSON value, complete in itself: the layout is around the fragment, CSS is inlined,
the text part is derived. Rendering it needs no file, and a later layout changes no published message.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import css_inline

from orchestrator.messaging.content.check import Checked, check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.layout import compose, is_document, text_footer
from orchestrator.messaging.content.mjml.made import Made, make
from orchestrator.messaging.content.plaintext import derive_text
from orchestrator.messaging.content.source import EmailSource, Passage, PushSource, SmsSource, TemplateSource
from orchestrator.messaging.content.spans import mark, restore

SHAPE = 1
Filters = Mapping[str, Callable[..., Any]]


def prepare(
    source: TemplateSource,
    purpose: str = "marketing",
    chain: Iterable[str] = (),
    filters: Filters | None = None,
) -> dict[str, Any]:
    """The stored form of a template. Raises TemplateFault where it cannot be had; `lint` says where in the file."""
    maker = _Maker(purpose, filters)
    parts: dict[str, Any] = {
        "email": {language: maker.email(part, language) for language, part in source.email.items()},
        "sms": {language: maker.sms(part) for language, part in source.sms.items()},
        "push": {language: maker.push(part) for language, part in source.push.items()},
    }
    found = {language for part in parts.values() for language in part}
    ordered = [language for language in dict.fromkeys(chain) if language in found]
    return {
        "shape": SHAPE,
        "key": source.key,
        "topic": source.topic,
        "purpose": purpose,
        **parts,
        **({} if source.track else {"track": False}),
        "variables": sorted(maker.variables),
        **({"segments": sorted(maker.segments)} if maker.segments else {}),
        "languages": [*ordered, *sorted(found - set(ordered))],
    }


def digest(prepared: Mapping[str, Any]) -> str:
    """The name of a prepared template: SHA-256 of all that it can say. Line numbers make no difference."""
    return hashlib.sha256(
        json.dumps(_said(prepared), sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _said(item) for key, item in value.items() if key != "lines"}
    return [_said(item) for item in value] if isinstance(value, (list, tuple)) else value


class _Maker:
    def __init__(self, purpose: str, filters: Filters | None) -> None:
        self.purpose = purpose
        self.variables: set[str] = set()
        self.segments: set[str] = set()
        self._html = Sandbox(html=True, filters=filters)
        self._text = Sandbox(html=False, filters=filters)

    def email(self, part: EmailSource, language: str) -> dict[str, Any]:
        made = self._made(part, language) if part.mjml.text.strip() else None
        html, lines = self._from_mjml(part, made) if made else self._email_html(part, language)
        prepared = {
            "subject": self._plain(part.subject),
            "html": html,
            "text": self._email_text(part, language, made),
        }
        return {**prepared, "lines": {"subject": part.subject.line, "html": lines, "text": part.text.line}}

    def sms(self, part: SmsSource) -> dict[str, Any]:
        text = self._plain(part.text)
        return {"text": text, "transliterate": part.transliterate, "lines": {"text": part.text.line}}

    def push(self, part: PushSource) -> dict[str, Any]:
        passages = {"title": part.title, "body": part.body, "url": part.url, "image": part.image}
        texts = {name: self._plain(passage) for name, passage in passages.items()}
        return {**texts, "lines": {name: passage.line for name, passage in passages.items()}}

    def _note(self, checked: Checked) -> None:
        self.variables.update(use.name for use in checked.uses)
        self.segments.update(use.name for use in checked.segments)

    def _plain(self, passage: Passage) -> str:
        self._note(check(self._text, passage.text))
        return passage.text.strip()

    def _email_html(self, part: EmailSource, language: str) -> tuple[str, list[list[int]]]:
        if not part.html.text.strip():
            return "", []
        check(self._html, part.html.text)
        check(self._html, part.preheader.text)
        composed = compose(part.html, part.preheader, language, self.purpose)
        html, places = inline(self._html, composed.html)
        self._note(check(self._html, html))
        return html, [[now, composed.source_line(then)] for now, then in places]

    def _made(self, part: EmailSource, language: str) -> Made:
        if part.html.text.strip():
            raise TemplateFault(
                "two_bodies", 1, "the email has both `html` and `mjml`.", "Leave one of them out."
            )
        check(self._html, part.mjml.text)
        check(self._html, part.preheader.text)
        return make(self._html, part, language, self.purpose)

    def _from_mjml(self, part: EmailSource, made: Made) -> tuple[str, list[list[int]]]:
        html, places = inline(self._html, made.html, made.lines)
        self._note(check(self._html, html))
        start = max(part.mjml.line, 1) - 1
        return html, [[now, start + then] for now, then in places]

    def _email_text(self, part: EmailSource, language: str, made: Made | None = None) -> str:
        html = made.read_aloud if made else part.html.text
        text = part.text.text.strip() or derive_text(self._html, html)
        if not is_document(part.html.text) and "unsubscribe_url" not in text:
            text += text_footer(language, self.purpose)
        self._note(check(self._text, text))
        return text


def inline(environment: Sandbox, html: str, lines: Sequence[int] = ()) -> tuple[str, list[tuple[int, int]]]:
    """Move CSS into style attributes, as mail programs want it; Jinja parts and media queries stay.

    `lines`: where the Jinja parts were written, if not on their lines in the HTML.
    """
    marked = mark(environment, html)
    if lines:
        spans = [replace(span, line=line) for span, line in zip(marked.spans, lines, strict=True)]
        marked = replace(marked, spans=tuple(spans))
    try:
        inlined = _INLINER.inline(_with_bodies(marked.html))
    except css_inline.InlineError:
        raise TemplateFault("bad_css", 1, "the CSS cannot be read.", "Mend or remove the <style>.") from None
    # What only looks like Jinja (`@media{#id{…}}`) must not become it.
    return restore(marked, re.sub(r"\{(?=[{%#])", "{ ", inlined))


def _with_bodies(html: str) -> str:
    """HTML gives a table its <tbody> at the first row; a loop around the rows must stay inside of it.

    Tables in comments, which only Outlook reads, stay as they are.
    """
    return _ROWS.sub(lambda found: f"{found[1]}<tbody>{found[2]}" if found[1] else found[0], html)


_ROWS = re.compile(r"<!--.*?-->|(<table\b[^>]*>)((?:\s|<!--.*?-->)*)(?=<tr\b)", re.IGNORECASE | re.DOTALL)
_INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
