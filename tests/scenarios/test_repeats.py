"""Again and again, but never for ever: `repeat`."""

from __future__ import annotations

from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.messaging.models import Message
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

THRICE = """
- repeat: 3
  id: rounds
  steps:
    - send: tip
      via: [email]
      id: tip
    - wait: 3 days
      id: rest
- send: bye
  via: [email]
  id: bye
"""
UNTIL = """
- repeat: 5
  id: rounds
  until: {event: order.placed, since: entry}
  steps:
    - {wait: 1 day, id: rest}
    - {send: tip, via: [email], id: tip}
"""
NESTED = """
- repeat: 2
  id: weeks
  steps:
    - repeat: 2
      id: days
      steps: [{wait: 1 day, id: rest}]
    - {wait: 3 days, id: pause}
"""


def test_each_round_sends_a_message_of_its_own(world: World):
    world.publish(with_steps("trip", THRICE), tip="", bye="")
    world.event(world.person(), "trip.wanted")
    world.run(days=10)
    assert world.sent() == [
        ("Mon 13:00", "tip"),
        ("Thu 13:00", "tip"),
        ("Sun 13:00", "tip"),
        ("Wed 13:00", "bye"),
    ]
    assert world.enrollments() == [("", "completed", "")]
    rounds = StepRun.objects.filter(step="rounds").order_by("visit").values_list("visit", "outcome", "reason")
    assert list(rounds) == [
        (1, "arm:steps", ""),
        (2, "arm:steps", ""),
        (3, "arm:steps", ""),
        (4, "done", "after all 3 rounds"),
    ]
    assert list(Message.objects.order_by("id").values_list("step", "visit")) == [
        ("tip", 1),
        ("tip", 2),
        ("tip", 3),
        ("bye", 1),
    ]


def test_it_ends_as_soon_as_the_rule_is_true_between_two_rounds(world: World):
    world.publish(with_steps("trip", UNTIL), tip="")
    customer = world.person()
    world.event(customer, "trip.wanted")
    world.run(days=2, hours=1)
    world.event(customer, "order.placed", "10")
    world.run(days=10)
    assert world.sent() == [("Tue 13:00", "tip"), ("Wed 13:00", "tip"), ("Thu 13:00", "tip")]
    (reason,) = StepRun.objects.filter(step="rounds", outcome="done").values_list("reason", flat=True)
    assert reason == "after 3 of 5 rounds: what was waited for is true"


def test_a_rule_that_is_true_already_walks_no_round(world: World):
    world.publish(with_steps("trip", UNTIL.replace(", since: entry", "")), tip="")
    customer = world.person()
    world.event(customer, "order.placed", "10")
    world.event(customer, "trip.wanted")
    world.run(days=3)
    assert world.sent() == []
    assert world.enrollments() == [("", "completed", "")]


def test_rounds_within_rounds_take_their_time(world: World):
    world.publish(with_steps("trip", NESTED))
    world.event(world.person(), "trip.wanted")
    began = world.now
    world.run(days=30)
    (finished_at,) = Enrollment.objects.values_list("finished_at", flat=True)
    assert (finished_at - began).days == 10
    assert StepRun.objects.filter(step="rest").count() == 4
    assert StepRun.objects.filter(step="pause").count() == 2
