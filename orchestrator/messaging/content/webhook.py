"""A webhook's body: JSON whose texts are templates, each rendered by itself; what is no text is as it was written.

Prepared it is one text, not a tree: a database that stores JSON may put its keys into another order, and the same
key must always carry the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from orchestrator.messaging.content import limits
from orchestrator.messaging.content.check import check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import RenderError

if TYPE_CHECKING:
    from orchestrator.sdk import Path

SHAPE = 1
LANGUAGE = "en"  # of numbers and dates: who reads them is a program
_SIGNS = ("{{", "{%", "{#")


def spelled(body: Any) -> str:
    """The one spelling of a body. Raises ValueError for what is no JSON."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def is_template(text: str) -> bool:
    """Whether anything in a text is for Jinja; all other texts leave as they are."""
    return any(sign in text for sign in _SIGNS)


def texts(body: Any) -> Iterator[tuple[Path, str]]:
    """Every text of a body that is a template, with the way to it, in written order."""
    return ((path, value) for path, value in _walk(body) if isinstance(value, str) and is_template(value))


def template_keys(body: Any) -> Iterator[Path]:
    """The ways to fields whose name looks like a template: names are never rendered."""
    return (path for path, _ in _walk(body) if path and isinstance(path[-1], str) and is_template(path[-1]))


def prepare(
    key: str, event: str, body: Any, filters: Mapping[str, Callable[..., Any]] | None = None
) -> dict[str, Any]:
    """The stored form, as `content/prepare.py` makes it of a template. Raises TemplateFault."""
    sandbox = Sandbox(html=False, filters=filters)
    found = {name(path): text for path, text in texts(body)}
    checked = [check(sandbox, text) for text in found.values()]
    segments = {use.name for one in checked for use in one.segments}
    part = {"body": spelled(body), "event": event, "texts": found}
    return {
        "shape": SHAPE,
        "key": key,
        "topic": "",
        "purpose": "system",
        "webhook": {LANGUAGE: part},
        "variables": sorted({use.name for one in checked for use in one.uses}),
        **({"segments": sorted(segments)} if segments else {}),
        "languages": [LANGUAGE],
    }


def finish(
    rendered: Mapping[str, str], part: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The body with its texts filled in. It holds no links that anybody clicks."""
    body = spelled(_filled(json.loads(part["body"]), rendered))
    size = len(body.encode())
    if size > limits.WEBHOOK_BYTES:
        raise RenderError(f"the body is larger than {limits.WEBHOOK_BYTES:,} bytes")
    return {"body": body, "event": part["event"]}, []


def name(path: Path) -> str:
    """A text's name: `body/items/0/title`, as a JSON Pointer writes the way to it."""
    return "/".join(("body", *(str(key).replace("~", "~0").replace("/", "~1") for key in path)))


def _walk(body: Any) -> Iterator[tuple[Path, Any]]:
    pending: list[tuple[Path, Any]] = [((), body)]
    while pending:
        path, value = pending.pop()
        yield path, value
        below = value.items() if isinstance(value, Mapping) else _numbered(value)
        pending += reversed([((*path, key), child) for key, child in below])


def _numbered(value: Any) -> Iterator[tuple[int, Any]]:
    return iter(enumerate(value) if isinstance(value, list) else ())


def _filled(value: Any, rendered: Mapping[str, str], path: Path = ()) -> Any:
    """Recursive: the reader of YAML has bounded the nesting."""
    if isinstance(value, str):
        return rendered.get(name(path), value) if is_template(value) else value
    if isinstance(value, dict):
        return {key: _filled(child, rendered, (*path, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [_filled(child, rendered, (*path, index)) for index, child in enumerate(value)]
    return value
