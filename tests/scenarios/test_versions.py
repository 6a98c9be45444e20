"""Journeys that are edited while people are inside: SEMANTICS §5, and its rows of §9."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from orchestrator import registry
from orchestrator.customers.models import Customer
from orchestrator.journeys import migrate as migrating
from orchestrator.journeys.migrate import Migrated, migrate
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion, StepRun
from orchestrator.journeys.stop import stop
from orchestrator.messaging.models import Message
from orchestrator.sdk import hookimpl
from orchestrator.studio.why import why
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

HELLO = "- send: hello\n  id: hello\n"
REST = "- wait: 2 days\n  id: rest\n"
NOTE = "- send: note\n  id: note\n"
LAST = "- send: last\n  id: last\n"


def publish(world: World, *steps: str, **header: str) -> None:
    templates = {name: "" for name in ("hello", "note", "last") if f"send: {name}" in "".join(steps)}
    # Transactional: no cap and no gap stands between two steps.
    header = {"purpose": "transactional"} | header
    world.publish(with_steps("trip", "".join(steps), **header), **templates)


def enter(world: World, name: str = "anna") -> None:
    world.event(world.person(name), "trip.wanted")
    world.run(hours=1)


def moved(world: World, steps: Mapping[str, str] | None = None, **wish: Any) -> Migrated:
    row = Journey.objects.select_related("current").get()
    older = list(row.versions.exclude(pk=row.current_id).order_by("number"))
    return migrate(row, older, steps or {}, world.now, **wish)


def standing() -> list[tuple[int, str, str]]:
    """(version, step, status) of everybody."""
    return list(Enrollment.objects.order_by("id").values_list("version__number", "step", "status"))


def sent() -> list[tuple[int, str]]:
    """(version, step) of everything that was accepted."""
    return list(Message.objects.filter(state="accepted").order_by("id").values_list("version", "step"))


def test_a_step_removed_while_someone_waits_in_it_is_finished_on_their_version(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO, LAST)
    enter(world, "bela")
    assert standing() == [(1, "rest", "active"), (2, "last", "completed")]
    world.run(days=3)
    assert sent() == [(1, "hello"), (2, "hello"), (2, "last"), (1, "note")]
    assert standing() == [(1, "note", "completed"), (2, "last", "completed")]


def test_nobody_is_moved_without_being_asked_and_a_removed_step_must_be_mapped(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO, LAST)
    assert moved(world).stayed == {(1, "rest", "unmappable", "rest"): 1}
    assert standing() == [(1, "rest", "active")]
    assert moved(world, {"rest": "last"}).moved == {(1, "rest", "last"): 1}
    world.run(days=1)
    assert sent() == [(1, "hello"), (2, "last")]
    assert standing() == [(2, "last", "completed")]


def test_a_dry_run_counts_the_same_and_moves_nobody(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO, REST, LAST)
    would = moved(world, dry=True)
    assert standing() == [(1, "rest", "active")]
    assert StepRun.objects.filter(outcome="migrated").count() == 0
    assert moved(world) == would
    assert would.moved == {(1, "rest", "rest"): 1}
    assert standing() == [(2, "rest", "active")]


def test_who_waits_at_an_unchanged_wait_keeps_their_time_and_walks_on_by_the_new_version(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO, REST, LAST)
    before = Enrollment.objects.values("due_at", "arrived_at", "awaits", "visit", "sending").get()
    moved(world)
    assert Enrollment.objects.values("due_at", "arrived_at", "awaits", "visit", "sending").get() == before
    world.run(days=3)
    assert (sent(), world.sent()[1]) == ([(1, "hello"), (2, "last")], ("Wed 13:00", "last"))


def test_a_changed_wait_leaves_those_who_wait_alone(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO, REST.replace("2 days", "4 days"), NOTE)
    assert moved(world).stayed == {(1, "rest", "waits", "rest"): 1}
    world.run(days=3)
    assert world.sent() == [("Mon 13:00", "hello"), ("Wed 13:00", "note")]


@pytest.mark.parametrize(("wait", "when"), [("4 days", "Fri 13:00"), ("1 hour", "Mon 14:00")])
def test_a_changed_wait_is_counted_anew_from_the_arrival_if_asked(world: World, wait: str, when: str):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO, REST.replace("2 days", wait), NOTE)
    assert moved(world, recompute=True).moved == {(1, "rest", "rest"): 1}
    world.run(days=7)
    assert world.sent() == [("Mon 13:00", "hello"), (when, "note")]


def test_a_wait_for_another_event_ends_by_the_new_event_if_asked(world: World):
    until = "- wait_until: {event: a.b}\n  at_most: 5 days\n  id: until\n  then: [{send: note, id: note}]\n"
    publish(world, HELLO, until)
    enter(world)
    publish(world, HELLO, until.replace("a.b", "c.d"))
    moved(world, recompute=True)
    anna = Customer.objects.get().pk
    for name in ("a.b", "c.d"):
        world.event(anna, name)
        world.run(hours=1)
    assert world.sent() == [("Mon 13:00", "hello"), ("Mon 15:00", "note")]


def test_a_message_on_its_way_keeps_its_person_until_it_is_final(world: World):
    publish(world, HELLO, REST, NOTE)
    world.event(world.person(), "trip.wanted")
    world.run_walks()
    publish(world, HELLO.replace("id: hello", "id: greeting"), REST, LAST)
    steps = {"hello": "greeting"}
    assert moved(world, steps).stayed == {(1, "hello", "under_way", "hello"): 1}
    world.run(hours=1)
    assert moved(world, steps).moved == {(1, "rest", "rest"): 1}
    world.run(days=3)
    assert sent() == [(1, "hello"), (2, "last")]


def test_a_message_on_its_way_under_the_same_name_goes_along(world: World):
    publish(world, HELLO, REST, NOTE)
    world.event(world.person(), "trip.wanted")
    world.run_walks()
    publish(world, HELLO, REST, LAST)
    assert moved(world).moved == {(1, "hello", "hello"): 1}
    world.run(days=3)
    assert sent() == [(1, "hello"), (2, "last")]
    assert standing() == [(2, "last", "completed")]


@pytest.mark.parametrize("name", ["hello", "greeting"])
def test_a_step_already_sent_is_never_sent_again_whatever_it_is_called_now(world: World, name: str):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, "- wait: 3 days\n  id: first\n", HELLO.replace("id: hello", f"id: {name}"), LAST)
    steps = {"rest": "first"} | ({"hello": name} if name != "hello" else {})
    assert moved(world, steps, recompute=True).stayed == {(1, "rest", "would_resend", name): 1}
    world.run(days=9)
    assert sent() == [(1, "hello"), (1, "note")]


def test_a_name_given_at_an_earlier_move_is_remembered(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO.replace("id: hello", "id: greeting"), REST, NOTE)
    assert moved(world, {"hello": "greeting"}).moved == {(1, "rest", "rest"): 1}
    publish(world, "- wait: 2 days\n  id: first\n", HELLO.replace("id: hello", "id: welcome"), LAST)
    stayed = moved(world, {"rest": "first", "greeting": "welcome"}).stayed
    assert stayed == {(2, "rest", "would_resend", "welcome"): 1}


def test_nobody_walks_a_second_time_through_what_they_have_left(world: World):
    publish(world, REST, HELLO, "- wait: 2 days\n  id: more\n", NOTE)
    enter(world)
    world.run(days=3)
    publish(world, "- wait: 2 days\n  id: more\n", REST, LAST)
    assert moved(world).stayed == {(1, "more", "would_repeat", "rest"): 1}


def test_who_asks_about_a_message_by_its_new_name_would_never_hear_of_it(world: World):
    of = "- wait_until: {event: message.clicked, of: hello}\n  at_most: 5 days\n  id: click\n"
    publish(world, HELLO, REST, of)
    enter(world)
    publish(world, HELLO.replace("id: hello", "id: hi"), REST, of.replace("of: hello", "of: hi"))
    assert moved(world, {"hello": "hi"}).stayed == {(1, "rest", "old_name", "click"): 1}


def test_rounds_that_the_new_version_has_not_keep_who_stands_in_them(world: World):
    rounds = "- repeat: 3\n  id: rounds\n  steps:\n    - wait: 2 days\n      id: rest\n    - send: note\n      id: note\n"
    publish(world, rounds)
    enter(world)
    publish(world, rounds.replace("repeat: 3", "repeat: 2"))
    assert moved(world).stayed == {(1, "rest", "in_repeat", "rest"): 1}
    publish(world, rounds, LAST)
    assert moved(world).moved == {(1, "rest", "rest"): 1}
    world.run(days=9)
    assert sent() == [(3, "note"), (3, "note"), (3, "note"), (3, "last")]


def test_the_goal_of_the_new_version_counts_from_the_entry(world: World):
    publish(world, REST, NOTE)
    enter(world)
    publish(world, REST, NOTE, goal="{event: order.placed, within: 3 days}")
    moved(world)
    world.event(Customer.objects.get().pk, "order.placed")
    world.run(hours=1)
    assert world.enrollments() == [("", "exited", "goal_met")]


def test_killed_in_the_middle_and_run_again_it_moves_the_rest(world: World, monkeypatch: pytest.MonkeyPatch):
    publish(world, REST, NOTE)
    for name in ("anna", "bela", "celina"):
        enter(world, name)
    publish(world, REST, LAST)
    monkeypatch.setattr(migrating, "BATCH", 1)
    real, calls = migrating.move, []

    def dies(route: Any, person: Any) -> Any:
        calls.append(person.id)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(route, person)

    monkeypatch.setattr(migrating, "move", dies)
    with pytest.raises(KeyboardInterrupt):
        moved(world)
    assert [one[0] for one in standing()] == [2, 1, 1]
    assert moved(world).moved == {(1, "rest", "rest"): 2}
    assert StepRun.objects.filter(outcome="migrated").count() == 3


def test_a_paused_journey_can_be_moved_and_nobody_walks(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO, LAST)
    Journey.objects.update(status="paused")
    moved(world, {"rest": "last"})
    world.run(days=1)
    assert (standing(), sent()) == ([(2, "last", "active")], [(1, "hello")])


def test_why_tells_of_the_move_and_of_the_steps_before_it(world: World):
    publish(world, HELLO, REST, NOTE)
    enter(world)
    publish(world, HELLO.replace("id: hello", "id: hi"), LAST)
    moved(world, {"rest": "last", "hello": "hi"})
    (passed,) = why(Customer.objects.get(), Journey.objects.get(), world.now).passages
    assert [(one.step, one.does, one.text) for one in passed.steps[:2]] == [
        ("hello", "Send “hello” by email", "went on"),
        ("→ v2", "Moved to another version", "from step rest of version 1 to step last of version 2"),
    ]
    assert passed.version == 2
    (evidence,) = StepRun.objects.filter(outcome="migrated").values_list("evidence", flat=True)
    assert evidence == {
        "from_version": 1,
        "from_step": "rest",
        "to_version": 2,
        "to_step": "last",
        "renamed": {"rest": "last", "hello": "hi"},
    }


class Stopper:
    """A reviewer in whose hands a version is stopped: after the message was claimed, before the gate."""

    def __init__(self, version: JourneyVersion, world: World) -> None:
        self._version, self._world = version, world

    @hookimpl
    def review_messages(self, messages: Sequence[Any], now: Any) -> list[Any]:
        stop(self._version.journey, self._version, self._world.now)
        return []


def test_a_message_that_is_being_prepared_as_its_version_is_stopped_does_not_leave(world: World):
    publish(world, HELLO, REST)
    world.event(world.person(), "trip.wanted")
    world.run_walks()
    publish(world, HELLO, LAST)
    old = JourneyVersion.objects.select_related("journey").get(number=1)
    registry.reset(registry.load([], {"stopper": Stopper(old, world)}))
    world.run(minutes=1)
    assert world.messages() == [("hello", "cancelled", "version_stopped")]
    assert world.enrollments() == [("", "exited", "version_stopped")]
    assert world.mailbox() == []
