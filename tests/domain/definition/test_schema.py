"""The JSON Schema of a journey: what the parser takes it takes, and it stops the common slips in the editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
from hypothesis import given, settings

from orchestrator.domain.definition import journey_schema
from orchestrator.journeys import yaml
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.sdk import ConditionKind
from tests.generated import journeys

KINDS = {kind.name: kind for kind in STEP_KINDS}
TEXT = (Path(__file__).parent / "reactivation.yaml").read_text(encoding="utf-8")


class BigSpender(ConditionKind):
    name: ClassVar[str] = "big_spender"

    def expand(self, value: Any) -> dict[str, Any]:
        return {"event": "order.placed", "sum": {"at_least": value}}


SCHEMA = journey_schema(KINDS, {"big_spender": BigSpender()})
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_whole_example_is_valid():
    assert list(VALIDATOR.iter_errors(yaml.read(TEXT).plain())) == []


@settings(max_examples=40, deadline=None)
@given(journeys)
def test_what_parses_is_valid(plain: dict[str, Any]):
    assert list(VALIDATOR.iter_errors(plain)) == []


def made(step: Any = None, **fields: Any) -> dict[str, Any]:
    return {"journey": "j", "entry": {"event": "a.b"}, "steps": [step or {"exit": True}], **fields}


@pytest.mark.parametrize(
    "journey",
    [
        made(),
        made({"exit": None}),
        made({"exit": "bored", "id": "out"}),
        made({"wait": "2 days", "until": "09:00"}),
        made({"wait_until": {"big_spender": 5}, "at_most": "3 days"}),
        made({"wait_until": {"event": "a.b", "of": "x", "where": {"n": {"above": 3}}}, "at_most": "3 days"}),
        made(
            entry={
                "any_of": [{"date": {"attribute": "birthday"}}, {"event": {"name": "a.b"}}],
                "again": "per key",
            }
        ),
        made(entry={"milestone": {"event": "a.b", "sum": [10.5, 20]}}),
        made(catch_up="send"),
        made(catch_up="skip after 2 days"),
        made(title={"en": "Hello", "pl": "Cześć"}, holdout="12.5%", expires="1 hour", brand="main"),
    ],
)
def test_valid_journeys(journey: dict[str, Any]):
    assert list(VALIDATOR.iter_errors(journey)) == []


@pytest.mark.parametrize(
    "journey",
    [
        {"journey": "j", "steps": [{"exit": True}]},
        made(priority=101),
        made(catch_up="skip"),
        made(titel="x"),
        made(journey="Hello!"),
        made(steps=[]),
        made(entry={"event": "a.b", "inactive": {"event": "a.b", "for": "2 days"}}),
        made(entry={"milestone": {"event": "a.b"}}),
        made(entry={"event": "a.b", "again": "sometimes"}),
        made({"wiat": "2 days"}),
        made({"wait": "soon"}),
        made({"wait": 2}),
        made({"wait": None}),
        made({"wait_until": {"event": "a.b"}}),
        made({"send": "a", "vai": ["sms"]}),
        made({"send": "a", "id": "../x"}),
        made({"split": {"a": {"share": 0.5, "steps": []}}}),
        made({"choose": []}),
        made({"choose": [{"when": {"attribute": "a", "matches": "(a+)+$"}, "then": []}]}),
        made({"choose": [{"when": {"attribute": "a", "above": "x"}, "then": []}]}),
        made({"choose": [{"when": {"segment": "a"}, "then": [{"nap": 1}]}]}),
    ],
)
def test_broken_journeys(journey: dict[str, Any]):
    assert list(VALIDATOR.iter_errors(journey)) != []
