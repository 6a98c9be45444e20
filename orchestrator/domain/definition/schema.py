"""The JSON Schema (2020-12) of a journey file, for editors: made of the step kinds that are registered.

It is a little more generous than the parser: sums, names that lead nowhere and the like only the parser sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orchestrator.domain.definition.fields import (
    CLOCK_PATTERN,
    DURATION_PATTERN,
    EVENT_PATTERN,
    KEY_PATTERN,
    NESTED,
    PERCENT_PATTERN,
)
from orchestrator.domain.definition.rule_schema import rule_definitions
from orchestrator.sdk import ConditionKind, StepKind

Schema = dict[str, Any]


def text(pattern: str) -> Schema:
    """A text of a pattern."""
    return {"type": "string", "pattern": pattern}


def ref(name: str) -> Schema:
    """A reference to one of the shared definitions."""
    return {"$ref": f"#/$defs/{name}"}


def closed(properties: Schema, required: Iterable[str] = ()) -> Schema:
    """A mapping with these fields and no others."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {})


def journey_schema(
    kinds: Mapping[str, StepKind[Any]], conditions: Mapping[str, ConditionKind] | None = None
) -> Schema:
    """The schema of a journey file with these step kinds and conditions."""
    definitions: Schema = {
        "key": text(KEY_PATTERN),
        "event": text(EVENT_PATTERN),
        "duration": text(DURATION_PATTERN),
        "percent": text(PERCENT_PATTERN),
        "clock": text(CLOCK_PATTERN),
        **rule_definitions(conditions or {}),
        **_trigger_definitions(),
        "steps": {"type": "array", "items": ref("step"), "maxItems": 500},
        "step": {"anyOf": [ref(f"step.{name}") for name in kinds]},
    }
    for kind in kinds.values():
        definitions |= _step_definitions(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Journey",
        **closed(_fields(), ("journey", "entry", "steps")),
        "$defs": definitions,
    }


def _fields() -> Schema:
    title = {"type": "string", "minLength": 1, "maxLength": 200}
    language = {"^[a-z]{2,3}(-[A-Z]{2})?$": title}
    return {
        "journey": ref("key"),
        "title": {
            "anyOf": [title, {"type": "object", "patternProperties": language, "additionalProperties": False}]
        },
        "brand": ref("key"),
        "purpose": {"enum": ["marketing", "transactional"]},
        "topic": ref("key"),
        "priority": {"type": "integer", "minimum": 0, "maximum": 100},
        "expires": ref("duration"),
        "on_cap": {"enum": ["hold", "skip", "fallback"]},
        "catch_up": text("^(send|skip +after +[0-9]+ +[a-z]+)$"),
        "entry": ref("entry"),
        "goal": closed({"event": ref("event"), "where": ref("where"), "within": ref("duration")}, ["event"]),
        "exit_when": {"type": "array", "items": ref("rule")},
        "holdout": ref("percent"),
        "steps": {**ref("steps"), "minItems": 1},
    }


def _trigger_definitions() -> Schema:
    number = {"type": "number", "exclusiveMinimum": 0}
    counts = {"type": "array", "minItems": 1, "maxItems": 50, "items": {**number, "type": "integer"}}
    sums = {"type": "array", "minItems": 1, "maxItems": 50, "items": number}
    rearm = text("^(never|below [0-9]+(\\.[0-9]{1,2})?|per (day|week|month|year))$")
    milestone = closed(
        {"event": ref("event"), "count": counts, "sum": sums, "rearm": rearm, "as": ref("key")}, ["event"]
    )
    date = {
        "attribute": ref("key"),
        "anniversary_of": ref("event"),
        "at": ref("clock"),
        "leap": {"enum": ["feb28", "mar1"]},
        "offset": text("^[+-]?[0-9]{1,3} (day|week)s?$"),
        "as": ref("key"),
    }
    event = closed({"name": ref("event"), "where": ref("where")}, ["name"])
    triggers = {
        "event": {"anyOf": [ref("event"), event]},
        "inactive": closed({"event": ref("event"), "for": ref("duration")}, ["event", "for"]),
        "milestone": {**milestone, "oneOf": [{"required": ["count"]}, {"required": ["sum"]}]},
        "replenishment": _replenishment(),
        "date": {**closed(date), "oneOf": [{"required": ["attribute"]}, {"required": ["anniversary_of"]}]},
    }
    triggers |= _launches()
    several = {"type": "array", "minItems": 1, "maxItems": 20, "items": ref("trigger")}
    again = text("^(never|always|after exit|after [0-9]+ +[a-z]+|per [A-Za-z_][A-Za-z0-9_]*)$")
    rest = {"only_if": ref("rule"), "again": again, "grace": ref("duration"), "limit": _limit()}
    return {
        "trigger": {**closed(triggers), "minProperties": 1, "maxProperties": 1},
        "entry": {
            **closed({**triggers, "any_of": several, **rest}),
            "oneOf": [{"required": [name]} for name in (*triggers, "any_of")],
        },
    }


