"""Goals and exits: the reason for a message is gone, and it does not leave."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.customers.change import NewFacts, change
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.deliver import deliver
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

STEPS = "- send: hello\n  id: hello\n- wait: 1 day\n  id: rest\n- send: more\n  id: more\n"
GOAL = "{event: order.placed, where: {total: {at_least: 50}}, within: 14 days}"
EXITS = "[{event: account.closed}, {event: order.placed, count: {at_least: 2}}]"


def enter(world: World, **header: str) -> int:
    world.publish(with_steps("trip", STEPS, **header), hello="", more="")
    anna = world.person()
    world.event(anna, "trip.wanted")
    world.run(hours=1)
    return anna


def test_the_goal_ends_the_passage_in_mid_wait(world: World):
    anna = enter(world, goal=GOAL)
    world.event(anna, "order.placed", total=49)
    world.run(hours=1)
    assert world.enrollments() == [("", "active", "")]
    world.event(anna, "order.placed", total=50)
    at = world.now
    world.run(days=3)
    assert world.enrollments() == [("", "exited", "goal_met")]
    assert Enrollment.objects.get().goal_met_at == at
    assert world.messages() == [("hello", "accepted", "accepted")]


def test_a_goal_met_after_the_last_step_is_still_met_and_changes_nothing_else(world: World):
    anna = enter(world, goal=GOAL)
    world.run(days=3)
    world.event(anna, "order.placed", total=50)
    world.run(days=1)
    assert world.enrollments() == [("", "completed", "")]
    assert Enrollment.objects.get().goal_met_at == world.now - timedelta(days=1)


def test_a_goal_met_too_late_is_not_met(world: World):
    anna = enter(world, goal=GOAL)
    world.run(days=15)
    world.event(anna, "order.placed", total=50)
    world.run(days=1)
    assert Enrollment.objects.get().goal_met_at is None


def test_the_event_that_lets_in_is_not_its_own_goal(world: World):
    anna = enter(world, entry="{event: order.placed}", goal="{event: order.placed}")
    world.event(anna, "order.placed")
    world.run(minutes=1)
    assert world.enrollments() == [("", "active", "")]
    world.event(anna, "order.placed")
    world.run(minutes=1)
    assert world.enrollments()[0] == ("", "exited", "goal_met")


def test_an_exit_rule_ends_it_and_cancels_what_was_held(world: World):
    world.publish(one_send("first"), first="")
    anna = world.person()
    world.event(anna, "first.wanted")
    world.run(minutes=1)
    world.publish(with_steps("trip", STEPS, exit_when=EXITS), hello="", more="")
    world.event(anna, "trip.wanted")
    world.run(minutes=1)
    assert world.messages()[1] == ("hello", "planned", "minimum_gap")
    world.event(anna, "account.closed")
    world.run(minutes=1)
    assert world.messages()[1] == ("hello", "cancelled", "exit_rule")
    assert world.enrollments()[1] == ("", "exited", "exit_rule")


def test_an_exit_rule_that_no_single_event_makes_true_opens_with_the_last_of_them(world: World):
    anna = enter(world, exit_when=EXITS)
    world.event(anna, "order.placed")
    world.run(hours=1)
    assert world.enrollments() == [("", "active", "")]
    world.event(anna, "order.placed")
    at = world.now
    world.run(days=2)
    assert world.messages() == [("hello", "accepted", "accepted")]
    assert world.enrollments() == [("", "exited", "exit_rule")]
    assert Enrollment.objects.get().finished_at == at


def test_a_changed_attribute_opens_an_exit_in_mid_wait(world: World):
    anna = enter(world, exit_when="[{attribute: vip, is: true}]")
    change([NewFacts(anna, {"vip": True})], world.now)
    at = world.now
    world.run(days=2)
    assert world.messages() == [("hello", "accepted", "accepted")]
    assert world.enrollments() == [("", "exited", "exit_rule")]
    assert Enrollment.objects.get().finished_at == at


def test_a_withdrawn_consent_opens_an_exit_that_asks_for_it(world: World):
    anna = enter(world, exit_when="[{not: {consent: email}}]")
    world.withdraw(anna)
    at = world.now
    world.run(days=2)
    assert world.enrollments() == [("", "exited", "exit_rule")]
    assert Enrollment.objects.get().finished_at == at


def test_time_alone_opens_an_exit_before_the_next_step(world: World):
    rule = "[{not: {event: page.viewed, within: 12 hours}}]"
    world.publish(with_steps("trip", STEPS, exit_when=rule), hello="", more="")
    anna = world.person()
    world.event(anna, "page.viewed")
    world.event(anna, "trip.wanted")
    world.run(days=2)
    assert world.messages() == [("hello", "accepted", "accepted")]
    assert world.enrollments() == [("", "exited", "exit_rule")]


def test_an_exit_about_a_step_s_message_is_not_opened_by_another_s(world: World):
    anna = enter(world, exit_when="[{event: message.clicked, of: hello}]")
    bela = world.person("bela")
    world.event(bela, "trip.wanted")
    world.run(hours=1)
    mine, theirs = Enrollment.objects.order_by("id").values_list("id", flat=True)
    world.event(anna, "message.clicked", enrollment=theirs, step="hello")
    world.run(hours=1)
    assert world.enrollments() == [("", "active", ""), ("", "active", "")]
    world.event(anna, "message.clicked", enrollment=mine, step="hello")
    world.run(hours=1)
    assert world.enrollments() == [("", "exited", "exit_rule"), ("", "active", "")]


def test_bought_in_the_very_minute_in_which_silence_let_them_in(world: World):
    """The order comes after the message is planned, and nobody has pulled it when the gate decides."""
    entry = "{inactive: {event: order.placed, for: 30 days}}"
    world.publish(one_send("miss", entry=entry, goal="{event: order.placed}"), miss="")
    anna, bela = world.person("anna"), world.person("bela")
    for one in (anna, bela):
        world.event(one, "order.placed")
    world.run(days=29)
    world.now += timedelta(days=1)
    world.run_walks()
    assert world.messages() == [("miss", "planned", "")] * 2
    world.event(anna, "order.placed")
    deliver(world.now)
    assert world.messages() == [("miss", "cancelled", "goal_met"), ("miss", "accepted", "accepted")]
    world.run(days=1)
    assert world.enrollments() == [("", "exited", "goal_met"), ("", "completed", "")]


def test_each_order_sets_the_silence_anew(world: World):
    entry = "{inactive: {event: order.placed, for: 30 days}}"
    world.publish(one_send("miss", entry=entry), miss="")
    anna = world.person()
    for _ in range(3):
        world.event(anna, "order.placed")
        world.run(days=20)
    assert world.messages() == []
    world.run(days=11)
    # The last order came on 11 April at 14:00, by summer time; thirty days on by the calendar.
    assert world.sent() == [("Mon 14:00", "miss")]
    assert Enrollment.objects.get().entered_at.strftime("%d %b %H:%M") == "11 May 12:00"
