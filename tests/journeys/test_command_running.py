"""`manage.py journeys pause | resume | drain | stop`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.journeys import leaving
from orchestrator.journeys import stop as stopping
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion
from orchestrator.messaging.models import Message
from tests.journeys.files import ONBOARDING, Files, Said
from tests.scenarios.world import World

LONGER = ONBOARDING.replace("2 days", "3 days")


@pytest.fixture
def world(files: Files) -> World:
    """Two people on version 1: one waits, the other's message is planned. Version 2 is published, and one is on it."""
    world = World()
    world.now = datetime.now(UTC)
    files.journey()
    assert files.run("publish").failed == ""
    for name in ("anna", "bela"):
        world.event(world.person(name), "customer.signed_up")
        world.run_walks()
    Enrollment.objects.filter(pk=Enrollment.objects.earliest("id").pk).update(
        step="pause", sending=False, due_at=world.now + timedelta(days=2)
    )
    Message.objects.earliest("id").delete()
    files.journey(text=LONGER)
    assert files.run("publish").failed == ""
    world.event(world.person("celina"), "customer.signed_up")
    world.run_walks()
    return world


def status() -> str:
    return Journey.objects.get().status


def test_pause_and_resume(world: World, files: Files) -> None:
    said = files.run("pause", "onboarding")
    assert said == Said("onboarding is paused: nobody enters or moves, and nothing of it is sent.\n", "", "")
    assert status() == "paused"
    assert files.run("pause", "onboarding").failed == "onboarding is paused, not live: nothing changed."
    assert files.run("resume", "onboarding") == Said("onboarding is live again.\n", "", "")
    assert (status(), Journey.objects.get().stale_before) == ("live", None)
    assert files.run("resume", "onboarding").failed == "onboarding is live, not paused: nothing changed."


def test_resume_with_a_limit(world: World, files: Files) -> None:
    files.run("pause", "onboarding")
    before = datetime.now(UTC)
    said = files.run("resume", "onboarding", "--staleness", "48 hours")
    assert said.out == "onboarding is live again. What was due more than 48 hours ago is not sent any more.\n"
    limit = Journey.objects.get().stale_before
    assert limit is not None
    assert before <= limit + timedelta(hours=48) <= datetime.now(UTC)


def test_a_limit_that_is_no_time(world: World, files: Files) -> None:
    assert "'soon' is not a duration" in files.run("resume", "onboarding", "--staleness", "soon").failed


def test_drain_shows_who_is_left_on_older_versions(world: World, files: Files) -> None:
    said = files.run("drain", "onboarding").out.splitlines()
    assert said[:3] == [
        "onboarding, version 1: 2 left of 2 people",
        "  version 1: 1 at hello, 1 at pause",
        "  1 message unsent",
    ]
    assert said[3].startswith("  the next moves on at 20")
    assert len(said) == 4


def test_drain_of_what_is_empty_or_current_or_not_there(world: World, files: Files) -> None:
    Enrollment.objects.filter(version__number=1).update(status="completed")
    assert files.run("drain", "onboarding").out == "onboarding: nobody is on an older version.\n"
    assert files.run("drain", "onboarding", "--version", 1).out == (
        "onboarding, version 1: empty; 2 people entered by it.\n"
    )
    assert files.run("drain", "onboarding", "--version", 2).failed == (
        "version 2 is the current one: people still enter by it."
    )
    assert files.run("drain", "onboarding", "--version", 7).failed == (
        "onboarding has no version 7; it has versions 1, 2."
    )
    assert files.run("drain", "nowhere").failed == "there is no journey “nowhere”. There is: onboarding."


def ends() -> list[tuple[int, str, str]]:
    return list(
        Enrollment.objects.order_by("id")
        .values_list("version__number", "status", "reason")
        .order_by("version__number", "id")
    )


def test_stop_of_an_older_version_leaves_the_current_one_alone(world: World, files: Files) -> None:
    said = files.run("stop", "onboarding", "--version", 1)
    assert (
        said.out
        == "onboarding, version 1, is stopped: 2 people left, 1 message cancelled; 0 messages had been sent.\n"
    )
    assert ends() == [
        (1, "exited", "version_stopped"),
        (1, "exited", "version_stopped"),
        (2, "active", ""),
    ]
    assert world.messages() == [("hello", "cancelled", "version_stopped"), ("hello", "planned", "")]
    assert (status(), JourneyVersion.objects.filter(stopped_at=None).count()) == ("live", 1)


def test_stop_of_the_journey_ends_everybody(world: World, files: Files) -> None:
    said = files.run("stop", "onboarding")
    assert (
        said.out == "onboarding is stopped: 3 people left, 2 messages cancelled; 0 messages had been sent.\n"
    )
    assert {one[1:] for one in ends()} == {("exited", "journey_stopped")}
    assert {one[1:] for one in world.messages()} == {("cancelled", "journey_stopped")}
    assert status() == "stopped"
    assert files.run("stop", "onboarding").out == (
        "onboarding is stopped: 0 people left, 0 messages cancelled; 0 messages had been sent.\n"
    )


def test_the_current_version_alone_cannot_be_stopped(world: World, files: Files) -> None:
    assert files.run("stop", "onboarding", "--version", 2).failed == (
        "version 2 is the current one, by which people enter: publish another first, or stop the whole journey."
    )
    assert [one[1] for one in ends()] == ["active", "active", "active"]


def test_a_message_that_a_worker_holds_is_left_to_the_gate(world: World, files: Files) -> None:
    Message.objects.filter(version=1).update(state="leased")
    assert files.run("stop", "onboarding", "--version", 1).out == (
        "onboarding, version 1, is stopped: 2 people left, 0 messages cancelled; 0 messages had been sent.\n"
        "1 message with a worker now: the gate decides.\n"
    )


def test_a_stop_that_was_killed_goes_on_where_it_was(
    world: World, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "BATCH", 1)
    real = leaving.finish

    def dies(ends, now):
        real(ends, now)
        if Enrollment.objects.filter(status="exited").count() == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(leaving, "finish", dies)
    with pytest.raises(KeyboardInterrupt):
        files.run("stop", "onboarding")
    assert (status(), [one[1] for one in ends()].count("exited")) == ("stopped", 1)
    monkeypatch.setattr(leaving, "finish", real)
    assert (
        files.run("stop", "onboarding").out
        == "onboarding is stopped: 2 people left, 2 messages cancelled; 0 messages had been sent.\n"
    )
