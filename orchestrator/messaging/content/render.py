"""Rendering messages: jobs in, the same number of answers out, in order."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from orchestrator.messaging.content.counted import fill, with_pixel
from orchestrator.messaging.content.engine import Engine
from orchestrator.messaging.content.faults import RenderError
from orchestrator.messaging.content.finish import header
from orchestrator.sdk.values import Content, EmailContent, PushContent, SmsContent, WebhookContent

log = logging.getLogger(__name__)
Filters = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class RenderJob:
    """One message to render: `prepared` under its digest `template`, for a person's `languages`, best first.

    `counted`: our links in place of its first so many, where the context says that clicks are counted.
    `pixel`: the address of the picture that counts its opens; "" for none.
    """

    template: str
    prepared: Mapping[str, Any]
    channel: str
    languages: tuple[str, ...]
    context: Mapping[str, Any]
    sender_name: str = ""
    sender_address: str = ""
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    counted: Callable[[int], Sequence[str]] | None = None
    pixel: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message's content, its language, and the links in it whose clicks may be counted, each once, in order."""

    content: Content
    language: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """No message: `render_error` or `render_timeout`. `detail` names part, line and variable, never a person's data."""

    code: str
    detail: str


Answer = Rendered | RenderFailure


class Renderer(Protocol):
    """Whatever renders jobs."""

    def render(self, jobs: Sequence[RenderJob]) -> list[Answer]:
        """One answer for each job, in their order."""

    def close(self) -> None:
        """Let go of whatever is held; rendering again is allowed and starts anew."""


class InProcessRenderer:
    """Renders here. For tests and tools: nothing bounds the time a template takes."""

    def __init__(self, filters: Filters | None = None) -> None:
        self._engine = Engine(filters)

    def render(self, jobs: Sequence[RenderJob]) -> list[Answer]:
        """One answer for each job, in their order."""
        return [self._render(job) for job in jobs]

    def close(self) -> None:
        """Forget the templates."""
        self._engine.forget()

    def _render(self, job: RenderJob) -> Answer:
        line = encode(job)
        if isinstance(line, RenderFailure):
            return line
        if not self._engine.knows(job.template):
            self._engine.learn({job.template: job.prepared})
        return finish(job, self._engine.render({**head(job), "context": json.loads(line)}))


def head(job: RenderJob) -> dict[str, Any]:
    """What the engine must know of a job besides its context; many jobs of a batch have the same."""
    return {"template": job.template, "channel": job.channel, "languages": list(job.languages)}


def encode(job: RenderJob) -> str | RenderFailure:
    """The context as the child gets it. JSON holds plain values only, so nothing else can reach a template."""
    try:
        return json.dumps(job.context)
    except (TypeError, ValueError, RecursionError):
        return RenderFailure("render_error", _unplain(job.context))


def finish(job: RenderJob, answer: Mapping[str, Any]) -> Answer:
    """The engine's answer as content, with the headers that the template has no say in."""
    if "code" in answer:
        return RenderFailure(answer["code"], answer["detail"])
    try:
        return Rendered(_content(job, _with_ours(job, answer)), answer["language"], tuple(answer["links"]))
    except RenderError as error:
        return RenderFailure("render_error", str(error))


def _with_ours(job: RenderJob, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part with our own links in it."""
    part: Mapping[str, Any] = answer["part"]
    if job.counted is not None and answer["links"]:
        links = job.counted(len(answer["links"]))
        part = {name: fill(text, links) if isinstance(text, str) else text for name, text in part.items()}
    if job.pixel and part.get("html"):
        part = {**part, "html": with_pixel(part["html"], job.pixel)}
    return part


def _content(job: RenderJob, part: Mapping[str, Any]) -> Content:
    if job.channel == "sms":
        return SmsContent(part["text"], part["parts"], header(job.sender_name, "the sender's name"))
    if job.channel == "push":
        return PushContent(**part)
    if job.channel == "webhook":
        return WebhookContent(part["body"], part["event"])
    for name, value in job.headers.items():
        if not _is_header_name(name) or header(value, f"the header {name[:40]!r}") != value.strip():
            raise RenderError(f"the header {name[:40]!r} holds what a header cannot")
    return EmailContent(
        **part,
        sender_name=header(job.sender_name, "the sender's name"),
        sender_address=header(job.sender_address, "the sender's address"),
        reply_to=header(job.reply_to, "the reply address"),
        headers=dict(job.headers),
    )


@lru_cache(maxsize=64)
def _is_header_name(name: str) -> bool:
    return re.fullmatch(r"[!-9;-~]+", name) is not None


def _unplain(value: Any, path: str = "", depth: int = 0) -> str:
    if depth > 50:
        return "the context nests too deep"
    children = value.items() if isinstance(value, Mapping) else enumerate(value) if _is_list(value) else ()
    for key, child in children:
        name = f"{path}.{key}" if path else str(key)
        if not (isinstance(child, Mapping) or _is_list(child)):
            if child is not None and not isinstance(child, (str, int, float)):
                return f"{name} is a {type(child).__name__}; a context holds texts, numbers, lists and mappings only"
        elif (found := _unplain(child, name, depth + 1)) != _FINE:
            return found
    return _FINE if depth else "the context cannot be written as JSON"


_FINE = ""


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


_shared: Renderer | None = None
_guard = threading.Lock()


def renderer(*, in_process: bool = False, filters: Filters | None = None) -> Renderer:
    """This process's renderer: the child's, shared by all threads; with `in_process`, a fresh one without a child.

    The child knows the filters of all plugins that are on.
    """
    global _shared
    if in_process:
        return InProcessRenderer(filters)
    from orchestrator.messaging.content.child import ChildRenderer

    with _guard:
        if _shared is None:
            _shared = ChildRenderer(_plugged() if filters is None else filters)
        return _shared


def _plugged() -> Filters:
    """The plugins' filters. One that the child could not find is named and left out; the templates of others go on."""
    from orchestrator import registry
    from orchestrator.messaging.content.child import path_of

    found: dict[str, Callable[..., Any]] = {}
    for name, function in registry.current().filters.items():
        try:
            path_of(name, function)
        except ValueError as error:
            log.error("plugin %s: %s", registry.current().owners.get(("filter", name), "?"), error)
        else:
            found[name] = function
    return found
