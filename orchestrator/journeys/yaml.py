"""The two doors of YAML files: `read` them into trees, and `format` a journey so that each step has its id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.domain.definition import Definition, DefinitionError, Node, Problem, Step, parse
from orchestrator.journeys.yaml_reader import Span, compose, read
from orchestrator.sdk import ConditionKind, StepKind

__all__ = ["format", "read"]

BOM = "\ufeff"


def format(  # noqa: A001 - the verb this door is known by
    text: str,
    kinds: Mapping[str, StepKind[Any]],
    conditions: Mapping[str, ConditionKind] | None = None,
    *,
    file: str = "",
) -> str:
    """Write an id into each step that has none; every other character stays as it is.

    The text comes back unchanged if nothing is missing. Raises DefinitionError for a file that cannot be read.
    """
    body = text.removeprefix(BOM)
    tree, spans = compose(body, file)
    definition = parse(tree, kinds, conditions, file=file)
    if not definition.missing_ids:
        return text
    written = body
    steps = [definition.step(step_id) for step_id in definition.missing_ids]
    inserts = [insert for step in steps for insert in _inserts(body, step, tree, spans)]
    for index, words in sorted(inserts, reverse=True):
        written = written[:index] + words + written[index:]
    _confirm(written, definition, tree, file)
    return text[: len(text) - len(body)] + written


def _inserts(text: str, step: Step, tree: Node, spans: Mapping[int, Span]) -> Iterator[tuple[int, str]]:
    """Where to write what: after the step's head where that fits on a line, else before its first key."""
    node = tree.at(step.path)
    head = node.at((step.kind.name,))
    span, head_span = spans[id(node)], spans[id(head)]
    words = f"id: {step.id}"
    if span.flow:
        yield from _in_brackets(text, span, head_span, words)
    elif head_span.flow and head_span.end > head_span.start:
        indent = " " * (node.column - 1)
        yield _after_line(text, head_span.end, indent + words)
    else:
        yield span.start, f"{words}{_newline(text, span.start)}{' ' * (node.column - 1)}"


def _in_brackets(text: str, span: Span, head: Span, words: str) -> Iterator[tuple[int, str]]:
    """`{send: x}` becomes `{send: x, id: …}`; the single pair of `[send: x]` gets its braces."""
    if text[span.start] != "{":
        yield span.start, f"{{{words}, "
        yield span.end, "}"
    elif head.end > head.start:
        yield head.end, f", {words}"
    else:
        yield span.start + 1, f"{words}, "


def _after_line(text: str, index: int, line: str) -> tuple[int, str]:
    """A new line below the one that `index` stands in."""
    end = text.find("\n", index)
    newline = _newline(text, index)
    return (len(text), newline + line) if end < 0 else (end + 1, line + newline)


def _newline(text: str, index: int) -> str:
    """The line ending in use at `index`; of the line before, in the last one."""
    end = text.find("\n", index)
    end = text.rfind("\n") if end < 0 else end
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def _confirm(written: str, definition: Definition, tree: Node, file: str) -> None:
    """Read what was written: it must be the same journey, with ids. Costs a second reading; a slip costs a journey."""
    wanted = tree.plain()
    for step_id in definition.missing_ids:
        step: Any = wanted
        for key in definition.step(step_id).path:
            step = step[key]
        step["id"] = step_id
    try:
        same = read(written, file).plain() == wanted
    except DefinitionError:
        same = False
    if not same:
        line = definition.step(definition.missing_ids[0]).line
        what = "the ids cannot be written into a file laid out like this"
        raise DefinitionError([Problem((), line, 1, "no_id", what, "Write an `id` into each step.", file)])
