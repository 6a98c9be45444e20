"""Where the Jinja parts of an HTML text stand, and the text without them for tools that only know HTML.

An HTML parser would move, quote or drop `{% if %}` and `{{ name }}`. So each is swapped for a mark that HTML
keeps where it is (a comment between tags, a plain word inside quotes and comments) and put back afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import Environment

from orchestrator.messaging.content.faults import TemplateFault

_RAW_TEXT = re.compile(r"(mj-style|mj-title|mj-preview|style|script|title|textarea)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """One Jinja part: its text, the line it begins on, and whether it prints (`{{ }}`), does (`{% %}`) or notes."""

    text: str
    line: int
    kind: str  # variable | block | comment


@dataclass(frozen=True, slots=True)
class Marked:
    """HTML with marks in place of its Jinja parts; `left_open` is what it ends inside of: "" or tag, comment …"""

    html: str
    spans: tuple[Span, ...]
    word: str
    left_open: str = ""

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """The marks in a text, in order; group `at` is the place in `spans`."""
        return re.finditer(self.pattern, text)

    def source_line(self, line: int) -> int:
        """The line before marking: a Jinja part of several lines became a mark on one."""
        for span in self.spans:
            if span.line < line:
                line += span.text.count("\n")
        return line

    @property
    def pattern(self) -> str:
        """What a mark looks like, as a regular expression."""
        return rf"<!--{self.word}(?P<noted>\d+)z-->|{self.word}(?P<at>\d+)z"


def split(environment: Environment, text: str) -> Iterator[str | Span]:
    """The text as plain pieces and Jinja spans, in order; joined again they are the text."""
    held: list[str] = []
    began, kind = 1, ""
    for line, token, value in environment.lexer.tokeniter(text, None):
        if token.endswith("_begin"):
            began, kind, held = line, token.removesuffix("_begin"), [value]
        elif token.endswith("_end"):
            yield Span("".join([*held, value]), began, kind)
            held = []
        elif held:
            held.append(value)
        else:
            yield value


def mark(environment: Environment, text: str) -> Marked:
    """Swap every Jinja part for a mark; refuse those where HTML has no safe place for one."""
    word = "xjq"
    while word in text:
        word += "q"
    scanner = _Scanner()
    spans: list[Span] = []
    pieces: list[str] = []
    for piece in split(environment, text):
        if isinstance(piece, str):
            scanner.feed(piece)
            pieces.append(piece)
            continue
        _refuse_place(scanner.place, piece)
        if scanner.place == "text" and pieces and pieces[-1].endswith(("<", "</", "<!")):
            raise _misplaced(piece, "would name a tag", "Write the tag's name out.")
        mark_text = f"{word}{len(spans)}z"
        pieces.append(f"<!--{mark_text}-->" if scanner.place == "text" else mark_text)
        spans.append(piece)
    left_open = "" if scanner.place == "text" else scanner.place
    return Marked("".join(pieces), tuple(spans), word, left_open)


def restore(marked: Marked, html: str) -> tuple[str, list[tuple[int, int]]]:
    """Put the Jinja parts back. Answers the text and, for each part, (its line now, its line in the source)."""
    pieces: list[str] = []
    lines: list[tuple[int, int]] = []
    seen: list[int] = []
    in_text: list[int] = []
    end, line = 0, 1
    for found in marked.find(html):
        before, at = html[end : found.start()], int(found["noted"] or found["at"])
        span = marked.spans[at]
        line += before.count("\n")
        lines.append((line, span.line))
        line += span.text.count("\n")
        pieces += [before, span.text]
        seen.append(at)
        if found["noted"]:
            in_text.append(at)
        end = found.end()
    _refuse_lost(marked, seen, in_text)
    return "".join([*pieces, html[end:]]), lines


def _refuse_lost(marked: Marked, seen: list[int], in_text: list[int]) -> None:
    """Each part must come back once, and those between tags in order: HTML moves what it has no place for."""
    lost = [at for at in range(len(marked.spans)) if seen.count(at) != 1]
    moved = [at for before, at in pairwise(in_text) if at < before]
    for at in [*lost, *moved]:
        mend = "Close the tags around it, and put it in the text or in a quoted attribute."
        raise _misplaced(marked.spans[at], "stands where HTML cannot keep it", mend)


def _refuse_place(place: str, span: Span) -> None:
    if place == "tag" and span.kind != "comment":
        what = f"{span.text[:60]} stands in a tag outside of quotes."
        raise TemplateFault(
            "unquoted", span.line, what, 'Write it in a quoted attribute, like href="{{ url }}".'
        )
    if place in {"style", "script", "textarea", "mj-style"}:
        what = f"stands in <{place}>, where it cannot be made safe"
        raise _misplaced(span, what, "Move it to the text or to a style attribute.")


def _misplaced(span: Span, what: str, mend: str) -> TemplateFault:
    return TemplateFault("misplaced", span.line, f"{span.text[:60]} {what}.", mend)


class _Scanner:
    """Where in HTML one stands: text, tag, value (a quoted attribute), comment, or the name of a raw-text element."""

    def __init__(self) -> None:
        self.place = "text"
        self._quote = ""
        self._raw = ""

    def feed(self, text: str) -> None:
        """Read on."""
        at = 0
        while at < len(text):
            at = getattr(self, f"_in_{'raw' if self._raw and self.place == self._raw else self.place}")(
                text, at
            )

    def _in_text(self, text: str, at: int) -> int:
        start = text.find("<", at)
        if start < 0:
            return len(text)
        if text.startswith("<!--", start):
            self.place = "comment"
            return start + 4
        if not re.match(r"</?[A-Za-z!?]", text[start : start + 3]):
            return start + 1
        raw = _RAW_TEXT.match(text, start + 1)
        self._raw = raw[1].lower() if raw else ""
        self.place = "tag"
        return start + 1

    def _in_tag(self, text: str, at: int) -> int:
        found = re.compile(r"[>\"']").search(text, at)
        if found is None:
            return len(text)
        if found[0] == ">":
            self.place = self._raw or "text"
        else:
            self.place, self._quote = "value", found[0]
        return found.end()

    def _in_value(self, text: str, at: int) -> int:
        end = text.find(self._quote, at)
        if end < 0:
            return len(text)
        self.place = "tag"
        return end + 1

    def _in_comment(self, text: str, at: int) -> int:
        end = text.find("-->", at)
        if end < 0:
            return len(text)
        self.place = "text"
        return end + 3

    def _in_raw(self, text: str, at: int) -> int:
        end = text.lower().find(f"</{self._raw}", at)
        if end < 0:
            return len(text)
        self.place, self._raw = "tag", ""
        return end + 2