def _limit() -> Schema:
    rate = text("^ *[0-9]{1,9} +per +(day|week|month|[0-9]+ +[A-Za-z]+) *$")
    over = text("^ *(refuse|wait|wait +[0-9]+ +[A-Za-z]+) *$")
    at_once = {"type": "integer", "minimum": 1, "maximum": 10_000_000}
    limits = closed({"entries": rate, "at_once": at_once, "per_customer": rate, "over": over})
    return {**limits, "anyOf": [{"required": [name]} for name in ("entries", "at_once", "per_customer")]}


def _replenishment() -> Schema:
    days = text("^[0-9]{1,10} +(day|week)s?$")
    name, at = text("^[A-Za-z_][A-Za-z0-9_]{0,62}$"), ref("clock")
    fields = {"event": ref("event"), "by": name, "where": ref("where"), "before": days, "at": at}
    return closed({**fields, "as": ref("key")}, ["event"])


def _launches() -> Schema:
    """Ways in that are not an event of one person."""
    day, zone = text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), {"type": "string"}
    who = {"segment": ref("key"), "who": ref("rule"), "except": ref("rule")}
    rates = closed({"complaints": ref("percent"), "bounces": ref("percent")})
    shares = {"type": "array", "minItems": 1, "maxItems": 20, "items": ref("percent")}
    pace = closed({"waves": shares, "every": ref("duration"), "stop_if": rates}, ["waves", "every"])
    moment = text("^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]$")
    audience = closed({**who, "at": moment, "zone": zone, "pace": pace, "as": ref("key")}, ["at"])
    days = {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1, "maximum": 31}]}
    on = {"anyOf": [days, {"type": "array", "minItems": 1, "items": days}]}
    every = text("^([0-9]{1,2} )?(day|week|month)s?$")
    times = {"every": every, "on": on, "at": ref("clock"), "from": day, "until": day, "zone": zone}
    door = closed({"enters": ref("key"), "leaves": ref("key")})
    call = closed({"name": ref("key"), "requires": {"type": "array", "items": {"type": "string"}}}, ["name"])
    return {
        "segment": {**door, "minProperties": 1, "maxProperties": 1},
        "audience": {**audience, "anyOf": [{"required": ["segment"]}, {"required": ["who"]}]},
        "schedule": closed({**who, **times, "as": ref("key")}, ["every"]),
        "api": {"anyOf": [ref("key"), call]},
    }


def _step_definitions(kind: StepKind[Any]) -> Schema:
    """A step kind's own schema: its head stands under its name, its models under names of their own."""
    prefix = f"step.{kind.name}"
    params = kind.Params.model_json_schema(ref_template=f"#/$defs/{prefix}.{{model}}")
    answer: Schema = {f"{prefix}.{name}": _linked(model) for name, model in params.get("$defs", {}).items()}
    properties = {name: _linked(field) for name, field in params.get("properties", {}).items()}
    required = [name for name in params.get("required", []) if name != kind.head]
    head = properties.pop(kind.head, {})
    if kind.head not in params.get("required", []):
        head = {"anyOf": [head, {"type": "null"}]}
    step = closed({kind.name: head, "id": ref("key"), **properties}, [kind.name, *required])
    return answer | {prefix: step | {"title": kind.title or kind.name}}


def _linked(schema: Any) -> Any:
    """Put the shared definitions where fields point at them. `oneOf` is loosened: two forms may both fit."""
    if isinstance(schema, list):
        return [_linked(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if NESTED in schema:
        return ref(schema[NESTED])
    loose = {("anyOf" if name == "oneOf" else name): part for name, part in schema.items()}
    return {name: _linked(part) for name, part in loose.items() if name != "discriminator"}
