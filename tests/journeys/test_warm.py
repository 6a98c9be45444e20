"""WARM UP: what a worker knows before its first task, and that nothing hangs on it."""

from __future__ import annotations

from typing import NoReturn

import pytest

from orchestrator.journeys import warm
from orchestrator.journeys.warm import warm_up
from tests.scenarios import conftest as scenarios
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

world = scenarios.world  # the fixture


def away() -> NoReturn:
    raise ConnectionError("nobody answers")


def test_the_templates_of_what_is_live_are_known(world: World) -> None:
    assert warm_up() == 0
    world.publish(one_send("note"), note="")
    world.publish(one_send("receipt", purpose="transactional"), receipt="")
    assert warm_up() == 2
    assert (world.messages(), world.enrollments()) == ([], [])


def test_what_is_urgent_comes_first_and_time_ends_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish(one_send("note"), note="")
    world.publish(one_send("receipt", purpose="transactional"), receipt="")
    asked: list[int] = []
    template = warm.compose.template
    monkeypatch.setattr(warm.compose, "template", lambda id_: asked.append(id_) or template(id_))
    monkeypatch.setattr(warm, "LONGEST", -1.0)
    assert (warm_up(), asked) == (0, [])
    monkeypatch.setattr(warm, "LONGEST", 60.0)
    assert warm_up() == 2
    first, second = sorted(warm.live(), key=lambda door: door.definition.purpose != "transactional")
    assert asked == [*first.templates.values(), *second.templates.values()]


@pytest.mark.parametrize("what", ["live", "renderer"])
def test_a_worker_that_cannot_be_warmed_begins_cold(
    what: str, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.publish(one_send("note"), note="")
    monkeypatch.setattr(warm, what, away)
    assert warm_up() == 0
    assert caplog.messages == ["a worker begins cold (nobody answers)"]
