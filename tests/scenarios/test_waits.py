"""Waiting: for a time, for an hour of the day, for something to happen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orchestrator.journeys.due import move_due
from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.messaging.models import Message
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
        (179, 184, "otherwise"),  # within the grace, but the nudge has been sent
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


HELD = """
- wait_until: {event: cart.paid}
  id: paid
  at_most: 3 hours
  then:
    - send: thanks
      id: thanks
  otherwise:
    - send: nudge
      id: nudge
      via: [sms]
"""


def nudged_at_night(world: World, **header: str) -> int:
    """At 22:00 the time has run out; the nudge, an SMS, is held until the morning."""
    world.now += timedelta(hours=6)
    world.publish(with_steps("trip", HELD, **header), thanks="", nudge='sms:\n  en: {text: "hi"}\n')
    anna = world.person(consents=("email", "sms"))
    world.event(anna, "trip.wanted")
    world.run(hours=3)
    assert world.messages() == [("nudge", "planned", "quiet_hours")]
    return anna


@pytest.mark.parametrize(("happened", "heard"), [(-1, 1), (0, 5), (-170, 4)])
def test_an_event_in_time_heard_a_little_late_turns_back_whom_nothing_has_reached(
    world: World, happened: int, heard: int
):
    anna = nudged_at_night(world)
    at = world.now + timedelta(minutes=happened)
    world.now += timedelta(minutes=heard)
    world.late_event(anna, "cart.paid", at)
    world.run(days=2)
    assert world.messages() == [("nudge", "cancelled", "came_in_time"), ("thanks", "accepted", "accepted")]
    assert runs() == [("paid", "arm:then"), ("thanks", "done")]
    assert StepRun.objects.get(step="paid").evidence == {
        "zone": "Europe/Warsaw",
        "zone_known_by": "workspace",
        "event": "cart.paid",
        "event_at": at.isoformat(),
    }
    assert world.enrollments() == [("", "completed", "")]


@pytest.mark.parametrize(("happened", "heard"), [(1, 2), (-1, 5.1)])
def test_an_event_too_late_or_heard_too_late_turns_nobody_back(world: World, happened: float, heard: float):
    anna = nudged_at_night(world)
    at = world.now + timedelta(minutes=happened)
    world.now += timedelta(minutes=heard)
    world.late_event(anna, "cart.paid", at)
    world.run(days=2)
    assert world.messages() == [("nudge", "accepted", "accepted")]
    assert runs() == [("paid", "arm:otherwise"), ("nudge", "done")]


def test_what_was_done_since_stands(world: World):
    """The attribute is set, and other people may have seen it: there is no way back from there."""
    steps = HELD.replace("    - send: nudge", "    - {update: {nudged: true}, id: note}\n    - send: nudge")
    world.now += timedelta(hours=6)
    world.publish(with_steps("trip", steps), thanks="", nudge='sms:\n  en: {text: "hi"}\n')
    anna = world.person(consents=("email", "sms"))
    world.event(anna, "trip.wanted")
    world.run(hours=3)
    world.now += timedelta(minutes=1)
    world.late_event(anna, "cart.paid", world.now - timedelta(minutes=2))
    world.run(days=2)
    assert runs() == [("paid", "arm:otherwise"), ("note", "done"), ("nudge", "done")]
    assert world.messages() == [("nudge", "accepted", "accepted")]


def test_what_a_worker_holds_may_be_leaving_and_stands(world: World):
    anna = nudged_at_night(world)
    Message.objects.update(state="leased", lease_until=world.now + timedelta(hours=20))
    world.now += timedelta(minutes=1)
    world.late_event(anna, "cart.paid", world.now - timedelta(minutes=2))
    world.run_walks()
    assert world.messages() == [("nudge", "leased", "quiet_hours")]
    assert runs() == [("paid", "arm:otherwise")]


def test_an_event_nobody_has_looked_at_wins_against_the_time(world: World):
    """The workers that pull are behind; the one that moves people looks for itself."""
    anna = enter(world, UNTIL, "thanks", "nudge")
    world.now += timedelta(hours=3)
    world.late_event(anna, "cart.paid", world.now - timedelta(minutes=1), total=50)
    move_due(world.now)
    assert runs() == [("paid", "arm:then")]
    world.run(hours=1)
    assert [step for _, step in world.sent()] == ["thanks"]


def test_of_two_events_that_come_together_the_one_that_fits_counts(world: World):
    anna = enter(world, UNTIL, "thanks", "nudge")
    world.event(anna, "cart.paid", total=10)
    world.event(anna, "cart.paid", total=60)
    world.run(hours=6)
    assert [step for _, step in world.sent()] == ["thanks"]


CARTS = """
- wait_until: {event: cart.paid, correlate: cart_id}
  id: paid
  at_most: 3 hours
  reset_by: {event: cart.seen, correlate: cart_id, at_most: 6 hours}
  then: [{exit: bought, id: bought}]
  otherwise: [{exit: left, id: left}]
"""


def carts(world: World) -> int:
    """Anna left two carts, A and B."""
    world.publish(with_steps("trip", CARTS, entry="{event: cart.left, again: per cart_id}"))
    anna = world.person()
    for cart in ("A", "B"):
        world.event(anna, "cart.left", cart_id=cart)
    world.run(minutes=1)
    return anna


def test_a_keyed_wait_ends_by_the_same_cart_alone(world: World):
    anna = carts(world)
    world.event(anna, "cart.paid", cart_id="B")
    world.event(anna, "cart.paid")
    world.run(hours=7)
    assert sorted(world.enrollments()) == [("A", "exited", "left"), ("B", "exited", "bought")]


def test_each_look_at_the_cart_lets_its_time_run_anew_up_to_the_bound(world: World):
    start = world.now
    anna = carts(world)
    for _ in range(4):
        world.run(hours=1, minutes=50)
        world.event(anna, "cart.seen", cart_id="A")
    world.run(hours=7)
    ends = dict(Enrollment.objects.values_list("entry_key", "finished_at"))
    assert ends == {"A": start + timedelta(hours=6), "B": start + timedelta(hours=3)}


def test_a_look_that_no_worker_has_seen_lets_the_time_run_anew_too(world: World):
    start = world.now
    anna = carts(world)
    world.now = start + timedelta(hours=3)
    world.late_event(anna, "cart.seen", start + timedelta(hours=2), cart_id="A")
    move_due(world.now)
    assert Enrollment.objects.get(entry_key="A").due_at == start + timedelta(hours=5)
    assert Enrollment.objects.get(entry_key="B").reason == "left"


@pytest.mark.parametrize(("minutes", "reason"), [(59, "bought"), (60, "bought"), (61, "left")])
def test_looking_back_finds_what_happened_so_long_before(world: World, minutes: int, reason: str):
    steps = CARTS.replace("correlate: cart_id}\n  id", "look_back: 1 hour}\n  id")
    world.publish(with_steps("trip", steps))
    anna = world.person()
    world.event(anna, "cart.paid")
    world.run(minutes=minutes)
    world.event(anna, "trip.wanted")
    world.run(hours=4)
    assert world.enrollments() == [("", "exited", reason)]


def test_looking_back_does_not_find_the_event_that_let_in(world: World):
    steps = CARTS.replace("correlate: cart_id}\n  id", "look_back: 1 hour}\n  id")
    world.publish(with_steps("trip", steps, entry="{event: cart.paid}"))
    world.event(world.person(), "cart.paid")
    world.run(hours=4)
    assert world.enrollments() == [("", "exited", "left")]


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
