"""The leaf `score`: read, said, written back, and every mistake in it named."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from orchestrator.domain.definition import DefinitionError, read_rule
from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.rule_schema import rule_definitions
from orchestrator.domain.definition.rules import AllOf, Rule
from orchestrator.domain.definition.score_rules import ScoreIs, ScoreRanked
from orchestrator.domain.scores.names import KNOWN

SCHEMA = {"$ref": "#/$defs/rule", "$defs": rule_definitions({}) | {"key": {}, "event": {}, "duration": {}}}
READ: list[tuple[dict[str, Any], Rule, str]] = [
    (
        {"score": "rfm_group", "in": ["champions", "loyal"]},
        ScoreIs(Comparison("rfm_group", "in", ("champions", "loyal"))),
        "score rfm_group is one of champions, loyal",
    ),
    (
        {"score": "p_alive", "below": 0.3},
        ScoreIs(Comparison("p_alive", "below", 0.3)),
        "score p_alive is below 0.3",
    ),
    ({"score": "clv", "top": "10%"}, ScoreRanked("clv", "top", 10), "score clv is in the top 10%"),
    (
        {"score": "days_since_order", "above": 30, "at_most": 90},
        AllOf(
            (
                ScoreIs(Comparison("days_since_order", "above", 30)),
                ScoreIs(Comparison("days_since_order", "at_most", 90)),
            )
        ),
        "score days_since_order is above 30 and score days_since_order is at most 90",
    ),
]


@pytest.mark.parametrize(("plain", "rule", "sentence"), READ)
def test_it_is_read_said_and_written_back(plain: dict[str, Any], rule: Rule, sentence: str) -> None:
    assert read_rule(plain) == rule
    assert rule.sentence() == sentence
    assert read_rule(rule.plain()) == rule
    jsonschema.validate(plain, SCHEMA)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"score": "rfm_grup", "is": "champions"}, "there is no score `rfm_grup`. Did you mean `rfm_group`?"),
    ({"score": 5, "is": 5}, "there is no score `5`."),
    (
        {"score": "rfm_group", "is": "champion"},
        "the score `rfm_group` is never `champion`. Did you mean `champions`?",
    ),
    ({"score": "rfm_group", "above": 3}, "`above` has no meaning for the score `rfm_group`."),
    ({"score": "p_alive", "is": "high"}, "the score `p_alive` is a number, and this is none."),
    ({"score": "last_order_on", "is": "2026-01-01"}, "`is` has no meaning for the score `last_order_on`."),
    ({"score": "clv", "top": "0%"}, "`0%` is not a share. Write whole percent"),
    ({"score": "clv", "top": 10}, "`10` is not a share."),
    ({"score": "stage", "top": "10%"}, "`stage` has no top."),
    ({"score": "clv", "top": "10%", "above": 5}, "together say two things of one score"),
    ({"score": "clv"}, "nothing is asked of `clv`"),
]


@pytest.mark.parametrize(("plain", "words"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_said_and_how_to_mend_it(plain: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_rule(plain)
    (problem,) = caught.value.problems
    assert words in f"{problem.what}. {problem.mend}"


def test_the_schema_knows_no_other_score_and_no_share_of_what_has_none() -> None:
    for plain in (
        {"score": "rfm_grup", "is": "x"},
        {"score": "stage", "top": "10%"},
        {"score": "clv", "top": "0%"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plain, SCHEMA)
    assert len(KNOWN) == 25
