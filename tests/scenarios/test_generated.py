"""Journeys made at random, lived by the real engine: every passage is a walk in its version, and every file comes back."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestrator.domain.definition import Definition
from orchestrator.domain.visits import coming
from orchestrator.journeys.export import export, write
from orchestrator.journeys.folders import Text, read_folder
from orchestrator.journeys.models import Enrollment, Journey, StepRun
from orchestrator.journeys.publish import Published, publish
from orchestrator.journeys.versions import version
from tests.generated import complete, with_ids
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import EMAIL, World

TEMPLATES = {key: EMAIL.format(key=key) + f'sms:\n  en: {{text: "{key}"}}\n' for key in ("hello", "nudge")}
# Each example is published into one database: taking a failure apart would take longer than reading it.
LIVED = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
numbers = iter(range(1, 10**6))


def made(world: World, plain: dict[str, Any]) -> Journey:
    """Publish it under a name of its own; JSON is YAML too."""
    name = f"made_{next(numbers)}"
    if not Journey.objects.filter(key="other").exists():
        world.publish(with_steps("other", "- exit: done\n  id: out"))
    texts = [Text(f"{key}.yaml", f"template: {key}\n{body}") for key, body in TEMPLATES.items()]
    journey = with_ids({**plain, "journey": name, "entry": {**plain["entry"], "event": f"{name}.wanted"}})
    publish(Text("journey.yaml", json.dumps(journey, indent=1)), texts, world.now)
    return Journey.objects.get(key=name)


@LIVED
@given(complete)
def test_published_exported_and_published_again_it_is_the_same(
    world: World, tmp_path_factory: Any, plain: dict[str, Any]
):
    journey = made(world, plain)
    folder: Path = tmp_path_factory.mktemp("exported")
    write(export(journey), folder)
    first = journey.current
    assert first is not None
    assert (folder / "journey.yaml").read_bytes() == first.source.encode()
    again = read_folder(folder)
    same = publish(again.journey, again.templates, world.now)
    assert replace(same, warnings=()) == Published(journey.key, 1, True)
    Journey.objects.filter(pk=journey.pk).update(current=None)
    anew = publish(again.journey, again.templates, world.now)
    assert (anew.number, anew.unchanged) == (2, False)
    second = Journey.objects.get(pk=journey.pk).current
    assert second is not None
    assert (second.source, second.digest) == (first.source, first.digest)
    assert version(second.pk).definition == version(first.pk).definition


@LIVED
@given(complete, st.integers(0, 2**32))
def test_every_passage_is_a_walk_in_its_version(world: World, plain: dict[str, Any], luck: int):
    journey = made(world, plain)
    chance = random.Random(luck)
    anna = world.person(f"anna{next(numbers)}", consents=("email", "sms"))
    world.event(anna, f"{journey.key}.wanted", cart_id=1)
    for _ in range(4):
        world.run(hours=chance.choice([0.01, 1, 30, 500]))
        world.event(
            anna,
            chance.choice(["cart.paid", "cart.seen", "order.placed"]),
            cart_id=chance.randrange(2),
            total=chance.randrange(9),
        )
    world.run(days=370)
    (passage,) = Enrollment.objects.filter(journey=journey)
    assert passage.status in ("completed", "exited")
    is_a_walk(passage, version(passage.version_id).definition)


def is_a_walk(passage: Enrollment, definition: Definition) -> None:
    """Each run is at the step the one before led to; the last led to the end, unless time or a rule ended it."""
    expected: str | None = definition.first
    seen = set()
    arrived = passage.entered_at - timedelta(seconds=1)
    runs = list(StepRun.objects.filter(enrollment=passage).order_by("id"))
    for run in runs:
        assert run.step == expected
        assert (run.step, run.visit) not in seen
        assert arrived <= run.entered_at <= run.left_at
        seen.add((run.step, run.visit))
        arrived = run.entered_at
        expected = following(definition, run.step, run.outcome)
    if passage.status == "completed" or (runs and runs[-1].outcome == "left"):
        assert expected is None
    else:
        assert passage.reason == "timed_out"
        assert passage.step == expected
    if runs:
        assert runs[0].visit == coming(1, definition.step(definition.first).rounds)


def following(definition: Definition, step: str, outcome: str) -> str | None:
    """Where this outcome of the step leads."""
    if outcome == "left":
        return None
    kind, _, arm = outcome.partition(":")
    assert kind in ("done", "arm")
    first = definition.arm_first(step, arm) if arm else None
    return first or definition.successor(step)
