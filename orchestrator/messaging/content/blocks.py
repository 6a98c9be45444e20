"""BLOCKS: words that many templates share, put in before a template is checked, prepared and pinned.

`{% include "block:footer" %}` is no Jinja of ours: it is gone before anything is parsed, so that a published version
holds the words it was published with, and the renderer needs no loader. A block stays on the line it is put in at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jinja2 import TemplateSyntaxError

from orchestrator.domain.definition.problems import Problem, nearest
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.language import pick_language
from orchestrator.messaging.content.plaintext import derive_text
from orchestrator.messaging.content.source import EmailSource, Passage, PushSource, SmsSource, TemplateSource
from orchestrator.messaging.content.spans import split
from orchestrator.sdk import Path

MOST = 50  # blocks in one text
SIGN = "block:"
_INCLUDE = re.compile(r"\{%\s*include\s+(['\"])block:([A-Za-z0-9_-]{1,63})\1\s*%\}")


@dataclass(frozen=True, slots=True)
class Words:
    """A block's words by language; its text is made from the HTML where there is none."""

    html: Mapping[str, str] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)


Blocks = Mapping[str, Words]


def uses_blocks(source: TemplateSource) -> bool:
    """Whether any text of it names a block."""
    parts: Sequence[Any] = (*source.email.values(), *source.sms.values(), *source.push.values())
    return any(
        SIGN in one.text
        for part in parts
        for name in part.__slots__
        if isinstance(one := getattr(part, name), Passage)
    )


def put_in(
    source: TemplateSource,
    blocks: Blocks,
    chain: Sequence[str] = (),
    filters: Mapping[str, Callable[..., Any]] | None = None,
) -> tuple[TemplateSource, list[Problem]]:
    """The template with its blocks' words in it, and which blocks there are not. `chain`: the workspace's languages."""
    if not uses_blocks(source):
        return source, []
    putter = _Putter(blocks, tuple(chain), source.file, filters)
    whole = replace(
        source,
        email={language: putter.email(part, language) for language, part in source.email.items()},
        sms={language: putter.sms(part, language) for language, part in source.sms.items()},
        push={language: putter.push(part, language) for language, part in source.push.items()},
    )
    return whole, putter.problems


class _Putter:
    def __init__(
        self,
        blocks: Blocks,
        chain: tuple[str, ...],
        file: str,
        filters: Mapping[str, Callable[..., Any]] | None,
    ) -> None:
        self.problems: list[Problem] = []
        self._blocks, self._chain, self._file = blocks, chain, file
        self._html = Sandbox(html=True, filters=filters)
        self._text = Sandbox(html=False, filters=filters)

    def email(self, part: EmailSource, language: str) -> EmailSource:
        path = ("email", language)
        return EmailSource(
            self._put(part.subject, (*path, "subject"), self._line_of(language)),
            self._put(part.preheader, (*path, "preheader"), self._html_of(language)),
            self._put(part.html, (*path, "html"), self._html_of(language)),
            self._put(part.text, (*path, "text"), self._text_of(language)),
            self._put(part.mjml, (*path, "mjml"), self._html_of(language)),
        )

    def sms(self, part: SmsSource, language: str) -> SmsSource:
        return replace(part, text=self._put(part.text, ("sms", language), self._text_of(language)))

    def push(self, part: PushSource, language: str) -> PushSource:
        path = ("push", language)
        names = ("title", "body", "url", "image")
        one_line, lines = self._line_of(language), self._text_of(language)
        texts = {
            name: self._put(getattr(part, name), (*path, name), lines if name == "body" else one_line)
            for name in names
        }
        return PushSource(**texts)

    def _put(self, passage: Passage, path: Path, words_of: Callable[[Words], str | None]) -> Passage:
        count = 0

        def one(found: re.Match[str]) -> str:
            nonlocal count
            count += 1
            line = passage.text.count("\n", 0, found.start()) + 1
            words = self._blocks.get(found[2])
            if count > MOST:
                self._say(passage, path, line, "too_many_blocks", f"a text holds at most {MOST} blocks.")
            elif words is None:
                mend = nearest(found[2], self._blocks) or "Make it under Content, Blocks."
                self._say(passage, path, line, "unknown_block", f"there is no block “{found[2]}”.", mend)
            elif (said := words_of(words)) is None:
                self._say(passage, path, line, "empty_block", f"the block “{found[2]}” says nothing yet.")
            else:
                return said
            return ""

        return replace(passage, text=_INCLUDE.sub(one, passage.text)) if SIGN in passage.text else passage

    def _html_of(self, language: str) -> Callable[[Words], str | None]:
        def said(words: Words) -> str | None:
            html = self._pick(words.html, language)
            return None if html is None else _on_a_line(self._html, html, " ")

        return said

    def _text_of(self, language: str, lines: str = '{{ "\\n" }}') -> Callable[[Words], str | None]:
        def said(words: Words) -> str | None:
            text = self._pick(words.text, language)
            if text is None and (html := self._pick(words.html, language)) is not None:
                text = derive_text(self._html, html)
            return None if text is None else _on_a_line(self._text, text, lines)

        return said

    def _line_of(self, language: str) -> Callable[[Words], str | None]:
        return self._text_of(language, " ")

    def _pick(self, written: Mapping[str, str], language: str) -> str | None:
        there = {name: text for name, text in written.items() if text.strip()}
        return there[pick_language(there, language, self._chain)].strip() if there else None

    def _say(self, passage: Passage, path: Path, line: int, code: str, what: str, mend: str = "") -> None:
        at = passage.line + line - 1 if passage.line else line
        self.problems.append(Problem(path, at, 0, code, what, mend, self._file))


def _on_a_line(environment: Sandbox, text: str, lines: str) -> str:
    """The words without line breaks, so that what comes after them stays on the line it is written on."""
    text = text.replace("\r\n", "\n")
    try:
        pieces = list(split(environment, text))
    except TemplateSyntaxError:
        pieces = []
    if "".join(one if isinstance(one, str) else one.text for one in pieces) != text:
        return text.replace("\n", " ")  # it cannot be read, which is told of the template it stands in
    return "".join(
        piece.replace("\n", lines) if isinstance(piece, str) else piece.text.replace("\n", " ")
        for piece in pieces
    )
