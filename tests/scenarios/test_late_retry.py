"""A message in doubt may be tried again long after its first attempt: the cap counts it from when it last left."""

from __future__ import annotations

from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.sdk.values import Unknown
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World


def test_what_left_late_counts_from_when_it_left(world: World):
    FrequencyCap.objects.create(name="One a day", limit=1, rolling="24 hours")
    world.workspace(minimum_gap_minutes=0)
    for key in ("one", "two"):
        world.publish(one_send(key, expires="3 days"), **{key: ""})
    provider = world.provider(Unknown(), promise="I")
    anna = world.person()
    world.event(anna, "one.wanted")
    world.run(seconds=5)
    world.workspace(paused_at=world.now)
    world.run(hours=23)
    world.workspace(paused_at=None)
    world.run(minutes=30)  # it is tried again, and accepted
    assert len(provider.calls) == 2
    world.event(anna, "two.wanted")
    world.run(hours=2)  # a day and more after the first attempt, two hours after the second
    assert world.messages() == [("one", "accepted", "accepted"), ("two", "planned", "capped")]
    assert Message.objects.get(journey="one").counted_at == Message.objects.get(journey="one").handed_off_at
    world.run(hours=23)
    assert [state for _, state, _ in world.messages()] == ["accepted", "accepted"]
