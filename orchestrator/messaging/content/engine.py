"""One message from one context: what runs in the child process. Plain values in, plain values out.

A job is `{"template": digest, "channel", "languages", "context"}`; the answer is `{"part", "language", "links"}`
or `{"code", "detail"}`. Compiled templates are kept, so that a batch compiles once.
"""

from __future__ import annotations

import html as html_module
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template
from jinja2.exceptions import UndefinedError

from orchestrator.domain.utm import tag
from orchestrator.messaging.content import limits, webhook
from orchestrator.messaging.content.check import Use, check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import RenderError, TemplateFault
from orchestrator.messaging.content.language import LANGUAGE, pick_language
from orchestrator.messaging.content.sms import count_parts, transliterate
from orchestrator.messaging.content.utm import tag_html, tag_text, tagged

KEPT = 512  # compiled parts
PARTS: Mapping[str, tuple[str, ...]] = {
    "email": ("subject", "html", "text"),
    "sms": ("text",),
    "push": ("title", "body", "url", "image"),
    "webhook": (),  # its texts are as many as its author wrote
}
SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "cid"})
UNSAFE_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob"})
_LINK = re.compile(r"""[\s/](href|src|background)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):")
_WRITTEN_LINK = re.compile(r"https?://[^\s<>\"]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")
_HEADER_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled part, the variables it uses and the lines of the file it came from."""

    template: Template
    uses: tuple[Use, ...]
    names: frozenset[str]
    lines: Any

    def source_line(self, line: int) -> int:
        """The author's line behind a line of the part; 0 where there is none."""
        if isinstance(self.lines, int):
            return self.lines + line - 1 if self.lines else line
        before = [pair for pair in self.lines or () if pair[0] <= line]
        if not before:
            return 0
        now, then = before[-1]
        return then + line - now if then else 0


class Engine:
    """Renders jobs; knows the templates it was given."""

    def __init__(self, filters: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self._html = Sandbox(html=True, filters=filters)
        self._text = Sandbox(html=False, filters=filters)
        self._prepared: dict[str, Mapping[str, Any]] = {}
        self._compiled: OrderedDict[tuple[str, str, str, str], Compiled | RenderError] = OrderedDict()

    def learn(self, templates: Mapping[str, Mapping[str, Any]]) -> None:
        """Take prepared templates, by digest."""
        self._prepared.update(templates)

    def knows(self, digest: str) -> bool:
        """Whether a template was given."""
        return digest in self._prepared

    def forget(self) -> None:
        """Drop every template."""
        self._prepared.clear()
        self._compiled.clear()

    def warm(self, job: Mapping[str, Any]) -> None:
        """Compile what a job will need; whatever is wrong shows when it is rendered."""
        try:
            language, part = self._part(job)
            for name in _names(job["channel"], part):
                self._compile(job, language, name, part)
        except RenderError:
            return

    def render(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """The message, or why there is none."""
        try:
            language, part = self._part(job)
            token = LANGUAGE.set(language)
            try:
                return self._render(job, language, part)
            finally:
                LANGUAGE.reset(token)
        except RenderError as error:
            return {"code": "render_error", "detail": str(error)}
        except MemoryError:
            return {"code": "render_error", "detail": "the message needs too much memory"}

    def _part(self, job: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        prepared = self._prepared.get(job["template"])
        if prepared is None:
            raise RenderError("the template is not known")
        parts = prepared.get(job["channel"]) if job["channel"] in PARTS else None
        if not parts:
            raise RenderError(f"the template has no part for {job['channel']}")
        wanted, *chain = job["languages"] or [""]
        language = pick_language(parts, wanted, chain)
        return language, parts[language]

    def _render(self, job: Mapping[str, Any], language: str, part: Mapping[str, Any]) -> dict[str, Any]:
        context, channel = job["context"], job["channel"]
        texts = {}
        for name in _names(channel, part):
            compiled = self._compile(job, language, name, part)
            texts[name] = _run(compiled, context, f"{channel}.{language}.{name}") if compiled else ""
        try:
            finished, links = _FINISH[channel](texts, part, context)
        except RenderError as error:
            raise RenderError(f"{channel}.{language}: {error}") from None
        return {"part": finished, "language": language, "links": links}

    def _compile(
        self, job: Mapping[str, Any], language: str, name: str, part: Mapping[str, Any]
    ) -> Compiled | None:
        text = _text(part, name)
        if not text:
            return None
        key = (job["template"], job["channel"], language, name)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = self._try(
                text,
                name == "html",
                (part.get("lines") or {}).get(name),
                f"{job['channel']}.{language}.{name}",
            )
            if len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
        else:
            self._compiled.move_to_end(key)
        if isinstance(found, RenderError):
            raise RenderError(str(found))
        return found

    def _try(self, text: str, html: bool, lines: Any, where: str) -> Compiled | RenderError:
        """A fault is kept like a template: it is found in the time to compile, not again in each job's to render."""
        try:
            return self._build(text, html, lines, where)
        except RenderError as error:
            return error

    def _build(self, text: str, html: bool, lines: Any, where: str) -> Compiled:
        environment = self._html if html else self._text
        try:
            checked = check(environment, text)
            template = environment.from_string(checked.tree)
        except TemplateFault as fault:
            raise RenderError(f"{where}, {fault}") from None
        except (SyntaxError, RecursionError):
            raise RenderError(f"{where}: the template cannot be compiled") from None
        return Compiled(template, checked.uses, checked.names, lines)


def _names(channel: str, part: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of a part's texts."""
    return (*PARTS[channel], *part.get("texts", ()))


def _text(part: Mapping[str, Any], name: str) -> str:
    return str(part.get(name) or part.get("texts", {}).get(name, ""))


def _run(compiled: Compiled, context: Mapping[str, Any], where: str) -> str:
    template = compiled.template
    try:
        return _collect(template.root_render_func(template.new_context(dict(context))))
    except MemoryError:
        raise
    except Exception as error:
        line = _line(error)
        source = compiled.source_line(line)
        place = f"{where}, line {source}" if source else where
        raise RenderError(f"{place}: {_words(error, compiled, context, line)}") from None


def _collect(chunks: Iterable[str]) -> str:
    size, pieces = 0, []
    for chunk in chunks:
        size += len(chunk)
        if size > limits.OUTPUT_BYTES:
            raise RenderError(f"the message is larger than {limits.OUTPUT_BYTES // 1000} kB")
        pieces.append(chunk)
    text = "".join(pieces)
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise RenderError("a value holds half a character (a lone surrogate)") from None
    if size > limits.OUTPUT_BYTES:
        raise RenderError(f"the message is larger than {limits.OUTPUT_BYTES // 1000} kB")
    return _CONTROLS.sub("", text)


def _line(error: BaseException) -> int:
    """The line of the template an exception came from, by Jinja's own table."""
    line, frame = 1, error.__traceback__
    while frame is not None:
        template = frame.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(frame.tb_lineno)
        frame = frame.tb_next
    return line


def _words(error: Exception, compiled: Compiled, context: Mapping[str, Any], line: int) -> str:
    """What went wrong, in our words only: an exception's own text may quote a customer's data."""
    here = [use.name for use in compiled.uses if use.line == line]
    if isinstance(error, UndefinedError):
        name = str(error)
        full = [use for use in here if use == name or use.endswith(f".{name}")]
        if not full and not compiled.names.issuperset(name.split(".")):
            name = "a name made from a value"  # which may be a customer's
        return f"{full[0] if full else name} is missing; use |default(...) or {{% if ... is defined %}}"
    if isinstance(error, RenderError):
        nulls = [name for name in here if _is_null(context, name)]
        return f"{error} ({nulls[0]} is null)" if nulls else str(error)
    if isinstance(error, TypeError):
        return f"values of different kinds are used together{_among(here)}"
    return f"{type(error).__name__}{_among(here)}"


def _among(names: list[str]) -> str:
    return f" ({', '.join(dict.fromkeys(names[:3]))})" if names else ""


def _is_null(context: Mapping[str, Any], name: str) -> bool:
    value: Any = context
    for key in name.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return value is None


def _email(
    texts: dict[str, str], part: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    html = texts["html"].strip()
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", texts["text"])).strip()
    if not text or (part.get("html") and not html):
        raise RenderError("the message is empty")
    subject = header(texts["subject"], "the subject")
    if not subject:
        raise RenderError("the subject is empty")
    ours = {context.get("unsubscribe_url"), context.get("preferences_url")}
    if context.get("utm"):
        change = tagged(str(context["utm"]), tuple(str(link) for link in ours if link))
        html, text = tag_html(html, change), tag_text(text, change)
    found = _html_links(html) if html else _WRITTEN_LINK.findall(text)
    links = [link for link in dict.fromkeys(found) if link not in ours]
    return {"subject": subject, "html": html, "text": text}, links


def _sms(
    texts: dict[str, str], part: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    # A no-break space, which money and numbers hold, would turn the whole message into costly UCS-2.
    text = re.sub("[\u00a0\u202f]", " ", texts["text"]).replace("\r\n", "\n").strip()
    if part.get("transliterate"):
        text = transliterate(text)
    if not text:
        raise RenderError("the message is empty")
    parts = count_parts(text)
    if parts > limits.SMS_PARTS:
        raise RenderError(f"the text message would take {parts} parts; {limits.SMS_PARTS} is the most")
    return {"text": text, "parts": parts}, list(dict.fromkeys(_WRITTEN_LINK.findall(text)))


def _push(
    texts: dict[str, str], part: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    finished = {name: text.strip() for name, text in texts.items()}
    if not finished["title"] or not finished["body"]:
        raise RenderError("the message is empty")
    if sum(len(text.encode()) for text in finished.values()) > limits.PUSH_BYTES:
        raise RenderError(
            f"the push notification is larger than {limits.PUSH_BYTES:,} bytes (providers take 4 kB)"
        )
    for name in ("url", "image"):
        if scheme_of(finished[name]) in UNSAFE_SCHEMES or re.search(r"\s", finished[name]):
            raise RenderError(f"the {name} is not a safe address")
    if context.get("utm"):
        finished["url"] = tag(finished["url"], str(context["utm"]))
    return finished, [finished["url"]] if finished["url"] else []


_FINISH: Mapping[
    str,
    Callable[[dict[str, str], Mapping[str, Any], Mapping[str, Any]], tuple[dict[str, Any], list[str]]],
] = {"email": _email, "sms": _sms, "push": _push, "webhook": webhook.finish}


def header(value: str, what: str) -> str:
    """A header's text: a line break is refused, signs that hide or reverse text are dropped."""
    if len(value) > limits.SUBJECT_LENGTH:
        raise RenderError(f"{what} is longer than {limits.SUBJECT_LENGTH} characters")
    if "\n" in value.strip() or "\r" in value.strip():
        raise RenderError(f"{what} holds a line break")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RenderError(f"{what} holds half a character (a lone surrogate)") from None
    return _HEADER_CONTROLS.sub("", value.strip()).strip()


def _html_links(html: str) -> list[str]:
    links = []
    for name, double, single in _LINK.findall(html):
        link = html_module.unescape(double or single).strip()
        scheme = scheme_of(link)
        if scheme and scheme not in SCHEMES:
            raise RenderError("a link has an address that is neither http(s), mailto nor tel")
        if name.lower() == "href" and scheme in {"http", "https"}:
            links.append(link)
    return links


def scheme_of(link: str) -> str:
    """The scheme of an address, as a browser would find it; "" where there is none."""
    # Browsers drop tabs, line breaks and leading controls before they read the scheme; so do we.
    found = _SCHEME.match(re.sub(r"[\x00-\x20\x7f]", "", link).lower())
    return found[1] if found else ""
