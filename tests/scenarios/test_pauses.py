"""Pausing: a journey, a channel, everything; and what is too old when it goes on."""

from __future__ import annotations

from orchestrator.journeys.models import Journey, JourneyVersion
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

LATER = "- wait: 1 hour\n  id: rest\n- send: note\n  id: note\n"


def wanted(world: World) -> None:
    world.publish(with_steps("trip", LATER), note="")
    world.event(world.person(), "trip.wanted")
    world.run(minutes=10)


def pause(status: str = Journey.Status.PAUSED) -> None:
    Journey.objects.update(status=status)


def test_nobody_moves_in_a_paused_journey_and_all_go_on_after_it(world: World):
    wanted(world)
    pause()
    world.run(days=2)
    assert (world.enrollments(), world.messages()) == ([("", "active", "")], [])
    pause(Journey.Status.LIVE)
    world.run(minutes=1)
    assert world.messages() == [("note", "accepted", "accepted")]


def test_nobody_enters_a_paused_journey(world: World):
    wanted(world)
    pause()
    world.event(world.person("bela"), "trip.wanted")
    world.run(days=1)
    pause(Journey.Status.LIVE)
    world.run(days=1)
    assert world.enrollments() == [("", "completed", "")]


def held_by(world: World, expires: str = "3 days", **stop: object) -> None:
    """A message is planned, and something stops it at the gate."""
    world.publish(one_send("note", expires=expires), note="")
    world.event(world.person(), "note.wanted")
    world.workspace(**stop)
    world.run(hours=1)
    assert world.messages() == [("note", "planned", "paused")]
    assert world.decisions("note") == [("hold", "paused")]


def test_the_kill_switch_holds_everything_and_lets_it_go(world: World):
    held_by(world, paused_at=world.now)
    world.workspace(paused_at=None)
    world.run(minutes=15)
    assert world.messages() == [("note", "accepted", "accepted")]


def test_a_paused_channel_holds_its_own_messages_alone(world: World):
    held_by(world, paused_channels=["email"])
    world.publish(one_send("text", "sms"), text='sms:\n  en: {text: "hi"}\n')
    world.event(world.person("bela", consents=("sms",)), "text.wanted")
    world.run(minutes=1)
    assert world.messages()[1] == ("text", "accepted", "accepted")


def test_what_outlived_its_time_in_the_pause_does_not_leave_after_it(world: World):
    held_by(world, expires="6 hours", paused_at=world.now)
    world.run(hours=6)
    assert world.messages() == [("note", "planned", "paused")]
    world.workspace(paused_at=None)
    world.run(minutes=15)
    assert world.messages() == [("note", "expired", "expired")]
    assert world.enrollments() == [("", "completed", "")]
    assert world.mailbox() == []


def test_a_stopped_journey_sends_nothing_more(world: World):
    held_by(world, paused_at=world.now)
    pause(Journey.Status.STOPPED)
    world.workspace(paused_at=None)
    world.run(minutes=15)
    assert world.messages() == [("note", "cancelled", "version_stopped")]


def test_a_stopped_version_sends_nothing_more_and_the_next_does(world: World):
    held_by(world, paused_at=world.now)
    JourneyVersion.objects.update(stopped_at=world.now)
    world.workspace(paused_at=None)
    world.publish(one_send("note", priority="60"), note="")
    world.event(world.person("bela"), "note.wanted")
    world.run(minutes=15)
    assert world.messages() == [("note", "cancelled", "version_stopped"), ("note", "accepted", "accepted")]
