"""A rule drawn by the builder is the rule: whatever form it has, as often as it is drawn and written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.journeys.yaml import read
from orchestrator.studio.builder.forms import form_of
from orchestrator.studio.builder.text import rewritten
from orchestrator.studio.builder.tree import BadTree, from_tree, to_tree
from tests.generated import durations, events, keys, rules_of

numbers = st.integers(-9, 999) | st.floats(-5, 5, allow_nan=False)
scalars = (
    numbers
    | keys
    | st.booleans()
    | st.sampled_from(["", 'Zażółć, "gęślą": jaźń', "yes", "12", "# no", "a: b"])
)
listed = st.lists(st.integers(-9, 9), min_size=1, max_size=3) | st.lists(keys, min_size=1, max_size=3)
days = st.sampled_from(["2026-05-31", "2024-02-29"])
tests_of_values = st.one_of(
    st.builds(lambda op, value: {op: value}, st.sampled_from(["is", "is_not"]), scalars),
    st.builds(lambda op, value: {op: value}, st.sampled_from(["in", "not_in"]), listed),
    st.builds(
        lambda op, value: {op: value}, st.sampled_from(["above", "below", "at_least", "at_most"]), numbers
    ),
    st.builds(lambda op, value: {op: value}, st.sampled_from(["before", "after"]), days),
    st.builds(lambda value: {"contains": value}, keys),
    st.builds(lambda value: {"exists": value}, st.booleans()),
)
whole = st.integers(0, 9)
bounds = whole | st.builds(lambda op, value: {op: value}, st.sampled_from(["is", "above", "at_most"]), whole)
leaves = st.one_of(
    st.builds(lambda name, tests: {"attribute": name, **tests}, keys, tests_of_values),
    st.builds(lambda name, one, other: {"attribute": name, **one, **other}, keys, tests_of_values, tests_of_values),
    st.fixed_dictionaries(
        {"event": events},
        optional={
            "within": durations,
            "count": bounds,
            "sum": bounds,
            "where": st.dictionaries(keys, scalars | tests_of_values, min_size=1, max_size=2),
        },
    ),
    st.fixed_dictionaries({"event": events, "since": st.just("entry")}, optional={"of": keys}),
    st.builds(lambda journey, within: {"received": {"journey": journey, "within": within}}, keys, durations),
    st.builds(lambda within: {"received": {"within": within}}, durations),
    st.builds(lambda key: {"segment": key}, keys),
    st.builds(lambda key: {"consent": key}, keys),
    st.builds(lambda key: {"consent": {"channel": key, "purpose": "transactional"}}, keys),
    st.builds(lambda key: {"entered_by": key}, keys),
    st.builds(lambda value: {"plugin_condition": value}, scalars | listed | st.dictionaries(keys, scalars)),
)  # fmt: skip
any_rule = rules_of(leaves)


def same(one: Any, other: Any) -> bool:
    """`true` is not 1."""
    return json.dumps(one) == json.dumps(other)


@settings(max_examples=1_500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(any_rule)
def test_a_rule_drawn_and_written_is_the_rule(rule: Any) -> None:
    tree, places = to_tree(rule)
    back, seen = from_tree(json.loads(json.dumps(tree)))
    assert same(back, rule)
    at = {place.id: (place.path, place.group) for place in places}
    assert {place.id: (place.path, place.group) for place in seen} == at
    for place in places:
        there = rule
        for step in place.path:
            there = there[step]
        assert same(there, place.rule)
    assert same(to_tree(back)[0], tree)


@settings(max_examples=1_000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(any_rule, any_rule)
def test_a_text_that_becomes_another_rule_says_that_rule(before: Any, after: Any) -> None:
    text = rewritten("", before)
    assert same(read(text).plain(), before)
    assert rewritten(text, before) == text
    assert read(rewritten(text, after)).plain() == after


@pytest.mark.parametrize(
    "rule",
    [
        {"not": {"not": {"segment": "vip"}}},
        {"all": {"segment": "vip"}},
        {"all": [{"segment": "vip"}], "any": [{"consent": "email"}]},
        {"any": []},
        {"attribute": "age", "above": 3, "below": 9},
        {"event": "order.placed", "since": "entry", "of": "hello"},
        {"dummy_regular": {"deep": [{"er": None}]}},
        [1, "two", None],
        {"consent": {"channel": 5}},
        {"segment": None},
        {"event": "a.b", "count": True},
    ],
)
def test_what_has_no_form_is_kept_as_its_text(rule: Any) -> None:
    assert same(from_tree(to_tree(rule)[0])[0], rule)
    assert form_of(rule) == "yaml"


def test_a_lone_rule_becomes_a_group_when_another_is_put_beside_it() -> None:
    tree, _ = to_tree({"segment": "vip"})
    second = {"id": "x", "field": "consent", "operator": "not", "value": {"consent": "sms"}}
    both = {**tree, "rules": [*tree["rules"], second]}
    assert from_tree(both)[0] == {"all": [{"segment": "vip"}, {"not": {"consent": "sms"}}]}
    assert from_tree({**tree, "combinator": "none"})[0] == {"not": {"any": [{"segment": "vip"}]}}
    assert from_tree(to_tree(None)[0])[0] == {"all": []}


def test_comments_stay_where_the_rule_stays() -> None:
    text = "# Who is worth a call.\nall:\n  - segment: vip   # ours\n  - {event: order.placed, within: 90 days}\n"
    rule = read(text).plain()
    assert read_rule(rule)
    rule["all"][1]["within"] = "30 days"
    assert rewritten(text, rule) == text.replace("90 days", "30 days")
    rule["all"].append({"consent": "email"})
    longer = rewritten(text, rule)
    assert longer == text.replace("90 days", "30 days") + "  - consent: email\n"
    rule["all"].pop(1)
    assert rewritten(longer, rule) == (
        "# Who is worth a call.\nall:\n  - segment: vip   # ours\n  - consent: email\n"
    )
    rule["all"][0] = {"attribute": "tier", "is": "gold"}
    assert "# Who is worth a call." in rewritten(text, rule)


DEEP: dict[str, Any] = {"combinator": "all", "rules": []}
for _ in range(60):
    DEEP = {"combinator": "all", "rules": [DEEP]}
RUBBISH: list[Any] = [
    None, 7, [], "all", {}, {"rules": 5}, {"combinator": "xor", "rules": []}, {"combinator": [], "rules": []},
    {"combinator": "all", "rules": [7]}, {"combinator": "all", "rules": [{}]},
    {"combinator": "all", "rules": [{"field": "event", "operator": "is", "value": {"segment": "vip"}}]},
    {"combinator": "all", "rules": [{"field": "event", "operator": "maybe", "value": {"event": "a.b"}}]},
    {"combinator": "all", "rules": [{"field": "yaml", "operator": "is", "value": "{"}]},
    {"combinator": "all", "rules": [{"field": "yaml", "operator": "is", "value": 7}]},
    {"combinator": "all", "rules": [{"field": [], "operator": "is", "value": {}}]},
    {"combinator": "all", "rules": [{"field": "yaml", "value": "a"}] * 2000}, DEEP,
]  # fmt: skip


@pytest.mark.parametrize("tree", RUBBISH, ids=range(len(RUBBISH)))
def test_what_is_no_tree_is_refused_in_words(tree: Any) -> None:
    with pytest.raises(BadTree) as told:
        from_tree(tree)
    assert str(told.value)
