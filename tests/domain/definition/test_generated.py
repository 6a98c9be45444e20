"""Journeys made at random: they parse, every walk ends, and they come back from storage as they were."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.advance import advance
from orchestrator.domain.definition import Definition, DefinitionError, Problem, Step, from_plain, parse
from orchestrator.domain.outbox import State
from orchestrator.domain.visits import coming
from orchestrator.domain.walks import Ended, Missing, Run, Sending, Traveller
from orchestrator.journeys import yaml
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.sdk import ArrivedEvent, Past, Tried
from tests.generated import journeys

KINDS = {kind.name: kind for kind in STEP_KINDS}
WARSAW = ZoneInfo("Europe/Warsaw")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONGEST_PARK = timedelta(days=32)  # a month and a morning; no duration made here is longer
FATES = [State.ACCEPTED, State.SKIPPED, State.REJECTED, State.RENDER_FAILED, State.GHOST, State.EXPIRED]


def walks_end(definition: Definition) -> None:
    """Follow every edge; each leads to a step that is written later, or back to one above that counts its rounds."""
    order = {step_id: index for index, step_id in enumerate(definition.step_ids())}
    reached = {definition.first}
    for step_id in definition.step_ids():
        arms = [definition.arm_first(step_id, arm) for arm in definition.step(step_id).arms]
        onward = definition.successor(step_id)
        if onward is not None and definition.comes_back(step_id):
            assert order[onward] <= order[step_id]
            assert definition.step(onward).rounds > 0
        for target in [None if definition.comes_back(step_id) else onward, *arms]:
            if target is not None:
                assert order[target] > order[step_id]
                reached.add(target)
    assert reached == set(order)


def most_runs(steps: tuple[Step, ...]) -> int:
    """How many steps a walk can leave behind at most."""
    return sum(
        1 + step.rounds + max(1, step.rounds) * sum(most_runs(arm) for arm in step.arms.values())
        for step in steps
    )


def live(definition: Definition, luck: random.Random) -> tuple[list[Run], int, datetime]:
    """Walk a person to the end with facts that fall as they may; answers the runs, the parks, and when it ended."""
    runs: list[Run] = []
    parks, now = 0, NOON
    rules: dict[tuple[str, str], bool] = {}
    person = Traveller(
        1, 1, "salt", definition.first, _first_visit(definition), now, now, WARSAW, reachable=None
    )
    while True:
        walk = advance(definition, person, rules, now)
        end = walk.end
        if isinstance(end, Missing):
            rules |= {asked: luck.random() < 0.5 for asked in end.rules}
            if end.reach:
                person = replace(person, reachable=frozenset({"email"} if luck.random() < 0.5 else ()))
            if end.past is not None:
                visited, past = end.past
                person = replace(person, past={**person.past, visited: _happened(past, now, luck)})
            continue
        runs += walk.runs
        if isinstance(end, Ended):
            return runs, parks, now
        person = replace(
            person, step=end.step, visit=end.visit, arrived_at=end.arrived_at, events=(), past={}
        )
        if isinstance(end, Sending):
            state = luck.choice(FATES)
            reason = "capped" if state == State.SKIPPED and luck.random() < 0.5 else ""
            fate = Tried(end.send.channel, state, reason, now)
            person = replace(person, tried=(*(person.tried if not walk.runs else ()), fate))
        else:
            assert walk.acted or now < end.park.until <= now + LONGEST_PARK
            now, parks = end.park.until, parks + (not walk.acted)
            person = replace(person, tried=())
        rules = {}


def _first_visit(definition: Definition) -> int:
    return coming(1, definition.step(definition.first).rounds)


def _happened(past: Past, now: datetime, luck: random.Random) -> tuple[ArrivedEvent, ...]:
    """Up to two events, at any time of what was asked for."""
    span = (now - past.since) / timedelta(seconds=1)
    ats = sorted(past.since + timedelta(seconds=luck.random() * span) for _ in range(luck.randrange(3)))
    return tuple(ArrivedEvent(luck.choice(past.names), at, {"total": luck.randrange(9)}) for at in ats)


@settings(max_examples=100, deadline=None)
@given(journeys, st.integers(0, 2**32))
def test_whatever_the_facts_a_walk_ends_within_its_bounds(plain: dict[str, Any], luck: int):
    definition = parse(from_plain(plain), KINDS)
    runs, parks, ended_at = live(definition, random.Random(luck))
    bound = most_runs(definition.steps)
    assert len(runs) <= bound
    assert len({(run.step, run.visit) for run in runs}) == len(runs)
    assert ended_at <= NOON + LONGEST_PARK * parks
    assert parks <= bound * 4  # a wait for an event parks anew with each reset


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
