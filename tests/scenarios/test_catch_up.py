"""After a pause or downtime: what is too late is not sent any more, where the journey or whoever resumes it says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.domain.durations import parse
from orchestrator.journeys.models import Journey
from orchestrator.journeys.pausing import pause, resume
from orchestrator.messaging.models import Decision
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

HOUR_THEN_NOTE = "- wait: 1 hour\n  id: rest\n- send: note\n  id: note\n"
LATE = {"catch_up": "skip after 2 days"}
SENT = [("note", "accepted", "accepted")]
STALE = [("note", "skipped", "stale")]


def paused_while_waiting(world: World, steps: str = HOUR_THEN_NOTE, **header: str) -> None:
    """Somebody waits for an hour, and the journey is paused after ten minutes."""
    world.publish(with_steps("trip", steps, **header), note="", hello="")
    world.event(world.person(), "trip.wanted")
    world.run(minutes=10)
    assert pause(Journey.objects.get().pk)


def resumed(world: World, staleness: str = "", **ahead: float) -> None:
    world.run(**ahead)
    assert resume(Journey.objects.get().pk, world.now, parse(staleness) if staleness else None)
    world.run(minutes=20)


@pytest.mark.parametrize(
    ("header", "days", "messages"),
    [({}, 30, SENT), ({"catch_up": "send"}, 30, SENT), (LATE, 2, SENT), (LATE, 3, STALE)],
)
def test_a_message_that_became_due_in_a_pause(world: World, header, days, messages):
    paused_while_waiting(world, **header)
    resumed(world, days=days)
    assert world.messages() == messages
    assert world.enrollments() == [("", "completed", "")]
    assert len(world.mailbox()) == (messages == SENT)


def test_the_gate_says_since_when_it_was_due(world: World):
    paused_while_waiting(world, **LATE)
    due = world.now - timedelta(minutes=10) + timedelta(hours=1)
    resumed(world, days=3)
    (evidence,) = Decision.objects.values_list("evidence", flat=True)
    # Two days by the calendar of Warsaw, before 12:10 UTC on Thursday.
    assert evidence == {
        "check": 5,
        "due_at": due.isoformat(),
        "stale_before": "2026-03-03T12:10:00+00:00",
    }


def test_whoever_resumes_may_say_what_is_too_late(world: World):
    paused_while_waiting(world)
    resumed(world, "1 day", days=2)
    assert world.messages() == STALE


def test_a_wait_that_ran_out_in_the_pause_goes_on_and_the_next_counts_from_now(world: World):
    steps = HOUR_THEN_NOTE + "- wait: 1 day\n  id: day\n- send: hello\n  id: hello\n"
    paused_while_waiting(world, steps, **LATE)
    resumed(world, days=3)
    world.run(days=1)
    assert world.messages() == [*STALE, ("hello", "accepted", "accepted")]


def test_a_wait_that_began_before_the_pause_and_ended_just_now_is_not_late(world: World):
    """The passage stood still since its last message; what it would send now became due an hour ago."""
    steps = "- send: hello\n  id: hello\n- wait: 3 days\n  id: rest\n- send: note\n  id: note\n"
    world.publish(with_steps("trip", steps, **LATE), note="", hello="")
    world.event(world.person(), "trip.wanted")
    world.run_walks()
    world.run(seconds=0)
    assert pause(Journey.objects.get().pk)
    resumed(world, days=3, hours=1)
    assert world.messages()[1:] == SENT


def test_a_message_that_the_pause_holds_is_late_from_when_it_was_held(world: World):
    world.publish(one_send("note", expires="30 days", **LATE), note="")
    world.event(world.person(), "note.wanted")
    world.run_walks()
    assert pause(Journey.objects.get().pk)
    resumed(world, days=3)
    assert world.messages() == STALE
    assert world.decisions("note") == [("hold", "paused"), ("skip", "stale")]


def test_a_message_held_for_a_day_is_sent_and_one_that_expired_is_expired(world: World):
    world.publish(one_send("note", expires="36 hours", **LATE), note="")
    world.event(world.person(), "note.wanted")
    world.run_walks()
    assert pause(Journey.objects.get().pk)
    resumed(world, days=1)
    assert world.messages() == SENT
    world.event(world.person("bela"), "note.wanted")
    world.run_walks()
    assert pause(Journey.objects.get().pk)
    resumed(world, days=3)
    assert world.messages() == [*SENT, ("note", "expired", "expired")]


@pytest.mark.parametrize(("days", "messages"), [(1, SENT), (3, STALE)])
def test_workers_that_stood_still_find_what_is_too_late(world: World, days, messages):
    world.publish(with_steps("trip", HOUR_THEN_NOTE, **LATE), note="")
    world.event(world.person(), "trip.wanted")
    world.run(minutes=10)
    world.now += timedelta(days=days)
    world.run(minutes=1)
    assert world.messages() == messages


def test_a_planned_message_that_nobody_delivered_is_too_late(world: World):
    world.publish(one_send("note", expires="30 days", **LATE), note="")
    world.event(world.person(), "note.wanted")
    world.run_walks()
    world.now += timedelta(days=3)
    world.run(minutes=1)
    assert world.messages() == STALE


def test_what_acts_before_it_does_not_make_a_late_message_fresh(world: World):
    steps = "- wait: 1 hour\n  id: rest\n- award: {points: 5}\n  id: gift\n- send: note\n  id: note\n"
    paused_while_waiting(world, steps, **LATE)
    resumed(world, days=3)
    assert world.messages() == STALE


def test_quiet_hours_make_nothing_late(world: World):
    """A hold that ends at a known time moves the message's own time: only standing still is late."""
    world.workspace(minimum_gap_minutes=3 * 24 * 60)
    world.publish(one_send("hello"), hello="")
    world.publish(one_send("note", expires="30 days", **LATE), note="")
    anna = world.person()
    world.event(anna, "hello.wanted")
    world.run(minutes=1)
    world.event(anna, "note.wanted")
    world.run(days=4)
    assert world.messages()[1:] == SENT
