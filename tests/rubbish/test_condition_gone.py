"""A condition's plugin is switched off or broken under a live journey: nobody is led the wrong way, nobody else waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from orchestrator import registry
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import version
from orchestrator.sdk import ConditionKind, hookimpl
from tests.scenarios.world import World

CHOOSES = """
journey: chooses
entry: {event: customer.signed_up}
steps:
  - choose:
      - when: {not: {big_spender: 500}}
        then: [{send: small, id: small}]
    otherwise: [{send: big, id: big}]
    id: size
"""
GREETS = """
journey: greets
entry: {event: customer.signed_up}
steps:
  - send: hello
    id: hello
"""
DOOR = """
journey: door
entry:
  event: customer.signed_up
  only_if: {not: {big_spender: 500}}
steps:
  - send: inside
    id: inside
"""
LEAVES = """
journey: leaves
entry: {event: customer.signed_up}
exit_when: [{big_spender: 500}]
steps:
  - wait: 10 minutes
    id: rest
  - send: bye
    id: bye
"""
SAID = "no plugin that is on has the conditions big_spender"


class BigSpender(ConditionKind):
    name: ClassVar[str] = "big_spender"
    raises: ClassVar[BaseException | None] = None

    def expand(self, value: Any) -> Mapping[str, Any]:
        if self.raises is not None:
            raise self.raises
        return {"attribute": "spent", "at_least": value}


class Acme:
    @hookimpl
    def register_conditions(self) -> list[ConditionKind]:
        return [BigSpender()]


def switch(on: bool) -> None:
    """Restart with the plugin, or without it."""
    registry.reset(registry.load([], {"acme": Acme()} if on else {}))
    version.cache_clear()


def places() -> list[tuple[str, str, str]]:
    rows = Enrollment.objects.order_by("journey__key", "id").values_list("journey__key", "status", "step")
    return list(rows)


@pytest.fixture
def live(world: World) -> World:
    """A world where several messages a day are allowed, and every journey is published while the plugin is on."""
    switch(on=True)
    world.workspace(minimum_gap_minutes=0)
    from orchestrator.messaging.models import FrequencyCap

    FrequencyCap.objects.update(enabled=False)
    return world


def test_people_wait_at_the_step_that_asks_and_take_the_right_arm_when_it_is_back(
    live: World, caplog: pytest.LogCaptureFixture
) -> None:
    live.publish(CHOOSES, small="", big="")
    live.publish(GREETS, hello="")
    anna = live.person(attributes={"spent": 900})
    switch(on=False)
    live.event(anna, "customer.signed_up")
    live.run(hours=1)
    assert places() == [("chooses", "active", "size"), ("greets", "completed", "hello")]
    assert live.sent() == [("Mon 13:00", "hello")]
    assert [record.getMessage() for record in caplog.records] == [
        f"journey chooses, version 1: {SAID}; whoever comes to a step that asks them waits"
    ]
    switch(on=True)
    live.run(hours=1)
    assert places() == [("chooses", "completed", "big"), ("greets", "completed", "hello")]
    assert live.sent() == [("Mon 13:00", "hello"), ("Mon 14:15", "big")]


def test_nobody_enters_by_a_filter_that_cannot_be_asked(
    live: World, caplog: pytest.LogCaptureFixture
) -> None:
    live.publish(DOOR, inside="")
    live.publish(GREETS, hello="")
    switch(on=False)
    live.event(live.person(), "customer.signed_up")
    live.run(hours=1)
    assert places() == [("greets", "completed", "hello")]
    assert [record.getMessage() for record in caplog.records] == [
        f"journey door, version 1: {SAID}; whoever comes to a step that asks them waits, and nobody enters"
    ]
    switch(on=True)
    live.event(live.person("piotr"), "customer.signed_up")
    live.run(hours=1)
    assert places()[0] == ("door", "completed", "inside")


def test_nobody_moves_and_nothing_is_sent_where_an_exit_cannot_be_asked(live: World) -> None:
    live.publish(LEAVES, bye="")
    live.publish(GREETS, hello="")
    live.event(live.person(attributes={"spent": 1}), "customer.signed_up")
    live.run(minutes=5)
    switch(on=False)
    live.run(hours=2)
    assert places() == [("greets", "completed", "hello"), ("leaves", "active", "rest")]
    switch(on=True)
    live.run(hours=1)
    assert places()[1] == ("leaves", "completed", "bye")
    assert [step for _, step in live.sent()] == ["hello", "bye"]


def test_a_message_that_was_planned_before_waits_for_the_exit_it_may_have_to_obey(live: World) -> None:
    live.publish(LEAVES, bye="")
    live.event(live.person(attributes={"spent": 1}), "customer.signed_up")
    live.run(minutes=1)
    live.now = live.now.replace(minute=11)
    live.run_walks()
    assert live.messages() == [("bye", "planned", "")]
    switch(on=False)
    live.run(hours=1)
    assert live.messages() == [("bye", "planned", "paused")]
    assert live.sent() == []
    switch(on=True)
    live.run(hours=1)
    assert live.messages() == [("bye", "accepted", "accepted")]
    assert places() == [("leaves", "completed", "bye")]


@pytest.mark.parametrize(
    "raises", [ZeroDivisionError("by zero"), ValueError("no such size"), RecursionError(), SystemExit(3)]
)
def test_a_condition_that_refuses_what_it_took_before_is_as_good_as_gone(
    live: World, monkeypatch: pytest.MonkeyPatch, raises: BaseException
) -> None:
    live.publish(CHOOSES, small="", big="")
    live.publish(GREETS, hello="")
    monkeypatch.setattr(BigSpender, "raises", raises)
    version.cache_clear()
    live.event(live.person(), "customer.signed_up")
    live.run(hours=1)
    assert places() == [("chooses", "active", "size"), ("greets", "completed", "hello")]
