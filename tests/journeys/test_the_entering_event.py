"""The event that lets somebody in is not an event since their entry, even when both have the same instant."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from orchestrator.events.record import NewEvent, record
from tests.scenarios.conftest import world  # noqa: F401 - the fixture

JOURNEY = """
journey: second_order
entry: {event: order.placed, again: never}
goal: {event: order.placed, within: 30 days}
steps:
  - send: thanks
    id: thanks
  - wait: 2 days
    id: pause
  - send: again
    id: again
"""


def test_the_order_that_opens_the_journey_does_not_meet_its_goal(world):  # noqa: F811
    world.publish(JOURNEY, thanks="", again="")
    world.event(world.person("anna"), "order.placed", "10.00")
    world.run(days=10)
    assert world.messages() == [("thanks", "accepted", "accepted"), ("again", "accepted", "accepted")]
    assert world.enrollments() == [("", "completed", "")]


def test_the_next_order_meets_it(world):  # noqa: F811
    world.publish(JOURNEY, thanks="", again="")
    anna = world.person("anna")
    world.event(anna, "order.placed", "10.00")
    world.run(hours=1)
    world.event(anna, "order.placed", "10.00")
    world.run(days=10)
    assert world.messages() == [("thanks", "accepted", "accepted")]
    assert world.enrollments() == [("", "exited", "goal_met")]


def test_what_came_after_it_counts_though_we_were_slow(world):  # noqa: F811
    """Signed up at noon, seen by us five minutes later; the order of two past noon reaches us last."""
    world.publish(
        JOURNEY.replace("{event: order.placed, again", "{event: customer.signed_up, again"),
        thanks="",
        again="",
    )
    anna, noon = world.person("anna"), world.now
    world.event(anna, "customer.signed_up")
    world.now = noon + timedelta(minutes=5)
    world.run(minutes=1)
    record([NewEvent(anna, "order.placed", noon + timedelta(minutes=2), "order", Decimal(10))], world.now)
    world.run(days=10)
    assert world.messages() == [("thanks", "accepted", "accepted")]
    assert world.enrollments() == [("", "exited", "goal_met")]
