"""What can be written in a step, as inputs of a panel: made of its kind's JSON Schema, plugins' kinds alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.domain.definition.arms import schema_of
from orchestrator.domain.definition.fields import NESTED
from orchestrator.sdk import StepKind
from orchestrator.studio import canvas_words

Schema = Mapping[str, Any]


def inputs_of(kind: StepKind[Any]) -> list[dict[str, Any]]:
    """The fields of a step in the schema's order, the head first; its arms are no fields."""
    schema = schema_of(kind.Params)
    models, required = schema.get("$defs", {}), schema.get("required", ())
    answer = []
    for name, field in schema.get("properties", {}).items():
        shapes = [one for one in _shapes(field, models) if not _has_steps(one, models)]
        if shapes:
            key = kind.name if name == kind.head else name
            answer.append(_input(key, shapes, field, name in required and name != "id"))
    return sorted(answer, key=lambda one: one["name"] != kind.name)


def grows_of(kind: StepKind[Any]) -> dict[str, Any] | None:
    """Where arms can be added: the field, whether it is a list or a mapping, and the fields of one arm."""
    schema = schema_of(kind.Params)
    models = schema.get("$defs", {})
    for name, field in schema.get("properties", {}).items():
        for shape in _shapes(field, models):
            for how, part in (("list", shape.get("items")), ("mapping", shape.get("additionalProperties"))):
                for model in _shapes(part, models) if isinstance(part, dict) and NESTED not in shape else ():
                    if "properties" in model and _has_steps(model, models):
                        return _grown(kind.name if name == kind.head else name, how, model, models)
    return None


def _grown(name: str, how: str, model: Schema, models: Schema) -> dict[str, Any]:
    inputs, steps = [], ""
    for key, field in model["properties"].items():
        shapes = list(_shapes(field, models))
        if any(one.get(NESTED) == "steps" for one in shapes):
            steps = key
        else:
            inputs.append(_input(key, shapes, field, key in model.get("required", ())))
    return {"field": name, "how": how, "steps": steps, "inputs": inputs}


def _shapes(schema: Any, models: Schema) -> Iterator[Schema]:
    """The forms a value may take, references followed; null is none."""
    if not isinstance(schema, Mapping) or schema.get("type") == "null":
        return
    parts = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())]
    if "$ref" in schema:
        parts.append(models.get(schema["$ref"].rsplit("/", 1)[-1]))
    if not parts:
        yield schema
    for part in parts:
        yield from _shapes(part, models)


def _has_steps(schema: Any, models: Schema, depth: int = 0) -> bool:
    if depth > 6:
        return False
    if isinstance(schema, Mapping):
        if schema.get(NESTED) == "steps":
            return True
        if "$ref" in schema:
            return _has_steps(models.get(schema["$ref"].rsplit("/", 1)[-1]), models, depth + 1)
        return any(_has_steps(part, models, depth + 1) for part in schema.values())
    return isinstance(schema, list) and any(_has_steps(part, models, depth + 1) for part in schema)


def _input(name: str, shapes: list[Schema], field: Schema, required: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "label": canvas_words.field(name), "required": required}
    help_ = field.get("description") or (shapes[0].get("description") if len(shapes) == 1 else "")
    told["help"] = str(help_ or "")
    choices = [str(one) for shape in shapes for one in (*shape.get("enum", ()), *_const(shape))]
    types = {str(shape.get("type", "")) for shape in shapes}
    if choices and all("enum" in shape or "const" in shape for shape in shapes):
        return told | {"as": "choice", "choices": choices}
    if types == {"boolean"}:
        return told | {"as": "flag"}
    if types <= {"integer", "number"}:
        bounds = {word: shape[word] for shape in shapes for word in ("minimum", "maximum") if word in shape}
        return told | {"as": "number", **bounds}
    if types == {"string"}:
        return told | {"as": "text"}
    if types == {"array"} and all(_shape_of_words(shape) for shape in shapes):
        return told | {"as": "words", "choices": [str(one) for one in shapes[0]["items"].get("enum", ())]}
    asks = any(shape.get(NESTED) == "rule" for shape in shapes)
    return told | {"as": "yaml"} | ({"form": "rule"} if asks else {})


def _const(shape: Schema) -> tuple[Any, ...]:
    return (shape["const"],) if "const" in shape else ()


def _shape_of_words(shape: Schema) -> bool:
    items = shape.get("items")
    return isinstance(items, Mapping) and items.get("type") == "string"
