"""The rule language as JSON Schema definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.domain.definition.comparison_parser import BOUNDS
from orchestrator.domain.definition.comparisons import NUMERIC, OPERATORS
from orchestrator.domain.definition.score_parser import ENDS
from orchestrator.domain.scores.names import KNOWN, RANKED
from orchestrator.sdk import ConditionKind

Schema = dict[str, Any]


def rule_definitions(conditions: Mapping[str, ConditionKind]) -> Schema:
    """`rule`, `where` and `bounds`; a registered condition takes any value."""
    operators = {op: _operand(op) for op in OPERATORS}
    comparison = _closed(operators) | {"minProperties": 1}
    return {
        "rule": {"anyOf": [*_rules(operators), *(_closed({name: {}}, name) for name in conditions)]},
        "where": {"type": "object", "additionalProperties": {"anyOf": [_scalar(), comparison]}},
        "bounds": {
            "anyOf": [_positive(), _closed(dict.fromkeys(BOUNDS, _positive())) | {"minProperties": 1}]
        },
    }


def _rules(operators: Schema) -> list[Schema]:
    rule, key, duration = _ref("rule"), _ref("key"), _ref("duration")
    rules = {"type": "array", "minItems": 1, "items": rule}
    happened = {
        "event": _ref("event"),
        "where": _ref("where"),
        "within": duration,
        "count": _ref("bounds"),
        "sum": _ref("bounds"),
        "since": {"const": "entry"},
        "of": key,
    }
    received = _closed({"journey": key, "step": key, "within": duration}) | {"minProperties": 1}
    consent = _closed({"channel": key, "purpose": {"enum": ["marketing", "transactional"]}}, "channel")
    return [
        _closed({"all": rules}, "all"),
        _closed({"any": rules}, "any"),
        _closed({"not": rule}, "not"),
        _closed({"attribute": key, **operators}, "attribute") | {"minProperties": 2},
        _closed(happened, "event"),
        _closed({"received": received}, "received"),
        _closed({"consent": {"anyOf": [key, consent]}}, "consent"),
        _closed({"segment": key}, "segment"),
        _closed({"score": {"enum": list(KNOWN)}, **operators}, "score") | {"minProperties": 2},
        *(_closed({"score": {"enum": list(RANKED)}, end: _share()}, "score", end) for end in ENDS),
        _closed({"entered_by": {"anyOf": [key, _ref("event")]}}, "entered_by"),
    ]


def _operand(op: str) -> Schema:
    if op in ("in", "not_in"):
        return {"type": "array", "minItems": 1, "maxItems": 1000, "items": _scalar()}
    if op in NUMERIC:
        return {"type": "number"}
    if op in ("before", "after"):
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    return {"contains": {"type": "string"}, "exists": {"type": "boolean"}}.get(op, _scalar())


def _scalar() -> Schema:
    return {"type": ["string", "number", "boolean"]}


def _share() -> Schema:
    return {"type": "string", "pattern": "^[1-9][0-9]? ?%$"}


def _positive() -> Schema:
    return {"type": "number", "minimum": 0}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _closed(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": list(required),
    }
