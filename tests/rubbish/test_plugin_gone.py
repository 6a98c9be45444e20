"""A step's plugin is switched off or broken under a live journey: people wait there, and nothing else stands still."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import pytest

from orchestrator import registry
from orchestrator.apart import apart
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import version
from orchestrator.sdk import Continue, Outcome, StepFacts, StepKind, StepParams, hookimpl
from tests.scenarios.world import World

CALLS = """
journey: calls
entry: {event: customer.signed_up}
steps:
  - acme_call: https://acme.example
    mode: fast
    id: call
  - send: after
    id: after
"""
GREETS = """
journey: greets
entry: {event: customer.signed_up}
steps:
  - send: hello
    id: hello
"""


class CallParams(StepParams):
    url: str
    mode: str = ""


class Call(StepKind[CallParams]):
    name: ClassVar[str] = "acme_call"
    head: ClassVar[str] = "url"
    Params: ClassVar[type[StepParams]] = CallParams
    answer: Any = Continue()

    def decide(self, params: CallParams, facts: StepFacts, now: datetime) -> Outcome:
        if isinstance(self.answer, Exception):
            raise self.answer
        outcome: Outcome = self.answer
        return outcome


class Acme:
    @hookimpl
    def register_steps(self) -> list[StepKind[CallParams]]:
        return [Call()]


def switch(on: bool) -> None:
    """Restart with the plugin, or without it."""
    registry.reset(registry.load([], {"acme": Acme()} if on else {}))
    version.cache_clear()


def places() -> list[tuple[str, str, str]]:
    rows = Enrollment.objects.order_by("journey__key").values_list("journey__key", "status", "step")
    return list(rows)


def test_people_wait_at_the_step_and_go_on_when_the_plugin_is_back(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    switch(on=True)
    world.workspace(minimum_gap_minutes=0)
    world.publish(CALLS, after="")
    world.publish(GREETS, hello="")
    anna = world.person()
    switch(on=False)
    world.event(anna, "customer.signed_up")
    world.run(hours=1)
    assert places() == [("calls", "active", "call"), ("greets", "completed", "hello")]
    assert world.sent() == [("Mon 13:00", "hello")]
    assert [record.getMessage() for record in caplog.records] == [
        "journey calls, version 1: no plugin that is on has the steps acme_call; whoever comes there waits"
    ]
    switch(on=True)
    world.run(days=1)  # one message a day: the second one leaves after midnight
    assert places() == [("calls", "completed", "after"), ("greets", "completed", "hello")]
    assert world.sent() == [("Mon 13:00", "hello"), ("Tue 00:00", "after")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
        (None, "its answer is a NoneType"),
    ],
)
def test_a_step_that_cannot_decide_holds_up_only_who_stands_there(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, answer: Any, said: str
) -> None:
    switch(on=True)
    world.publish(CALLS, after="")
    world.publish(GREETS, hello="")
    anna, piotr = world.person(), world.person("piotr")
    monkeypatch.setattr(Call, "answer", answer)
    world.event(anna, "customer.signed_up")
    world.event(piotr, "customer.signed_up")
    world.run(minutes=10)
    assert places() == [("calls", "active", "call")] * 2 + [("greets", "completed", "hello")] * 2
    assert [record.getMessage() for record in caplog.records] == [
        f"journey calls, step call failed for 2 people, who wait there: {said}"
    ]
    monkeypatch.setattr(Call, "answer", Continue())
    apart.close()  # a new release of the plugin comes with a new process
    world.run(days=1)
    assert places() == [("calls", "completed", "after")] * 2 + [("greets", "completed", "hello")] * 2
    assert world.sent() == [("Mon 13:00", "hello")] * 2 + [("Tue 00:00", "after")] * 2
