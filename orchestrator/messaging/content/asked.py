"""The segments a template asks of, and where: `{% if segment("vip") %}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.messaging.content.check import SEGMENT, check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.source import Passage, TemplateSource
from orchestrator.sdk import Path


@dataclass(frozen=True, slots=True)
class Asked:
    """A segment by its key, the text that asks, and its line in the file."""

    key: str
    path: Path
    line: int


def segments_of(
    source: TemplateSource, filters: Mapping[str, Callable[..., Any]] | None = None
) -> Iterator[Asked]:
    """Every place that asks; of a text that cannot be read none, since lint says what is wrong with it."""
    sandbox = Sandbox(html=False, filters=filters)
    for path, passage in _passages(source):
        if SEGMENT not in passage.text:
            continue
        try:
            found = check(sandbox, passage.text).segments
        except TemplateFault:
            continue
        for use in found:
            yield Asked(use.name, path, passage.line + use.line - 1 if passage.line else use.line)


def _passages(source: TemplateSource) -> Iterator[tuple[Path, Passage]]:
    for channel in ("email", "sms", "push"):
        for language, part in getattr(source, channel).items():
            for name in part.__slots__:
                if isinstance(one := getattr(part, name), Passage):
                    yield (channel, language, *(() if channel == "sms" else (name,))), one
