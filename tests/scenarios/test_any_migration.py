"""Whatever the versions and whatever the map: nobody is sent a step twice, nobody is lost, nothing breaks."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestrator.events.models import Event
from orchestrator.journeys.migrate import migrate
from orchestrator.journeys.models import Enrollment, Journey, StepRun
from orchestrator.journeys.versions import version
from orchestrator.messaging.models import Message
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

IDS = tuple("abcdefghijkl")
_numbers = count()

days = st.integers(1, 2)
leaves = st.one_of(
    st.just({"send": "note"}),
    days.map(lambda n: {"wait": f"{n} days"}),
    days.map(lambda n: {"wait_until": {"event": "never.happens"}, "at_most": f"{n} days"}),
)
inner = st.lists(leaves, min_size=1, max_size=2)
steps_of_any_kind = st.one_of(
    leaves,
    st.builds(lambda times, steps: {"repeat": times, "steps": steps}, st.integers(1, 2), inner),
    inner.map(lambda s: {"wait_until": {"event": "never.happens"}, "at_most": "1 day", "otherwise": s}),
    inner.map(lambda s: {"send": "note", "on_cap": {"go_to": s}}),
)
journeys = st.lists(st.one_of(leaves, leaves, steps_of_any_kind), min_size=3, max_size=5)


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """Two versions with ids from a small pool, and a map from some of the old to some of the new."""
    texts, known = [], []
    for _ in range(2):
        steps = draw(journeys)
        ids = chain(draw(st.permutations(IDS)), (f"more_{number}" for number in count()))
        texts.append("\n".join(f"- {_written(step, ids)}" for step in steps))
        known.append([name for name in IDS if f"id: {name}}}" in texts[-1]])
    mapped = [old for old in known[0] if old not in known[1] or draw(st.booleans())]
    return texts[0], texts[1], {old: draw(st.sampled_from(known[1])) for old in mapped}


def _written(step: Mapping[str, Any], ids: Any) -> str:
    """In one line, each step with its id last."""
    parts = [f"{key}: {_said(value, ids)}" for key, value in step.items()]
    return "{" + ", ".join([*parts, f"id: {next(ids)}"]) + "}"


def _said(value: Any, ids: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_written(inner, ids) for inner in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_said(one, ids)}" for name, one in value.items()) + "}"
    return str(value)


def publish(world: World, steps: str) -> Journey:
    world.publish(with_steps("trip", steps, purpose="transactional"), note="")
    return Journey.objects.select_related("current").get()


def clear() -> None:
    """An example leaves nothing to the next: hypothesis runs them all in one transaction."""
    for model in (StepRun, Enrollment, Message, Event):
        model.objects.all().delete()


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # making a failing example smaller would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(made=versions(), recompute=st.booleans())
def test_after_any_migration(world: World, made: tuple[str, str, dict[str, str]], recompute: bool):
    old_text, new_text, steps = made
    clear()
    first = publish(world, old_text).current
    assert first is not None
    for _ in range(4):  # each stands elsewhere when the others come
        world.event(world.person(f"person{next(_numbers)}"), "trip.wanted")
        world.run(hours=30)
    before = places(first.number)
    row = publish(world, new_text)
    moved = migrate(row, [first] if first.pk != row.current_id else [], steps, world.now, recompute=recompute)

    for one in Enrollment.objects.filter(status="active"):
        assert one.step in version(one.version_id).definition
    went = set(StepRun.objects.filter(outcome="migrated").values_list("enrollment_id", flat=True))
    assert len(went) == sum(moved.moved.values())
    world.run(days=60)
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"completed"}
    assert set(Message.objects.values_list("state", flat=True)) <= {"accepted"}
    for id_ in went:
        theirs = {(step, visit) for one, step, visit in before if one == id_}
        names = {(steps.get(step, step), visit) for step, visit in theirs} | theirs
        assert not {(step, visit) for one, step, visit in places(moved.number) if one == id_} & names


def places(number: int) -> list[tuple[int, str, int]]:
    """(enrollment, step, visit) of every message planned by a version."""
    found = Message.objects.filter(version=number).order_by("id")
    return [
        (one or 0, step, visit) for one, step, visit in found.values_list("enrollment_id", "step", "visit")
    ]
