"""One message from one context: what runs in the child process. Plain values in, plain values out.

A job is `{"template": digest, "channel", "languages", "context"}`; the answer is `{"part", "language", "links"}`
or `{"code", "detail"}`. Compiled templates are kept, so that a batch compiles once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template
from jinja2.exceptions import UndefinedError

from orchestrator.messaging.content import limits
from orchestrator.messaging.content.check import Use, check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import RenderError, TemplateFault
from orchestrator.messaging.content.finish import FINISH
from orchestrator.messaging.content.language import LANGUAGE, pick_language
from orchestrator.messaging.content.quick import without_controls

KEPT = 512  # compiled texts
PICKED = 4096  # combinations of template, channel and a person's languages
PARTS: Mapping[str, tuple[str, ...]] = {
    "email": ("subject", "html", "text"),
    "sms": ("text",),
    "push": ("title", "body", "url", "image"),
    "webhook": (),  # its texts are as many as its author wrote
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled text, the variables it uses and the lines of the file it came from."""

    template: Template
    globals: Mapping[str, Any]
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


Text = tuple[str, str, Compiled | RenderError | None]  # its name, where it stands, what became of it
Texts = tuple[Text, ...]


class Engine:
    """Renders jobs; knows the templates it was given."""

    def __init__(self, filters: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self._html = Sandbox(html=True, filters=filters)
        self._text = Sandbox(html=False, filters=filters)
        self._prepared: dict[str, Mapping[str, Any]] = {}
        self._picked: dict[tuple[str, str, tuple[str, ...]], tuple[str, Mapping[str, Any]]] = {}
        self._compiled: OrderedDict[tuple[str, str, str], Texts] = OrderedDict()
        self._texts = 0

    def learn(self, templates: Mapping[str, Mapping[str, Any]]) -> None:
        """Take prepared templates, by digest."""
        self._prepared.update(templates)
        self._picked.clear()

    def knows(self, digest: str) -> bool:
        """Whether a template was given."""
        return digest in self._prepared

    def forget(self) -> None:
        """Drop every template."""
        self._prepared.clear()
        self._picked.clear()
        self._compiled.clear()
        self._texts = 0

    def warm(self, job: Mapping[str, Any]) -> None:
        """Compile what a job will need; whatever is wrong shows when it is rendered."""
        try:
            self._compile(job, *self._pick(job))
        except RenderError:
            return

    def render(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """The message, or why there is none."""
        try:
            language, part = self._pick(job)
            token = LANGUAGE.set(language)
            try:
                return self._render(job, language, part)
            finally:
                LANGUAGE.reset(token)
        except RenderError as error:
            return {"code": "render_error", "detail": str(error)}
        except MemoryError:
            return {"code": "render_error", "detail": "the message needs too much memory"}

    def _pick(self, job: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The language a person gets, and the part of the template in it."""
        key = (job["template"], job["channel"], tuple(job["languages"]))
        found = self._picked.get(key)
        if found is None:
            if len(self._picked) >= PICKED:
                self._picked.clear()
            found = self._picked[key] = self._part(*key)
        return found

    def _part(self, template: str, channel: str, languages: tuple[str, ...]) -> tuple[str, Mapping[str, Any]]:
        prepared = self._prepared.get(template)
        if prepared is None:
            raise RenderError("the template is not known")
        parts = prepared.get(channel) if channel in PARTS else None
        if not parts:
            raise RenderError(f"the template has no part for {channel}")
        wanted, *chain = languages or ("",)
        language = pick_language(parts, wanted, chain)
        return language, parts[language]

    def _render(self, job: Mapping[str, Any], language: str, part: Mapping[str, Any]) -> dict[str, Any]:
        context, channel = job["context"], job["channel"]
        texts = {}
        for name, where, compiled in self._compile(job, language, part):
            if isinstance(compiled, RenderError):
                raise RenderError(str(compiled))
            texts[name] = _run(compiled, context, where) if compiled else ""
        try:
            finished, links = FINISH[channel](texts, part, context)
        except RenderError as error:
            raise RenderError(f"{channel}.{language}: {error}") from None
        return {"part": finished, "language": language, "links": links}

    def _compile(self, job: Mapping[str, Any], language: str, part: Mapping[str, Any]) -> Texts:
        """A part's texts, compiled at the first job that needs them; those used last are kept."""
        key = (job["template"], job["channel"], language)
        found = self._compiled.get(key)
        if found is not None:
            self._compiled.move_to_end(key)
            return found
        found = self._compiled[key] = tuple(self._compile_all(f"{key[1]}.{language}", key[1], part))
        self._texts += len(found)
        while self._texts > KEPT and len(self._compiled) > 1:
            self._texts -= len(self._compiled.popitem(last=False)[1])
        return found

    def _compile_all(self, where: str, channel: str, part: Mapping[str, Any]) -> Iterator[Text]:
        """Up to the first fault: it ends every message before what comes after it."""
        lines = part.get("lines") or {}
        for name in _names(channel, part):
            text, place = _text(part, name), f"{where}.{name}"
            compiled = self._try(text, name == "html", lines.get(name), place) if text else None
            yield name, place, compiled
            if isinstance(compiled, RenderError):
                return

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
        return Compiled(template, dict(template.globals), checked.uses, checked.names, lines)


def _names(channel: str, part: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of a part's texts."""
    return (*PARTS[channel], *part.get("texts", ()))


def _text(part: Mapping[str, Any], name: str) -> str:
    return str(part.get(name) or part.get("texts", {}).get(name, ""))


def _run(compiled: Compiled, context: Mapping[str, Any], where: str) -> str:
    template = compiled.template
    try:
        # What `template.new_context` does, without asking a chain of mappings for what never changes.
        names = {**compiled.globals, **context}
        made = template.environment.context_class(template.environment, names, template.name, template.blocks)
        return _collect(template.root_render_func(made))
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
        encoded = text.encode()
    except UnicodeEncodeError:
        raise RenderError("a value holds half a character (a lone surrogate)") from None
    if len(encoded) > limits.OUTPUT_BYTES:
        raise RenderError(f"the message is larger than {limits.OUTPUT_BYTES // 1000} kB")
    return without_controls(text, encoded)


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
