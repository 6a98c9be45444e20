"""Journeys made at random: they parse, every walk ends, and they come back from storage as they were."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.definition import Definition, DefinitionError, Problem, from_plain, parse
from orchestrator.journeys import yaml
from orchestrator.journeys.steps import STEP_KINDS

KINDS = {kind.name: kind for kind in STEP_KINDS}
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
durations = st.sampled_from(["1 day", "48 hours", "2 weeks", "90 seconds", "1 month"])
leaf_rules = st.one_of(
    st.builds(lambda key: {"segment": key}, keys),
    st.builds(lambda key: {"consent": key}, keys),
    st.builds(
        lambda key, value: {"attribute": key, "is": value}, keys, st.integers(-9, 9) | keys | st.booleans()
    ),
    st.builds(lambda value: {"event": "order.placed", "within": value, "count": {"at_least": 2}}, durations),
)
rules = st.recursive(
    leaf_rules,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=4,
)
leaf_steps = st.one_of(
    st.builds(lambda key: {"send": key, "via": ["email", "sms"]}, keys),
    st.builds(lambda value: {"wait": value, "until": "09:00"}, durations),
    st.builds(lambda key: {"exit": key}, keys),
)


def blocks(steps: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(steps, max_size=3)
    return st.one_of(
        st.builds(
            lambda rule, wait, then, other: {
                "wait_until": rule,
                "at_most": wait,
                "then": then,
                "otherwise": other,
            },
            *(rules, durations, some, some),
        ),
        st.builds(
            lambda cases, other: {"choose": cases, "otherwise": other},
            st.lists(
                st.builds(lambda rule, then: {"when": rule, "then": then}, rules, some),
                min_size=1,
                max_size=3,
            ),
            some,
        ),
        st.builds(
            lambda left, right, share: {
                "split": {
                    "a": {"share": f"{share}%", "steps": left},
                    "b": {"share": f"{100 - share}%", "steps": right},
                }
            },
            *(some, some, st.integers(1, 99)),
        ),
    )


journeys = st.builds(
    lambda steps: {"journey": "made", "entry": {"event": "a.b"}, "steps": steps},
    st.lists(st.recursive(leaf_steps, blocks, max_leaves=12), min_size=1, max_size=4),
)


def walks_end(definition: Definition) -> None:
    """Follow every edge; each leads to a step that is written later, so no walk can go round."""
    order = {step_id: index for index, step_id in enumerate(definition.step_ids())}
    reached = {definition.first}
    for step_id in definition.step_ids():
        arms = [definition.arm_first(step_id, arm) for arm in definition.step(step_id).arms]
        for target in [definition.successor(step_id), *arms]:
            if target is not None:
                assert order[target] > order[step_id]
                reached.add(target)
    assert reached == set(order)


@settings(max_examples=150, deadline=None)
@given(journeys)
def test_a_journey_made_at_random_parses_walks_to_its_end_and_round_trips(plain: dict[str, Any]):
    tree = from_plain(plain)
    assert tree.plain() == plain
    definition = parse(tree, KINDS)
    walks_end(definition)
    again = parse(from_plain(tree.plain()), KINDS)
    assert again == definition
    for step_id in definition.step_ids():
        assert definition.step(step_id).sentence()


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
HEADER = ["journey", "title", "brand", "purpose", "entry", "goal", "exit_when", "holdout", "steps", "at"]
fields = st.sampled_from([*HEADER, *KINDS, "id"])
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(fields | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(fields, anything, max_size=8) | anything)
def test_whatever_is_in_a_tree_the_answer_is_a_definition_or_its_problems(plain: Any):
    problems: tuple[Problem, ...] = ()
    try:
        assert parse(from_plain(plain), KINDS).step_ids()
    except DefinitionError as error:
        problems = error.problems
    assert all(problem.what for problem in problems)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60) | st.text("{}[]:,-?&*!|>'\"%@#\n\t ab01~", max_size=40))
def test_whatever_is_in_a_file_the_answer_is_a_tree_or_its_problems(source: str | bytes):
    problems: tuple[Problem, ...] = ()
    try:
        yaml.read(source, "f.yaml").plain()
    except DefinitionError as error:
        problems = error.problems
    assert all(problem.line >= 1 and problem.what for problem in problems)
