"""Waiting: for a time, for an hour of the day, for something to happen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orchestrator.journeys.models import StepRun
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import WARSAW, World

UNTIL = """
- wait_until: {event: cart.paid, where: {total: {at_least: 50}}}
  id: paid
  at_most: 3 hours
  then:
    - send: thanks
      id: thanks
  otherwise:
    - send: nudge
      id: nudge
"""
PURPOSE = {"purpose": "transactional"}  # so that no cap shifts a time


def enter(world: World, steps: str, *templates: str) -> int:
    world.publish(with_steps("trip", steps, **PURPOSE), **dict.fromkeys(templates, ""))
    anna = world.person()
    world.event(anna, "trip.wanted")
    world.run(minutes=1)
    return anna


def runs() -> list[tuple[str, str]]:
    return list(StepRun.objects.order_by("id").values_list("step", "outcome"))


def test_two_days_from_the_message_before(world: World):
    enter(world, "- send: a\n  id: a\n- wait: 2 days\n  id: w\n- send: b\n  id: b", "a", "b")
    world.run(days=3)
    assert world.sent() == [("Mon 13:00", "a"), ("Wed 13:00", "b")]


def test_then_until_an_hour_of_the_day(world: World):
    enter(world, "- wait: 4 hours\n  until: '10:00'\n  id: w\n- send: b\n  id: b", "b")
    world.run(days=3)
    assert world.sent() == [("Tue 10:00", "b")]


@pytest.mark.parametrize(("wait", "at"), [("1 day", "Sun 13:00"), ("24 hours", "Sun 14:00")])
def test_over_the_change_of_clocks_a_day_is_a_day_and_24_hours_are_24_hours(world: World, wait: str, at: str):
    world.now = datetime(2026, 3, 28, 13, 0, tzinfo=WARSAW)
    enter(world, f"- wait: {wait}\n  id: w\n- send: b\n  id: b", "b")
    world.run(days=2)
    assert world.sent() == [(at, "b")]


def test_a_held_message_holds_the_wait_behind_it(world: World):
    """Waits count from the acceptance, not from when the step was reached."""
    steps = "- send: a\n  id: a\n  via: [sms]\n- wait: 1 hour\n  id: w\n- send: b\n  via: [sms]\n  id: b"
    text = 'sms:\n  en: {text: "hi"}\n'
    world.workspace(minimum_gap_minutes=0)
    world.publish(with_steps("trip", steps, on_cap="skip"), a=text, b=text)
    world.now += timedelta(hours=9)  # 22:00 in Warsaw
    world.event(world.person(consents=("sms",)), "trip.wanted")
    world.run(hours=10, minutes=30)
    assert [(at[:8], step) for at, step in world.sent()] == [("Tue 08:0", "a")]
    world.run(hours=1)
    assert world.messages() == [("a", "accepted", "accepted"), ("b", "skipped", "capped")]


def test_what_is_awaited_happens(world: World):
    anna = enter(world, UNTIL, "thanks", "nudge")
    world.run(hours=1)
    world.event(anna, "cart.paid", total=50)
    world.run(hours=6)
    assert world.sent() == [("Mon 14:01", "thanks")]
    assert runs() == [("paid", "arm:then"), ("thanks", "done")]


def test_something_else_happens_and_the_time_runs_out(world: World):
    anna, bela = enter(world, UNTIL, "thanks", "nudge"), world.person("bela")
    world.run(hours=1)
    world.event(anna, "cart.paid", total=49)
    world.event(anna, "cart.seen", total=50)
    world.event(bela, "cart.paid", total=50)
    world.run(hours=6)
    assert [step for _, step in world.sent()] == ["nudge"]
    assert runs() == [("paid", "arm:otherwise"), ("nudge", "done")]


def test_what_happened_before_the_wait_began_does_not_end_it(world: World):
    world.publish(with_steps("trip", UNTIL, **PURPOSE), thanks="", nudge="")
    anna = world.person()
    world.event(anna, "cart.paid", total=50)
    world.now += timedelta(minutes=1)
    world.event(anna, "trip.wanted")
    world.run(hours=6)
    assert runs()[0] == ("paid", "arm:otherwise")


@pytest.mark.parametrize(
    ("happened", "heard", "arm"),
    [
        (179, 179, "then"),
        (180, 180, "then"),  # at the deadline itself
        (179, 186, "otherwise"),  # in time, and heard too late by more than the grace of five minutes
        (181, 181, "otherwise"),  # too late, whoever hears it when
        (181, 184, "otherwise"),
    ],
)
def test_the_event_wins_if_it_came_in_time(world: World, happened: int, heard: int, arm: str):
    start = world.now
    anna = enter(world, UNTIL, "thanks", "nudge")
    world.run_to(start + timedelta(minutes=heard) - timedelta(seconds=1))
    world.now = start + timedelta(minutes=heard)
    world.late_event(anna, "cart.paid", start + timedelta(minutes=happened), total=50)
    world.run(hours=1)
    assert runs()[0] == ("paid", f"arm:{arm}")
    assert [step for _, step in world.sent()] == [{"then": "thanks", "otherwise": "nudge"}[arm]]


def test_a_rule_becomes_true(world: World):
    steps = """
- wait_until: {event: cart.seen, count: {at_least: 2}, since: entry}
  id: twice
  at_most: 1 day
  then: [{exit: keen, id: keen}]
"""
    anna = enter(world, steps)
    world.event(anna, "cart.seen")
    world.run(hours=1)
    assert world.enrollments() == [("", "active", "")]
    world.event(anna, "cart.seen")
    world.run(minutes=1)
    assert world.enrollments() == [("", "exited", "keen")]


def test_nobody_waits_for_ever(world: World):
    steps = "- wait: 365 days\n  id: a\n- wait: 10 days\n  id: b\n- send: late\n  id: late"
    enter(world, steps, "late")
    world.run(days=400)
    assert world.enrollments() == [("", "exited", "timed_out")]
    assert world.messages() == []
