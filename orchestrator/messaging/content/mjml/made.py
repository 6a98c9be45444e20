"""From an MJML text to the document it becomes, with its Jinja parts in it and the lines they were written on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.layout import html_footer
from orchestrator.messaging.content.lint_html import lint_html
from orchestrator.messaging.content.mjml.child import ask
from orchestrator.messaging.content.mjml.look import look
from orchestrator.messaging.content.source import EmailSource
from orchestrator.messaging.content.spans import Marked, Span, mark

_FOOTER = (
    '<mj-section css-class="footer"><mj-column>'
    '<mj-text align="center" font-size="13px" line-height="20px" color="#57606a">'
    "[[footer]]</mj-text></mj-column></mj-section>"
)
_HIDDEN = re.compile(r'<div style="display:none;[^"]*opacity:0[^"]*">.*?</div>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and the author's line of each of its Jinja parts, in their order in it."""

    html: str
    lines: tuple[int, ...]

    @property
    def read_aloud(self) -> str:
        """The document without the preview line, which only stands in lists of mail."""
        return _HIDDEN.sub("", self.html, count=1)


def make(environment: Sandbox, part: EmailSource, language: str, purpose: str) -> Made:
    """Compile an email's MJML. Raises TemplateFault, with the line in it, for what cannot be compiled or kept."""
    marked = mark(environment, completed(part, language, purpose))
    for finding in look(marked):
        if not finding.warning:
            raise TemplateFault(finding.code, finding.line, finding.what, finding.mend)
    answer = ask(marked.html)
    if answer.wrong:
        line = marked.source_line(marked.html.count("\n", 0, answer.at) + 1)
        raise TemplateFault("bad_mjml", line, f"the MJML cannot be compiled: {answer.wrong}.", answer.mend)
    made = _put_back(marked, answer.html)
    for finding in lint_html(mark(environment, made.html)):
        if not finding.warning:
            raise TemplateFault(finding.code, 1, f"in what the MJML becomes, {finding.what}", finding.mend)
    return made


def completed(part: EmailSource, language: str, purpose: str) -> str:
    """The text with its language, the preview line and, where its author wrote no way out, the footer. Lines stay."""
    text = re.sub(r"<mjml(?=[\s>])(?![^>]*\slang=)", f'<mjml lang="{language}"', part.mjml.text, count=1)
    if "unsubscribe_url" not in text:
        footer = _FOOTER.replace("[[footer]]", html_footer(language, purpose))
        footer = footer.replace("<a ", '<a style="color:#57606a" ')
        before, end, after = text.rpartition("</mj-body>")
        text = f"{before}{footer}{end}{after}" if end else text
    if part.preheader.text.strip():
        text = _with_preview(text, " ".join(part.preheader.text.split()))
    return text


def _with_preview(text: str, preview: str) -> str:
    if found := re.search(r"<mj-preview\b", text):
        line = text.count("\n", 0, found.start()) + 1
        what = "the preview line is written twice, here and as `preheader`."
        raise TemplateFault("two_previews", line, what, "Leave one of them out.")
    put_in = f"<mj-preview>{preview}</mj-preview>"
    if re.search(r"<mj-head\s*>", text):
        return re.sub(r"<mj-head\s*>", lambda found: found[0] + put_in, text, count=1)
    return re.sub(r"<mjml\b[^>]*>", lambda found: f"{found[0]}<mj-head>{put_in}</mj-head>", text, count=1)


def _put_back(marked: Marked, html: str) -> Made:
    """The document with its Jinja parts. An attribute may have become several; what stands between elements may not."""
    pieces: list[str] = []
    seen: list[int] = []
    between: list[int] = []
    end = 0
    # What only looks like Jinja must not become it.
    html = re.sub(r"\{(?=[{%#])", "{ ", html)
    for found in marked.find(html):
        at = int(found["noted"] or found["at"])
        if found["noted"] and _in_comment(html, found.start()):
            raise _lost(marked.spans[at])
        pieces += [html[end : found.start()], _on_its_line(marked.spans[at].text)]
        seen.append(at)
        between += [at] if found["noted"] else []
        end = found.end()
    _refuse_lost(marked.spans, seen, between)
    lines = tuple(marked.spans[at].line for at in seen)
    return Made("".join([*pieces, html[end:]]), lines)


def _on_its_line(text: str) -> str:
    """A Jinja part with a line break inside of its end, where none is printed: so each has a line of its own."""
    return re.sub(r"\s*([-+]?[%}#]\})$", r"\n\1", text)


def _refuse_lost(spans: Sequence[Span], seen: Sequence[int], between: Sequence[int]) -> None:
    for at, span in enumerate(spans):
        if at not in seen or between.count(at) > 1:
            raise _lost(span)
    for before, at in pairwise(between):
        if at < before:
            raise _lost(spans[at])


def _in_comment(html: str, at: int) -> bool:
    """Whether one stands in what only Outlook reads, which ends at the first end of a comment."""
    return html.rfind("<!--[if", 0, at) > max(html.rfind("<![endif]-->", 0, at), html.rfind("]><!-->", 0, at))


def _lost(span: Span) -> TemplateFault:
    what = f"{span.text[:60]} stands where MJML cannot keep it."
    mend = "Put it in the text of an element, between elements, or in an attribute that MJML knows."
    return TemplateFault("misplaced", span.line, what, mend)
