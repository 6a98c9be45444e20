"""Look a template over before it is published: errors keep it from that, warnings do not. Each names its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.definition.problems import Problem
from orchestrator.messaging.content import limits
from orchestrator.messaging.content.check import Checked, check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.layout import is_document
from orchestrator.messaging.content.lint_html import Finding, lint_html
from orchestrator.messaging.content.lint_text import lint_text
from orchestrator.messaging.content.mjml.look import look
from orchestrator.messaging.content.mjml.made import completed, make
from orchestrator.messaging.content.prepare import inline, prepare
from orchestrator.messaging.content.sensitive import NOTHING, Sensitive, is_open, sensitive_in
from orchestrator.messaging.content.sms import measure, transliterate
from orchestrator.messaging.content.source import EmailSource, Passage, PushSource, SmsSource, TemplateSource
from orchestrator.messaging.content.spans import mark, split
from orchestrator.sdk import Path

ROOTS = frozenset({
    "customer", "event", "entry", "brand", "journey", "shop", "currency", "unsubscribe_url", "preferences_url",
    "confirm_url",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, each list in the order of its lines."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def lint(
    source: TemplateSource,
    purpose: str = "marketing",
    chain: Iterable[str] = (),
    filters: Mapping[str, Callable[..., Any]] | None = None,
    roots: Iterable[str] = ROOTS,
    sensitive: Sensitive = NOTHING,
) -> Report:
    """Everything wrong with a template for journeys of this purpose, in a workspace of these languages."""
    linter = _Linter(source, purpose, filters, frozenset(roots), sensitive.of(topic=source.topic))
    linter.run(tuple(chain))
    return linter.report()


class _Linter:
    def __init__(
        self,
        source: TemplateSource,
        purpose: str,
        filters: Mapping[str, Callable[..., Any]] | None,
        roots: frozenset[str],
        sensitive: Sensitive,
    ) -> None:
        self._sensitive = sensitive
        self._source, self._purpose, self._filters, self._roots = source, purpose, filters, roots
        self._html = Sandbox(html=True, filters=filters)
        self._text = Sandbox(html=False, filters=filters)
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []

    def run(self, chain: tuple[str, ...]) -> None:
        for language, email in self._source.email.items():
            self._email(email, ("email", language))
        for language, sms in self._source.sms.items():
            self._sms(sms, ("sms", language))
        for language, push in self._source.push.items():
            self._push(push, ("push", language))
        self._languages(chain)
        if not self._errors:
            self._prepare()

    def report(self) -> Report:
        def order(problem: Problem) -> int:
            return problem.line

        return Report(tuple(sorted(self._errors, key=order)), tuple(sorted(self._warnings, key=order)))

    def _email(self, part: EmailSource, path: Path) -> None:
        self._header(part.subject, (*path, "subject"))
        self._passage(part.preheader, (*path, "preheader"), self._html)
        self._passage(part.text, (*path, "text"), self._text)
        if part.mjml.text.strip():
            self._mjml(part, path)
        checked = self._passage(part.html, (*path, "html"), self._html)
        if checked is None:
            return
        if part.html.text.strip():
            self._markup(part.html, (*path, "html"))
        if self._purpose == "marketing" and is_document(part.html.text):
            for passage, name in ((part.html, "html"), (part.text, "text")):
                if passage.text.strip() and "unsubscribe_url" not in self._names(passage, self._html):
                    what = "a marketing email needs a way to unsubscribe."
                    mend = (
                        'Add <a href="{{ unsubscribe_url }}">, or leave out <html> and let the layout add it.'
                    )
                    self._error(passage, (*path, name), Finding(1, "no_unsubscribe", what, mend))

    def _mjml(self, part: EmailSource, path: Path) -> None:
        """Language and purpose change no line of it."""
        place = (*path, "mjml")
        if part.html.text.strip():
            what = "the email has both `html` and `mjml`."
            self._error(part.mjml, place, Finding(1, "two_bodies", what, "Leave one of them out."))
        if self._passage(part.mjml, place, self._html) is None:
            return
        language = str(path[-1])
        try:
            findings = list(look(mark(self._html, completed(part, language, self._purpose))))
            if all(finding.warning for finding in findings):
                made = make(self._html, part, language, self._purpose)
                inline(self._html, made.html, made.lines)
        except TemplateFault as fault:
            findings = [Finding(fault.line, fault.code, fault.what, fault.mend)]
        for finding in findings:
            self._error(part.mjml, place, finding)

    def _markup(self, passage: Passage, path: Path) -> None:
        try:
            findings = list(lint_html(mark(self._html, passage.text)))
            if all(finding.warning for finding in findings):
                inline(self._html, passage.text)
        except TemplateFault as fault:
            findings = [Finding(fault.line, fault.code, fault.what, fault.mend)]
        for finding in findings:
            self._error(passage, path, finding)

    def _sms(self, part: SmsSource, path: Path) -> None:
        if self._passage(part.text, path, self._text) is None:
            return
        said = self._fixed(part.text)
        size = measure(transliterate(said) if part.transliterate else said)
        if size.parts > limits.SMS_PARTS:
            what = (
                f"this takes {size.parts} parts before names are filled in; {limits.SMS_PARTS} is the most."
            )
            self._error(part.text, path, Finding(1, "sms_too_long", what, "Shorten it."))
        elif size.parts > (fewer := measure(transliterate(said)).parts):
            what = (
                f"this takes {size.parts} parts for letters that GSM-7 does not know; {fewer} without them."
            )
            self._error(
                part.text, path, Finding(1, "sms_costly", what, "Set `transliterate: true`.", warning=True)
            )

    def _push(self, part: PushSource, path: Path) -> None:
        passages = {"title": part.title, "body": part.body, "url": part.url, "image": part.image}
        for name, passage in passages.items():
            if self._passage(passage, (*path, name), self._text) is None:
                return
        size = sum(len(self._fixed(passage).encode("utf-8", "replace")) for passage in passages.values())
        if size > limits.PUSH_BYTES:
            what = f"this is {size:,} bytes; providers take 4 kB, their envelope included."
            self._error(part.body, (*path, "body"), Finding(1, "push_too_large", what, "Shorten it."))
        elif size > limits.PUSH_BYTES * 3 // 4:
            what = f"this is {size:,} bytes before names are filled in; over {limits.PUSH_BYTES:,} it is not sent."
            self._error(
                part.body, (*path, "body"), Finding(1, "push_large", what, "Shorten it.", warning=True)
            )

    def _header(self, passage: Passage, path: Path) -> None:
        if self._passage(passage, path, self._text) is not None and "\n" in self._fixed(passage).strip():
            self._error(passage, path, Finding(1, "line_break", "a subject is one line.", "Join its lines."))

    def _passage(self, passage: Passage, path: Path, environment: Sandbox) -> Checked | None:
        """Check one text; None where it cannot be read."""
        checked, findings = lint_text(passage.text, environment, self._roots)
        if checked is not None and is_open(path):
            findings += sensitive_in(checked, self._sensitive)
        for finding in findings:
            self._error(passage, path, finding)
        return checked

    def _languages(self, chain: tuple[str, ...]) -> None:
        for channel in ("email", "sms", "push"):
            parts = getattr(self._source, channel)
            for language in chain:
                if parts and language not in parts:
                    what = f"{channel} has no {language}: such customers get {next(iter(parts))} or another language."
                    mend = f"Add `{language}:` under {channel}."
                    finding = Finding(1, "no_language", what, mend, warning=True)
                    self._error(_first(parts), (channel,), finding)

    def _prepare(self) -> None:
        try:
            prepare(self._source, self._purpose, filters=self._filters)
        except TemplateFault as fault:
            self._error(Passage(""), (), Finding(0, fault.code, fault.what, fault.mend))

    def _names(self, passage: Passage, environment: Sandbox) -> set[str]:
        try:
            return {use.name for use in check(environment, passage.text).uses}
        except TemplateFault:
            return set()

    def _fixed(self, passage: Passage) -> str:
        """The text without its Jinja parts: what every customer gets."""
        return "".join(piece for piece in split(self._text, passage.text) if isinstance(piece, str))

    def _error(self, passage: Passage, path: Path, finding: Finding) -> None:
        line = passage.line + finding.line - 1 if passage.line else finding.line
        problem = Problem(path, line, 0, finding.code, finding.what, finding.mend, self._source.file)
        (self._warnings if finding.warning else self._errors).append(problem)


def _first(parts: Mapping[str, EmailSource | SmsSource | PushSource]) -> Passage:
    part = next(iter(parts.values()))
    if isinstance(part, EmailSource):
        return part.subject
    return part.text if isinstance(part, SmsSource) else part.title
