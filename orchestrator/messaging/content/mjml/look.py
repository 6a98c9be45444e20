"""What is wrong with a text of MJML: what the compiler would refuse without a line, drop in silence, or tear apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from orchestrator.domain.definition.problems import listed, nearest
from orchestrator.messaging.content.limits import TREE_DEPTH
from orchestrator.messaging.content.lint_html import REFUSED_TAGS, VOID, Finding, lint_html
from orchestrator.messaging.content.mjml.elements import BRANCHES, HOLDS, KNOWN, REFUSED, WRITTEN
from orchestrator.messaging.content.spans import Marked, Span

_PAIRS = frozenset({"unclosed", "stray_end"})
_LONE = VOID | REFUSED_TAGS  # closed by nothing, or refused anyway


def look(marked: Marked) -> Iterator[Finding]:
    """Look through an MJML text whose Jinja parts are marked, as HTML and as MJML; each line is told once."""
    findings = [*lint_html(marked)]
    if not marked.left_open:
        reader = _Reader(marked)
        reader.feed(marked.html)
        reader.close()
        reader.end()
        refused = any(finding.code == "refused_tag" for finding in findings)
        if refused or any(finding.code in _PAIRS for finding in reader.found):
            # Strict as the compiler is, it says where; the other would name all that is around it as well.
            findings = [finding for finding in findings if finding.code not in _PAIRS]
        findings += reader.found
    told: set[tuple[int, str]] = set()
    for finding in findings:
        if (finding.line, finding.code) not in told:
            told.add((finding.line, finding.code))
            yield finding


class _Reader(HTMLParser):
    def __init__(self, marked: Marked) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[Finding] = []
        self._marked = marked
        self._open: list[tuple[str, int]] = []
        self._rooted = self._bodied = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._place(tag, dict(attrs))
        if tag in _LONE:
            return
        self._open.append((tag, self._line()))
        if len(self._open) == TREE_DEPTH:
            self._say("too_deep", f"elements nest deeper than {TREE_DEPTH}.", "Simplify it.")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._place(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in _LONE:
            return
        if tag not in names:
            self._say("stray_end", f"</{tag}> closes nothing here.", "Open and close tags in pairs.")
            return
        while self._open[-1][0] != tag:
            self._unclosed(*self._open.pop())
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._within() and re.search(r"<(?![A-Za-z/!?])|<$", data):
            self._say("bare_sign", "a < stands alone in the text.", "Write &lt; for it.")
        if data.strip() and not self._within():
            self._outside()

    def handle_entityref(self, name: str) -> None:
        if not self._within():
            self._outside()

    def handle_charref(self, name: str) -> None:
        self.handle_entityref(name)

    def handle_comment(self, data: str) -> None:
        found = re.fullmatch(self._marked.pattern, data)
        if found is not None:
            self._jinja(self._marked.spans[int(found["noted"] or found["at"])])
        elif "--" in data:
            self._say("bad_comment", "a comment holds --, which ends it too early.", "Write one dash.")

    def handle_decl(self, decl: str) -> None:
        self._say("not_mjml", "a doctype is no MJML.", "Begin with <mjml>.")

    def handle_pi(self, data: str) -> None:
        self._say("not_mjml", "<? … > is no MJML.", "Begin with <mjml>.")

    def end(self) -> None:
        """Report what was never closed, and what is missing."""
        for name, line in reversed(self._open):
            self._unclosed(name, line)
        if not self._rooted:
            self._say("not_mjml", "this is no MJML.", "Begin with <mjml><mj-body>, or write `html:`.", line=1)
        elif not self._bodied:
            self._say("no_body", "the MJML has no <mj-body>.", "Add one in <mjml>.", line=1)

    def _place(self, tag: str, attrs: dict[str, str | None]) -> None:
        self._rooted = self._rooted or tag == "mjml"
        self._bodied = self._bodied or tag == "mj-body"
        if (self.get_starttag_text() or "")[1 : 1 + len(tag)] != tag and tag.startswith("mj"):
            self._say("capitals", f"<{tag}> is written with capitals.", "Write it in small letters.")
        if tag in REFUSED:
            what, mend = REFUSED[tag]
            self._say("refused_tag", f"<{tag}> {what}.", mend)
            return
        if tag.startswith("mj-") and tag not in KNOWN:
            mend = nearest(tag, KNOWN) or f"Known: {listed(sorted(KNOWN - {'mjml'}))}."
            self._say("unknown_tag", f"there is no <{tag}> in MJML.", mend)
            return
        self._stand(tag)
        if tag == "mj-social-element" and not (attrs.get("src") or "").strip():
            what = "a <mj-social-element> without src takes its picture from elsewhere, which tells others who reads."
            self._say("no_src", what, 'Add src="..." of your own.')
        if tag == "mj-navbar" and attrs.get("hamburger"):
            self._say("refused_attribute", "hamburger needs what mail programs refuse.", "Leave it out.")
        if tag == "mj-image" and "alt" not in attrs:
            what = "<mj-image> has no alt text: many readers see no images, and some hear the email."
            self._say("no_alt", what, 'Add alt="..."; alt="" where it only decorates.', warning=True)

    def _stand(self, tag: str) -> None:
        parent = self._open[-1][0] if self._open else ""
        if self._within():
            if tag == "mjml" or tag.startswith("mj-"):
                inside = next(name for name, _ in self._open if _is_written(name))
                self._say("misplaced", f"<{tag}> cannot stand in <{inside}>.", f"Close <{inside}> before it.")
        elif tag not in HOLDS.get(parent, KNOWN):
            above = [
                name for name, held in HOLDS.items() if tag in held and name not in {"", "mj-attributes"}
            ]
            holders = listed([f"<{name}>" for name in above or sorted(WRITTEN & {"mj-text", "mj-raw"})])
            where = f"in <{parent}>" if parent else "outside of <mjml>"
            self._say("misplaced", f"<{tag}> cannot stand {where}.", f"Put it in {holders}.")

    def _jinja(self, span: Span) -> None:
        parent = self._open[-1][0] if self._open else ""
        if self._within() or span.kind == "comment":
            return
        if span.kind == "variable":
            self._outside(span.line)
        elif parent not in BRANCHES:
            what = f"{span.text[:60]} stands where MJML cannot keep it."
            mend = f"Put it in or around elements in {listed([f'<{name}>' for name in sorted(BRANCHES)])}."
            self._say("misplaced", what, mend, line=span.line)

    def _within(self) -> bool:
        """Whether one stands in the author's own HTML, or in what is told of already."""
        return any(_is_written(name) for name, _ in self._open)

    def _outside(self, line: int = 0) -> None:
        self._say(
            "bare_text", "words stand outside of an element for them.", "Put them in <mj-text>.", line=line
        )

    def _unclosed(self, name: str, line: int) -> None:
        self._say("unclosed", f"<{name}> is never closed.", f"Add </{name}>.", line=line)

    def _line(self) -> int:
        return self._marked.source_line(self.getpos()[0])

    def _say(self, code: str, what: str, mend: str, *, line: int = 0, warning: bool = False) -> None:
        self.found.append(Finding(line or self._line(), code, what, mend, warning))


def _is_written(name: str) -> bool:
    return name in WRITTEN or name not in HOLDS
