"""A rule is true of the same people whoever asks: of one, of a batch, of everybody, of a sample, and by Python alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from orchestrator.customers.models import Customer
from orchestrator.domain.definition import read_rule
from orchestrator.domain.definition.comparisons import LARGEST
from orchestrator.segments.compile import CUSTOMERS, Scope, compile_rule
from orchestrator.segments.matching import Chosen, Span, following, living, matching
from orchestrator.segments.sampling import draw, fulfilled, tally
from orchestrator.workspace.models import Brand
from tests.generated import rules_of
from tests.segments import facts as world
from tests.segments.facts import NOW, ZONE, World, make, true_of

PEOPLE = 40
# A thousand rules take half a minute, and are asked for by RULES=1000.
MANY = settings(
    max_examples=int(os.environ.get("RULES", "100")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
pytestmark = pytest.mark.django_db
_texts = st.sampled_from(world.TEXTS)
_numbers = st.sampled_from(world.NUMBERS) | st.sampled_from([10.005, 10.01, 9.999999])
_scalars = _texts | _numbers | st.booleans()
_days = st.sampled_from(["2026-03-30", "2024-02-29", "0001-01-02", "9999-12-30", "2026-01-01"])
_tests = st.one_of(
    st.builds(lambda op, value: {op: value}, st.sampled_from(["is", "is_not"]), _scalars),
    st.builds(
        lambda op, values: {op: values},
        st.sampled_from(["in", "not_in"]),
        st.lists(_texts, min_size=1, max_size=4)
        | st.lists(_numbers, min_size=1, max_size=4)
        | st.lists(st.booleans(), min_size=1, max_size=2),
    ),
    st.builds(
        lambda op, value: {op: value}, st.sampled_from(["above", "below", "at_least", "at_most"]), _numbers
    ),
    st.builds(lambda op, value: {op: value}, st.sampled_from(["before", "after"]), _days),
    st.builds(lambda value: {"contains": value}, _texts),
    st.builds(lambda value: {"exists": value}, st.booleans()),
)
_bounds = st.dictionaries(
    st.sampled_from(["above", "below", "at_least", "at_most", "is"]),
    st.integers(0, 4),
    min_size=1,
    max_size=2,
)
_sums = st.dictionaries(
    st.sampled_from(["above", "below", "at_least", "at_most", "is"]),
    st.sampled_from([0, 10, 10.005, 10.01, 20, 20.015, LARGEST]),
    min_size=1,
    max_size=2,
)
_durations = st.sampled_from(
    ["1 day", "24 hours", "2 days", "48 hours", "47 hours", "1 week", "1 month", "5 years"]
)
_happened = st.fixed_dictionaries(
    {"event": st.sampled_from([*world.EVENTS, "order.placed", *world.CHANGES])},
    optional={
        "within": _durations,
        "count": _bounds,
        "sum": _sums,
        "where": st.dictionaries(st.sampled_from(["kind", "size", "amount"]), _tests, min_size=1, max_size=2),
    },
)
_received = st.one_of(
    st.fixed_dictionaries(
        {"journey": st.sampled_from(world.JOURNEYS)},
        optional={"step": st.sampled_from(world.STEPS), "within": _durations},
    ),
    st.fixed_dictionaries({"within": _durations}),
)
LEAVES = st.one_of(
    st.builds(
        lambda name, test: {"attribute": name, **test},
        st.sampled_from([*world.NAMES, *world.PLACES]),
        _tests,
    ),
    _happened,
    st.builds(lambda asked: {"received": asked}, _received),
    st.builds(
        lambda channel, purpose: {"consent": {"channel": channel, "purpose": purpose}},
        st.sampled_from(world.CHANNELS),
        st.sampled_from(world.PURPOSES),
    ),
    st.builds(lambda key: {"segment": key}, st.sampled_from([*world.SEGMENTS, "nobody"])),
)


@pytest.fixture
def people() -> World:
    return make(PEOPLE)


@pytest.fixture
def scope(people: World) -> Scope:
    return Scope(CUSTOMERS, NOW, ZONE, Brand.objects.get(key="default").pk)


@pytest.fixture
def turns() -> Iterator[int]:
    """Whose turn it is to be asked alone."""
    return count()


@MANY
@given(rules_of(LEAVES))
@example({"attribute": "tier", "before": "9999-12-30"})
@example({"attribute": "tags", "contains": '["gold"]'})
@example({"attribute": "tier", "is": 1e-11})
@example({"attribute": "language", "contains": ""})
@example({"event": "order.placed", "where": {"amount": {"is": 10.005}}})
@example({"event": "order.placed", "sum": {"at_least": 10.005}})
@example({"event": "order.placed", "count": {"is": 1}, "sum": {"at_least": 0.01}})
@example({"event": "order.placed", "where": {"amount": {"at_least": 10}}, "sum": {"at_least": 10}})
@example({"event": "order.placed", "within": "2 days", "sum": {"at_most": 0}})
def test_whoever_asks_is_told_the_same(
    people: World, scope: Scope, turns: Iterator[int], plain: dict[str, Any]
) -> None:
    rule = read_rule(plain)
    by_python = {id_ for id_, facts in people.items() if true_of(rule, facts)}
    ids = list(people)
    everybody = set(Customer.objects.filter(compile_rule(rule, scope)).values_list("pk", flat=True))
    assert everybody == by_python, (plain, [people[id_].attributes for id_ in everybody ^ by_python])
    assert living(Span(ids[0] - 1, ids[-1]), rule, scope) == by_python
    halves = [ids[:20], ids[20:]]
    assert [living(Chosen(half), rule, scope) for half in halves] == [
        by_python & set(half) for half in halves
    ]
    assert matching(Customer, ids, rule, scope) == by_python
    assert following(Customer, rule, scope, 0, PEOPLE) == sorted(by_python)
    told = tally({"": rule}, scope, draw(), PEOPLE)
    assert set(told.examples[""]) == by_python
    for _ in range(2):
        one = ids[next(turns) % PEOPLE]
        assert living(Chosen([one]), rule, scope) == by_python & {one}
        assert fulfilled({"": rule}, scope, one) == {"": one in by_python}


def test_the_world_is_strange_enough(people: World) -> None:
    """Every kind of leaf is true of somebody and not of somebody else."""
    asked: list[dict[str, Any]] = [
        *({"attribute": "tier", "exists": True}, {"attribute": "country", "is": "PL"}, {"segment": "vip"}),
        {"event": "order.placed", "within": "2 days", "count": {"at_least": 1}, "where": {"amount": {"above": 5}}},
        *({"received": {"journey": "welcome"}}, {"consent": "email"}),
    ]  # fmt: skip
    for plain in asked:
        rule = read_rule(plain)
        assert len({true_of(rule, one) for one in people.values()}) == 2, plain
