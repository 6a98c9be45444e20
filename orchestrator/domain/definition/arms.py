"""Where a step's arms stand in what is written of it, also while it is not yet right: found by its kind's own schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from orchestrator.domain.definition.fields import NESTED
from orchestrator.domain.definition.tree import Node
from orchestrator.sdk import Path, StepKind, StepParams


@dataclass(frozen=True, slots=True)
class Arm:
    """A list of steps below a step: the path from the step to it, and whether it is written."""

    path: Path
    written: bool


def kind_of(step: Node, kinds: Mapping[str, StepKind[Any]]) -> StepKind[Any] | None:
    """The kind of a step: the one key that is a kind's name; None where there is none, or more than one."""
    words = [key for key in step.value if key in kinds] if isinstance(step.value, dict) else []
    return kinds[words[0]] if len(words) == 1 else None


def arms_of(step: Node, kind: StepKind[Any]) -> tuple[Arm, ...]:
    """The step's arms in the order of its fields, with those that could be written right below it."""
    schema = schema_of(kind.Params)
    found: dict[Path, Arm] = {}
    for name, field in schema.get("properties", {}).items():
        key = kind.name if name == kind.head else name
        child = step.child(key)
        if child is None or child.value is None:
            if _is_steps(field):
                found[(key,)] = Arm((key,), False)
            continue
        for path in _lists(field, schema.get("$defs", {}), child, (key,)):
            found[path] = Arm(path, True)
    return tuple(found.values())


@cache
def schema_of(params: type[StepParams]) -> dict[str, Any]:
    """The JSON Schema of a kind's params."""
    return params.model_json_schema()


def _is_steps(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get(NESTED) == "steps"


def _lists(schema: Any, models: Mapping[str, Any], node: Node, path: Path) -> Iterator[Path]:
    """Paths of all lists of steps that the schema allows below a value. Bounded: it goes down with the value."""
    if not isinstance(schema, dict):
        return
    if _is_steps(schema):
        yield path
        return
    if "$ref" in schema:
        yield from _lists(models.get(schema["$ref"].rsplit("/", 1)[-1]), models, node, path)
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            yield from _lists(part, models, node, path)
    if isinstance(node.value, dict):
        named = schema.get("properties", {})
        others = [schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
        for key, child in node.value.items():
            for part in [named[key]] if key in named else others:
                yield from _lists(part, models, child, (*path, key))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from _lists(schema.get("items"), models, child, (*path, index))


def walk_steps(
    steps: Node | None, kinds: Mapping[str, StepKind[Any]], path: Path = ("steps",)
) -> Iterator[tuple[Path, Node, StepKind[Any] | None]]:
    """Every step of a tree in written order, with its path and kind, whatever else is wrong with it."""
    for index, step in enumerate(steps.value if steps is not None and isinstance(steps.value, list) else ()):
        here, kind = (*path, index), kind_of(step, kinds)
        yield here, step, kind
        for arm in arms_of(step, kind) if kind is not None else ():
            if arm.written:
                yield from walk_steps(step.at(arm.path), kinds, (*here, *arm.path))
