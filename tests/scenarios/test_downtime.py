"""Everything was down for hours or days, while people went on living. At recovery: once, late, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, EntryTimer, StepRun
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import WARSAW, World

SMS = 'sms:\n  en: {text: "hi"}\n'
TWO = "- send: first\n  id: first\n- wait: 1 day\n  id: rest\n- send: second\n  id: second"
UNTIL = """
- wait_until: {event: cart.paid}
  id: paid
  at_most: 3 hours
  then: [{exit: bought, id: bought}]
  otherwise: [{exit: left, id: left}]
"""


def down(world: World, **time: float) -> None:
    """Nobody works for so long."""
    world.now += timedelta(**time)


def test_who_waited_goes_on_once_however_long_it_was(world: World):
    world.publish(with_steps("trip", TWO), first="", second="")
    world.event(world.person(), "trip.wanted")
    world.run(minutes=1)
    down(world, days=5)
    world.run(days=3)
    assert world.sent() == [("Mon 13:00", "first"), ("Sat 13:01", "second")]
    assert world.messages() == [("first", "accepted", "accepted"), ("second", "accepted", "accepted")]
    assert world.enrollments() == [("", "completed", "")]
    assert StepRun.objects.count() == 3


def test_a_second_recovery_does_nothing_more(world: World):
    test_who_waited_goes_on_once_however_long_it_was(world)
    before = (world.messages(), world.enrollments(), Event.objects.count())
    for _ in range(3):
        down(world, days=2)
        world.run()
    assert (world.messages(), world.enrollments(), Event.objects.count()) == before


def test_waits_after_a_late_one_count_from_when_it_was_taken_up(world: World):
    """Two waits of a day that both would have ended in the downtime do not end at one moment."""
    steps = TWO.replace("- send: first\n  id: first\n", "- wait: 1 day\n  id: before\n")
    world.publish(with_steps("trip", steps), second="")
    world.event(world.person(), "trip.wanted")
    world.run(minutes=1)
    down(world, days=3)
    world.run(days=2)
    assert world.sent() == [("Fri 13:01", "second")]


@pytest.mark.parametrize(("hours", "at"), [(13, "Tue 08:0"), (20, "Tue 09:00")])
def test_quiet_hours_are_kept_at_recovery(world: World, hours: int, at: str):
    world.publish(
        with_steps("trip", "- wait: 1 hour\n  id: rest\n- send: text\n  via: [sms]\n  id: text"), text=SMS
    )
    world.event(world.person(consents=("sms",)), "trip.wanted")
    world.run()
    down(world, hours=hours)
    world.run(days=1)
    assert [(sent[: len(at)], step) for sent, step in world.sent()] == [(at, "text")]


def test_what_outlived_its_time_expires_and_the_journey_goes_on(world: World):
    world.publish(with_steps("trip", TWO, expires="2 days"), first="", second="")
    world.event(world.person(), "trip.wanted")
    world.run_walks()  # planned, and nobody delivers it
    down(world, days=3)
    world.run(days=2)
    assert world.messages() == [("first", "expired", "expired"), ("second", "accepted", "accepted")]


def test_two_messages_that_were_due_meanwhile_keep_their_distance(world: World):
    for key in ("one", "two"):
        world.publish(with_steps(key, f"- wait: 1 hour\n  id: rest\n- send: {key}\n  id: {key}"), **{key: ""})
    anna = world.person()
    for key in ("one", "two"):
        world.event(anna, f"{key}.wanted")
    world.run()
    down(world, hours=30)
    world.run(days=2)
    assert world.sent() == [("Tue 19:00", "one"), ("Wed 00:00", "two")]
    reasons = [reason for _, reason in world.decisions("two")]
    assert reasons == ["outranked", "minimum_gap", "capped", "allowed"]


@pytest.mark.parametrize(("hours", "entered"), [(23, True), (25, False)])
def test_an_event_older_than_a_day_by_now_starts_nothing(world: World, hours: int, entered: bool):
    """It came while the web was up and the workers were down."""
    world.publish(one_send("note"), note="")
    world.event(world.person(), "note.wanted")
    down(world, hours=hours)
    world.run(days=1)
    assert len(world.enrollments()) == entered
    assert len(world.messages()) == entered
    assert not Event.objects.filter(pending=True).exists()


def test_marks_passed_meanwhile_count_and_are_not_celebrated(world: World):
    entry = "{milestone: {event: order.placed, count: [1, 2]}}"
    world.publish(one_send("mark", entry=entry), mark="")
    anna = world.person()
    world.event(anna, "order.placed")
    down(world, days=2)
    world.event(anna, "order.placed")
    world.run(days=1)
    assert world.enrollments() == [("order_2", "completed", "")]


@pytest.mark.parametrize(("minutes", "reason"), [(179, "bought"), (180, "bought"), (181, "left")])
def test_what_was_awaited_and_came_in_time_wins_at_recovery(world: World, minutes: int, reason: str):
    world.publish(with_steps("trip", UNTIL))
    anna = world.person()
    start = world.now
    world.event(anna, "trip.wanted")
    world.run()
    world.now = start + timedelta(minutes=minutes)
    world.event(anna, "cart.paid")
    down(world, days=4)
    world.run()
    assert world.enrollments() == [("", "exited", reason)]


def test_a_goal_met_meanwhile_ends_the_passage_and_nothing_is_sent(world: World):
    world.publish(with_steps("trip", TWO, goal="{event: order.placed}"), first="", second="")
    anna = world.person()
    world.event(anna, "trip.wanted")
    world.run(minutes=1)
    down(world, days=1)
    world.event(anna, "order.placed")
    down(world, days=1)
    world.run(days=1)
    assert world.messages() == [("first", "accepted", "accepted")]
    assert world.enrollments() == [("", "exited", "goal_met")]


@pytest.mark.parametrize(("hours", "entered"), [(22, 1), (24, 0)])
def test_silence_that_is_noticed_a_day_late_lets_nobody_in(world: World, hours: int, entered: int):
    world.publish(one_send("miss", entry="{inactive: {event: order.placed, for: 30 days}}"), miss="")
    world.event(world.person(), "order.placed")
    world.run(days=1)
    down(world, days=29, hours=hours)  # one of the days had 23 hours
    world.run(days=1)
    assert Enrollment.objects.count() == entered
    assert not EntryTimer.objects.filter(due_at__isnull=False).exists()


@pytest.mark.parametrize(("hour", "years"), [(8, [2026, 2027]), (10, [2027])])
def test_a_birthday_that_is_noticed_a_day_late_is_wished_next_year(world: World, hour: int, years: list[int]):
    world.publish(one_send("wish", entry="{date: {attribute: birthday}}"), wish="")
    world.person(attributes={"birthday": "1990-03-05"})
    world.run(minutes=1)
    world.now = datetime(2026, 3, 6, hour, 0, tzinfo=WARSAW)
    world.run(days=370)
    assert [key for key, _, _ in world.enrollments()] == [f"birthday:{year}" for year in years]


def test_whose_year_is_over_meanwhile_leaves_visibly(world: World):
    world.publish(with_steps("trip", TWO), first="", second="")
    world.event(world.person(), "trip.wanted")
    world.run(minutes=1)
    down(world, days=400)
    world.run(days=1)
    assert world.enrollments() == [("", "exited", "timed_out")]
    assert world.messages() == [("first", "accepted", "accepted")]
