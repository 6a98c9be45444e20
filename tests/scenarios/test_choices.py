"""Which way: choose by a rule, split at random, leave."""

from __future__ import annotations

from orchestrator.domain.splits import bucket
from orchestrator.journeys.models import StepRun
from orchestrator.workspace.models import Workspace
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

CHOOSE = """
- choose:
    - when: {attribute: tier, in: [gold, platinum]}
      then: [{exit: by_tier, id: x}]
    - when: {event: order.placed, count: {at_least: 2}}
      then: [{exit: by_orders, id: y}]
"""
OTHERWISE = "  otherwise: [{exit: by_nothing, id: z}]\n"
SPLIT = """
- split:
    gift: {share: 30%, steps: [{exit: gift, id: g}]}
    discount: {share: 70%, steps: [{exit: discount, id: d}]}
  id: offer
"""


def enter(world: World, customer: int) -> str:
    """The reason with which this passage ended; "" if it came to the end."""
    world.event(customer, "trip.wanted")
    world.run(minutes=1)
    (_, status, reason) = world.enrollments()[-1]
    assert status == ("exited" if reason else "completed")
    return reason


def test_the_first_case_that_is_true(world: World):
    world.publish(with_steps("trip", CHOOSE + OTHERWISE + "  id: c\n"))
    gold, plain = world.person("anna", attributes={"tier": "gold"}), world.person("bela")
    for _ in range(2):
        world.event(gold, "order.placed", "10")
    assert enter(world, gold) == "by_tier"
    assert enter(world, plain) == "by_nothing"
    for _ in range(2):
        world.event(plain, "order.placed", "10")
    assert enter(world, plain) == "by_orders"


def test_no_case_and_no_otherwise_is_straight_on(world: World):
    world.publish(with_steps("trip", CHOOSE + "  id: c\n"))
    assert enter(world, world.person()) == ""
    assert list(StepRun.objects.values_list("step", "outcome")) == [("c", "done")]


def test_a_split_is_by_the_person_and_for_ever(world: World):
    world.publish(with_steps("trip", SPLIT))
    salt = f"{Workspace.get().salt}:trip"
    people = [world.person(f"person{n}") for n in range(25)]
    expected = ["gift" if bucket(salt, "offer", str(one)) < 3000 else "discount" for one in people]
    assert set(expected) == {"gift", "discount"}
    assert [enter(world, one) for one in people] == expected
    assert [enter(world, one) for one in people] == expected


def test_a_published_version_holds_those_who_are_in_it(world: World):
    before = "- wait: 1 day\n  id: rest\n- exit: before\n  id: out\n"
    world.publish(with_steps("trip", before))
    world.event(world.person("anna"), "trip.wanted")
    world.run(hours=1)
    world.publish(with_steps("trip", before.replace("before", "after")))
    world.event(world.person("bela"), "trip.wanted")
    world.run(days=2)
    assert world.enrollments() == [("", "exited", "before"), ("", "exited", "after")]
