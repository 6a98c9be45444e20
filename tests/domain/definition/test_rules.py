"""The rule language: what is written, what it means, what it is called, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

import pytest

from orchestrator.domain.definition import DefinitionError, read_rule
from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.rules import (
    AllOf,
    AnyOf,
    AttributeIs,
    Consented,
    EnteredBy,
    Happened,
    InSegment,
    Not,
    Received,
)
from orchestrator.domain.durations import Duration, Unit
from orchestrator.sdk import ConditionKind

GOLD = AttributeIs(Comparison("tier", "is", "gold"))


@pytest.mark.parametrize(
    ("written", "rule", "sentence"),
    [
        ({"attribute": "tier", "is": "gold"}, GOLD, "tier is gold"),
        (
            {"attribute": "tier", "not_in": ["gold", "silver"]},
            AttributeIs(Comparison("tier", "not_in", ("gold", "silver"))),
            "tier is none of gold, silver",
        ),
        (
            {"attribute": "born", "before": "2000-02-29"},
            AttributeIs(Comparison("born", "before", date(2000, 2, 29))),
            "born is before 2000-02-29",
        ),
        (
            {"attribute": "vip", "exists": False},
            AttributeIs(Comparison("vip", "exists", False)),
            "vip is not known",
        ),
        (
            {"attribute": "points", "at_least": 100, "below": 500},
            AllOf(
                (
                    AttributeIs(Comparison("points", "at_least", 100)),
                    AttributeIs(Comparison("points", "below", 500)),
                )
            ),
            "points is at least 100 and points is below 500",
        ),
        ({"consent": "email"}, Consented("email", "marketing"), "consented to marketing by email"),
        (
            {"consent": {"channel": "sms", "purpose": "transactional"}},
            Consented("sms", "transactional"),
            "consented to transactional by sms",
        ),
        ({"segment": "vip"}, InSegment("vip"), "is in segment vip"),
        ({"entered_by": "birthday"}, EnteredBy("birthday"), "entered by birthday"),
        (
            {"received": {"journey": "onboarding", "step": "hello", "within": "7 days"}},
            Received("onboarding", "hello", Duration(7, Unit.DAY)),
            "received a message of journey onboarding of step hello in the last 7 days",
        ),
        ({"event": "order.placed"}, Happened("order.placed"), "order.placed happened"),
        (
            {
                "event": "order.placed",
                "within": "30 days",
                "where": {"category": "shoes", "total": {"above": 10}},
                "count": {"at_least": 2},
                "sum": {"at_least": 500},
                "since": "entry",
                "of": "hello",
            },
            Happened(
                "order.placed",
                (Comparison("category", "is", "shoes"), Comparison("total", "above", 10)),
                Duration(30, Unit.DAY),
                (Comparison("count", "at_least", 2),),
                (Comparison("sum", "at_least", 500),),
                True,
                "hello",
            ),
            "order.placed happened at least 2 times with amounts adding up to at least 500 in the last 30 days "
            "since entry for the message of step hello (where category is shoes and total is above 10)",
        ),
        (
            {"event": "order.placed", "count": 1},
            Happened("order.placed", count=(Comparison("count", "is", 1),)),
            "order.placed happened exactly 1 time",
        ),
        (
            {"all": [{"segment": "a"}, {"any": [{"segment": "b"}, {"not": {"segment": "c"}}]}]},
            AllOf((InSegment("a"), AnyOf((InSegment("b"), Not(InSegment("c")))))),
            "is in segment a and (is in segment b or not (is in segment c))",
        ),
    ],
)
def test_a_rule_is_read_said_in_words_and_written_back(written: dict[str, Any], rule: Any, sentence: str):
    read = read_rule(written, inside="enrollment")
    assert read == rule
    assert read.sentence() == sentence
    again = read_rule(read.plain(), inside="enrollment")
    assert again == read
    assert again.key == read.key
    assert hash(again) == hash(read)


def test_the_key_of_a_rule_stays_the_same_for_ever():
    assert GOLD.key == "5c8e74e94108c338b26dda717cd5ac9e"


def test_spellings_of_one_rule_share_a_key_and_other_rules_do_not():
    short = read_rule({"event": "a.b", "where": {"x": 1, "y": 2}})
    long = read_rule({"event": "a.b", "where": {"y": {"is": 2.0}, "x": {"is": 1}}})
    assert short == long
    assert short.key == long.key
    yes, one = read_rule({"attribute": "a", "is": True}), read_rule({"attribute": "a", "is": 1})
    assert yes != one
    assert yes.key != one.key
    assert len({yes, one, short, long}) == 3


def test_leaves_are_all_facts_in_written_order():
    rule = read_rule({"any": [{"segment": "a"}, {"not": {"all": [{"segment": "b"}, {"consent": "sms"}]}}]})
    assert list(rule.leaves()) == [InSegment("a"), InSegment("b"), Consented("sms")]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            3,
            "a rule must be a mapping, not `3`. Use `all`, `any`, `not`, `attribute`, `event`, `received`, `consent`, "
            "`segment`, `score` or `entered_by`.",
        ),
        (
            {},
            "a rule is empty. Use `all`, `any`, `not`, `attribute`, `event`, `received`, `consent`, `segment`, "
            "`score` or `entered_by`.",
        ),
        ({"segmnt": "a"}, "segmnt: there is no rule `segmnt`. Did you mean `segment`?"),
        (
            {"segment": "a", "consent": "sms"},
            "a rule says one thing, and this says `segment` and `consent`. Put them in a list under `all` or `any`.",
        ),
        ({"all": []}, "all: `all` has no rules in its list. Write at least one."),
        ({"any": 5}, "any: `any` must be a list, not `5`."),
        (
            {"attribute": "a"},
            "nothing is asked of `a`. Add `is`, `is_not`, `in`, `not_in`, `above`, `below`, `at_least`, `at_most`, "
            "`contains`, `before`, `after` or `exists`.",
        ),
        ({"attribute": "a", "iss": 1}, "iss: `iss` is not a comparison. Did you mean `is`?"),
        (
            {"attribute": "a", "above": "x"},
            "above: `above` compares numbers, and `x` is not a number. "
            "Write a number, or use `before` and `after` for dates.",
        ),
        (
            {"attribute": "a", "above": True},
            "above: `above` compares numbers, and `true` is not a number. "
            "Write a number, or use `before` and `after` for dates.",
        ),
        (
            {"attribute": "a", "in": [1, "x"]},
            "in: `in` mixes texts and numbers. Put the numbers in quotes if they are texts.",
        ),
        (
            {"attribute": "a", "in": []},
            "in: `in` has no values. Write 1 to 1000; make a segment of a longer list.",
        ),
        (
            {"attribute": "a", "is": None},
            "is: `is` compares with one value, not nothing. Use `exists: false`.",
        ),
        ({"attribute": "a", "exists": "yes"}, "exists: `exists` takes `true` or `false`, not `yes`."),
        (
            {"attribute": "a", "after": "31/02/2026"},
            "after: `after` compares dates, and `31/02/2026` is not a date. Write it like `2026-05-31`.",
        ),
        (
            {"attribute": "a", "before": "2026-02-29"},
            "before: `before` compares dates, and `2026-02-29` is not a date. Write it like `2026-05-31`.",
        ),
        ({"attribute": "a", "is": float("nan")}, "is: `nan` is not a number that can be compared."),
        (
            {"attribute": "a", "contains": 5},
            "contains: `contains` looks for text, and `5` is not text. Put it in quotes.",
        ),
        (
            {"event": "a.b", "count": {"at_least": 1.5}},
            "count.at_least: `1.5` cannot be a `count`. Use a whole number of 0 or more.",
        ),
        (
            {"event": "a.b", "count": {"is_not": 1}},
            "count.is_not: `is_not` is not a comparison. Use `is`, `above`, `below`, `at_least` or `at_most`.",
        ),
        ({"event": "a.b", "where": ["x"]}, "where: `where` must be a mapping, not a list."),
        (
            {"event": "a.b", "where": {"a b": 1}},
            "where.a b: `a b` cannot be a property's name. Use letters, digits and `_`.",
        ),
        (
            {"event": "a.b", "withn": "2 days"},
            "withn: `withn` is not a field of an event rule. Did you mean `within`?",
        ),
        ({"received": {}}, "received: `received` asks for nothing. Give a journey, a step or `within`."),
        (
            {"received": {"step": "hello"}},
            "received: `received` needs the `journey` of its `step`. Add `journey`.",
        ),
        (
            {"entered_by": "x"},
            "entered_by: `entered_by` has a meaning only in the steps, goal or exits of a journey. Leave it out here.",
        ),
    ],
)
def test_a_bad_rule(written: Any, said: str):
    with pytest.raises(DefinitionError) as caught:
        read_rule(written)
    assert str(caught.value) == f"definition: {said}"


class BigSpender(ConditionKind):
    name: ClassVar[str] = "big_spender"

    def expand(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, int):
            raise ValueError("write the amount, like 500")
        return {"event": "order.placed", "sum": {"at_least": value}}


class Endless(ConditionKind):
    name: ClassVar[str] = "endless"

    def expand(self, value: Any) -> Mapping[str, Any]:
        return {"not": {"endless": value}}


class Broken(ConditionKind):
    name: ClassVar[str] = "broken"

    def expand(self, value: Any) -> Mapping[str, Any]:
        return {"segment": {1, 2}} if value else {}["no"]


CONDITIONS: dict[str, ConditionKind] = {kind.name: kind for kind in (BigSpender(), Endless(), Broken())}


def test_a_plugins_word_is_spelled_out():
    rule = read_rule({"not": {"big_spender": 500}}, CONDITIONS)
    assert rule == Not(Happened("order.placed", total=(Comparison("sum", "at_least", 500),)))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"big_spender": "a lot"}, "big_spender: `big_spender`: write the amount, like 500."),
        (
            {"big_spender": 5, "within": "2 days"},
            "within: `within` is not a field of `big_spender`. Known here: `big_spender`.",
        ),
        (
            {"endless": 1},
            "endless" + ".not.endless" * 10 + ": `endless` expands more than 10 times. Mend its plugin.",
        ),
        ({"broken": False}, "broken: condition `broken` failed: KeyError. Mend its plugin."),
        ({"broken": True}, "broken: condition `broken` failed: TypeError. Mend its plugin."),
    ],
)
def test_a_plugins_word_that_cannot_be_spelled_out(written: Any, said: str):
    with pytest.raises(DefinitionError) as caught:
        read_rule(written, CONDITIONS)
    assert str(caught.value) == f"definition: {said}"


@pytest.mark.parametrize(
    ("op", "wanted", "fits", "does_not"),
    [
        ("is", "5", ["5"], [5, None, "", True]),
        ("is", 1, [1, 1.0], [True, "1", None]),
        ("is", True, [True], [1, "true", False, None]),
        ("is_not", "a", ["b", None, 5], ["a"]),
        ("in", ("a", "b"), ["a", "b"], ["c", None, ["a"]]),
        ("not_in", ("a", "b"), ["c", None], ["a"]),
        ("above", 5, [5.1], [5, "6", None, True]),
        ("at_most", 5, [5, -1], [6, None]),
        ("contains", "hoe", ["shoes", ["hoe"]], ["SHOES", ["shoes"], None, 5]),
        ("before", date(2026, 3, 1), ["2026-02-28", "2026-02-28T23:00:00Z"], ["2026-03-01", "soon", None, 5]),
        ("after", date(2026, 3, 1), ["2026-03-02"], ["2026-03-01T12:00:00Z", None]),
        ("exists", True, [0, "", False], [None]),
        ("exists", False, [None], [0]),
    ],
)
def test_what_a_comparison_matches(op: str, wanted: Any, fits: list[Any], does_not: list[Any]):
    comparison = Comparison("x", op, wanted)
    assert [value for value in fits + does_not if comparison.matches(value)] == fits
