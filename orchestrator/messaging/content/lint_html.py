"""What is wrong with an email's HTML: what mail programs drop, what is unsafe, and tags that do not close."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from orchestrator.messaging.content.finish import SCHEMES, scheme_of
from orchestrator.messaging.content.spans import Marked, Span

REFUSED_TAGS = frozenset({
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button",
    "select", "textarea", "base", "link", "svg", "math", "noscript", "noembed", "noframes", "xmp",
    "plaintext", "template", "audio", "video", "portal",
})  # fmt: skip
VOID = frozenset({
    "area", "br", "col", "hr", "img", "meta", "source", "track", "wbr",
})  # fmt: skip
OPTIONAL = frozenset({
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "html", "head", "body",
    "option",
})  # fmt: skip
ADDRESSES = frozenset({"href", "src", "background", "action", "formaction", "poster", "cite", "longdesc"})
_UNQUOTED = re.compile(r"=\s*[^\s\"'>]")
_UNSAFE_CSS = re.compile(
    r"javascript:|vbscript:|expression\s*\(|@import|-moz-binding|behavior\s*:", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: `line` counts within the text; a warning does not keep anyone from publishing."""

    line: int
    code: str
    what: str
    mend: str = ""
    warning: bool = False


def lint_html(marked: Marked) -> Iterator[Finding]:
    """Look through an HTML text whose Jinja parts are marked."""
    if marked.left_open:
        line = marked.html[: marked.html.rfind("<")].count("\n") + 1
        what = f"a {'tag' if marked.left_open == 'value' else marked.left_open} begins here and never ends."
        yield Finding(marked.source_line(line), "unclosed", what, "Close it, and its quotes.")
        return
    reader = _Reader(marked)
    reader.feed(marked.html)
    reader.close()
    reader.end()
    yield from reader.found


class _Reader(HTMLParser):
    def __init__(self, marked: Marked) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Finding] = []
        self._marked = marked
        self._open: list[tuple[str, int]] = []  # tags, and "{%" for each branch that is open
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look_at(tag, attrs)
        self._in_style = tag == "style"
        if tag not in VOID:
            self._open.append((tag, self._line()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look_at(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False
        for at in range(len(self._open) - 1, -1, -1):
            name = self._open[at][0]
            if name == tag:
                del self._open[at:]
                return
            if name not in OPTIONAL:
                break
        if tag not in VOID and tag not in OPTIONAL:
            self._say(
                "stray_end",
                f"</{tag}> closes nothing here.",
                "Open and close tags in pairs, within one branch.",
            )

    def handle_data(self, data: str) -> None:
        if self._in_style and _UNSAFE_CSS.search(data):
            self._say(
                "unsafe_css",
                "this CSS holds what mail programs refuse.",
                "Remove @import and scripts from it.",
            )

    def handle_comment(self, data: str) -> None:
        found = re.fullmatch(self._marked.pattern, data)
        if found:
            span = self._marked.spans[int(found["noted"] or found["at"])]
            if span.kind == "block":
                self._branch(span)

    def end(self) -> None:
        """Report what was never closed."""
        for name, line in self._open:
            if name not in OPTIONAL and name != "{%":
                self._say("unclosed", f"<{name}> is never closed.", f"Add </{name}>.", line=line)

    def _branch(self, span: Span) -> None:
        word = (re.findall(r"[a-z]+", span.text[:20]) or [""])[0]
        if word in {"else", "elif", "endif", "endfor"}:
            self._end_branch(span)
        if word in {"if", "for", "else", "elif"}:
            self._open.append(("{%", span.line))

    def _end_branch(self, span: Span) -> None:
        while self._open and self._open[-1][0] != "{%":
            name, line = self._open.pop()
            if name not in OPTIONAL:
                what = f"<{name}> is opened in one branch and not closed before {span.text[:20]}."
                self._say("unclosed", what, f"Close it with </{name}> in the same branch.", line=line)
        if self._open:
            self._open.pop()

    def _look_at(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in REFUSED_TAGS:
            self._say("refused_tag", f"<{tag}> does not work in email and can harm.", "Remove it.")
        if tag == "meta" and any(
            name == "http-equiv" and (value or "").lower() == "refresh" for name, value in attrs
        ):
            self._say("refused_tag", "<meta http-equiv=refresh> does not work in email.", "Remove it.")
        written = re.sub(r"\"[^\"]*\"|'[^']*'", '""', self.get_starttag_text() or "")
        if _UNQUOTED.search(written):
            self._say("unquoted", f"an attribute of <{tag}> has no quotes.", 'Write it like href="...".')
        if tag == "img" and not any(name == "alt" for name, _ in attrs):
            what = "<img> has no alt text: many readers see no images, and some hear the email."
            self._say("no_alt", what, 'Add alt="..."; alt="" where it only decorates.', warning=True)
        for name, value in attrs:
            self._look_at_attribute(name, value or "")

    def _look_at_attribute(self, name: str, value: str) -> None:
        if name.startswith("on") or name == "srcdoc":
            self._say("refused_attribute", f"{name} does not work in email and can harm.", "Remove it.")
        if name in ADDRESSES:
            scheme = scheme_of(value)
            if scheme and scheme not in SCHEMES:
                what = f"{name} begins with {scheme}:, which is not safe."
                self._say("unsafe_link", what, "Use https, mailto or tel.")
        if name == "style" and _UNSAFE_CSS.search(value):
            self._say("unsafe_css", "this style holds what mail programs refuse.", "Remove scripts from it.")

    def _line(self) -> int:
        return self._marked.source_line(self.getpos()[0])

    def _say(self, code: str, what: str, mend: str, *, line: int = 0, warning: bool = False) -> None:
        self.found.append(Finding(line or self._line(), code, what, mend, warning))
