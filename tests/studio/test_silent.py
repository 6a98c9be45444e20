"""The first page says which live journey fell silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.studio.today import read_today
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World


@pytest.mark.parametrize(("days", "said"), [(2, 0), (4, 1)])
def test_a_live_journey_whose_event_was_renamed_is_named(world: World, days: int, said: int) -> None:  # noqa: F811
    for key in ("trip", "rare"):
        world.publish(with_steps(key, "- exit: done\n  id: out", title=key.title()))
    anna = world.person()
    world.event(anna, "rare.wanted")
    for _ in range(8):
        world.event(anna, "trip.wanted")
        world.run(days=1)
    world.now += timedelta(days=days - 1)
    world.event(anna, "trip.desired")
    world.run()
    words = "Trip has let nobody in for 4 days, longer than usual: has its event been renamed?"
    assert [alarm.text for alarm in read_today(world.now).alarms] == [words] * said
