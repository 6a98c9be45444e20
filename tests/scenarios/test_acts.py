"""What steps do besides sending: change the customer, award points, record events, start other journeys."""

from __future__ import annotations

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.loyalty.award import balances
from orchestrator.loyalty.models import PointsEntry
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

GOLD = """
- update: {tier: gold, old_tier: null}
  add_tags: [vip]
  remove_tags: [new]
  id: u
- choose:
    - when: {attribute: tier, is: gold}
      then: [{exit: saw_it, id: x}]
  id: c
"""


def test_what_follows_an_update_sees_it(world: World):
    world.publish(with_steps("trip", GOLD))
    customer = world.person(attributes={"old_tier": "none", "tags": ["new", "pl"], "kept": 1})
    world.event(customer, "trip.wanted")
    world.run(minutes=1)
    assert world.enrollments() == [("", "exited", "saw_it")]
    assert Customer.objects.get(pk=customer).attributes == {
        "first_name": "Anna",
        "kept": 1,
        "tier": "gold",
        "tags": ["pl", "vip"],
    }


def test_an_attribute_set_by_a_step_moves_a_birthday(world: World):
    """`changed_pending` is set, so dates are planned anew."""
    world.publish(with_steps("party", "- {exit: done, id: x}", entry="{date: {attribute: birthday}}"))
    world.publish(with_steps("trip", '- {update: {birthday: "1990-03-04"}, id: u}'))
    world.event(world.person(), "trip.wanted")
    world.run(days=3)
    assert world.enrollments() == [("", "completed", ""), ("birthday:2026", "exited", "done")]


def test_points_are_awarded_once_for_each_visit(world: World):
    steps = "- {repeat: 2, id: r, steps: [{award: {points: 50}, why: two visits, id: a}]}"
    world.publish(with_steps("trip", steps))
    customer, other = world.person(), world.person("bela")
    world.event(customer, "trip.wanted")
    world.run(minutes=1)
    assert balances([customer, other]) == {customer: 100}
    entries = PointsEntry.objects.order_by("id").values_list("points", "why", "source")
    assert list(entries) == [(50, "two visits", "trip: a")] * 2
    assert world.enrollments() == [("", "completed", "")]


def test_people_held_out_get_no_points_but_are_updated(world: World):
    steps = "- {award: {points: 50}, id: a}\n- {update: {seen: true}, id: u}"
    world.publish(with_steps("trip", steps, holdout="50%"))
    people = [world.person(f"person{n}") for n in range(20)]
    for one in people:
        world.event(one, "trip.wanted")
    world.run(minutes=1)
    held = set(Enrollment.objects.filter(held_out=True).values_list("customer_id", flat=True))
    assert 0 < len(held) < 20
    assert balances(people) == {one: 50 for one in people if one not in held}
    assert Customer.objects.filter(attributes__seen=True).count() == 20
    told = StepRun.objects.filter(step="a", evidence__held_out=True)
    assert set(told.values_list("enrollment__customer_id", flat=True)) == held


def test_an_emitted_event_starts_another_journey_and_meets_a_goal(world: World):
    world.publish(with_steps("trip", "- {emit: trip.finished, properties: {by: car}, id: e}"))
    world.publish(with_steps("after", "- {exit: entered, id: x}", entry="{event: trip.finished}"))
    customer = world.person()
    world.event(customer, "trip.wanted")
    world.run(minutes=1)
    (event,) = Event.objects.filter(name="trip.finished")
    assert (event.customer_id, event.occurred_at, event.properties) == (
        customer,
        world.now.replace(minute=0),
        {"by": "car", "hops": 1},
    )
    by_journey = Enrollment.objects.order_by("id").values_list("journey__key", "status", "hops")
    assert list(by_journey) == [("trip", "completed", 0), ("after", "exited", 1)]


def test_a_circle_of_journeys_ends_at_the_sixth(world: World):
    again = "{event: %s, again: always}"
    world.publish(with_steps("ping", "- {emit: pong.wanted, id: e}", entry=again % "ping.wanted"))
    world.publish(with_steps("pong", "- {emit: ping.wanted, id: e}", entry=again % "pong.wanted"))
    world.event(world.person(), "ping.wanted")
    world.run(hours=1)
    rows = Enrollment.objects.order_by("id").values_list("journey__key", "hops", "status", "reason")
    assert list(rows) == [
        ("ping", 0, "completed", ""),
        ("pong", 1, "completed", ""),
        ("ping", 2, "completed", ""),
        ("pong", 3, "completed", ""),
        ("ping", 4, "completed", ""),
        ("pong", 5, "completed", ""),
        ("ping", 6, "exited", "too_many_hops"),
    ]


def test_start_lets_into_another_journey_by_its_own_rules(world: World):
    world.publish(with_steps("club", "- {wait: 1 day, id: w}", entry="{event: club.joined, again: never}"))
    world.publish(with_steps("trip", "- {start: club, id: s}", entry="{event: trip.wanted, again: always}"))
    customer = world.person()
    for _ in range(2):
        world.event(customer, "trip.wanted")
        world.run(days=2)
    rows = Enrollment.objects.order_by("id").values_list("journey__key", "hops", "status")
    assert list(rows) == [("trip", 0, "completed"), ("club", 1, "completed"), ("trip", 0, "completed")]
