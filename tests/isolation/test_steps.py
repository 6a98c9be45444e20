"""A step kind that misbehaves: who stands at it waits, with the reason in the log, and everybody else goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from orchestrator import registry
from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import version
from orchestrator.sdk import (
    Act,
    Awaited,
    Award,
    Change,
    Continue,
    Emit,
    Leave,
    Outcome,
    Park,
    Send,
    Start,
    StepFacts,
    StepKind,
    StepParams,
    hookimpl,
)
from tests.scenarios.world import MONDAY_NOON, World

CALLS = """
journey: calls
entry: {event: customer.signed_up}
steps:
  - acme_call: https://acme.example
    id: call
"""
GREETS = """
journey: greets
entry: {event: customer.signed_up}
steps:
  - send: hello
    id: hello
"""
Decide = Callable[[StepFacts], Any]


class Stop(BaseException):
    """What nobody expects a plugin to raise."""


class CallParams(StepParams):
    url: str


class Call(StepKind[CallParams]):
    name: ClassVar[str] = "acme_call"
    head: ClassVar[str] = "url"
    Params: ClassVar[type[StepParams]] = CallParams
    act: ClassVar[Decide] = staticmethod(lambda facts: Continue())

    def decide(self, params: CallParams, facts: StepFacts, now: datetime) -> Outcome:
        outcome: Outcome = type(self).act(facts)
        return outcome


class Acme:
    @hookimpl
    def register_steps(self) -> list[StepKind[CallParams]]:
        return [Call()]


def raising(error: BaseException) -> Decide:
    def act(facts: StepFacts) -> Any:
        raise error

    return act


def spin(facts: StepFacts) -> Any:
    while True:
        pass


def deep(facts: StepFacts) -> Any:
    return deep(facts)


def answering(answer: Any) -> Decide:
    return lambda facts: answer


@pytest.fixture
def live(world: World) -> World:
    """Anna comes to the plugin's step, and gets a greeting from another journey."""
    registry.reset(registry.load([], {"acme": Acme()}))
    version.cache_clear()
    world.publish(CALLS)
    world.publish(GREETS, hello="")
    return world


def walk(world: World, monkeypatch: pytest.MonkeyPatch, act: Decide) -> list[tuple[str, str, str]]:
    monkeypatch.setattr(Call, "act", staticmethod(act))
    world.event(world.person(), "customer.signed_up")
    world.run(minutes=1)
    rows = Enrollment.objects.order_by("journey__key").values_list("journey__key", "status", "step")
    return list(rows)


WAITS = [("calls", "active", "call"), ("greets", "completed", "hello")]
GOES = [("calls", "completed", "call"), ("greets", "completed", "hello")]
FAILED = "journey calls, step call failed for 1 people, who wait there: "


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (raising(ValueError("no")), "ValueError: no"),
        (raising(SystemExit(3)), "Raised: SystemExit: 3"),
        (raising(Stop("no")), "Raised: Stop: no"),
        (raising(MemoryError()), "MemoryError: "),
        (deep, "RecursionError: maximum recursion depth exceeded"),
        (spin, "TimeoutError: it took longer than 0.2 s"),
        (answering("go"), "its answer is a str"),
        (
            answering(Park(MONDAY_NOON.replace(tzinfo=None))),
            "it waits until datetime.datetime(2026, 3, 2, 12, 0)",
        ),
        (answering(Park(MONDAY_NOON - timedelta(days=1))), "it waits until a moment that is over"),
        (answering(Park("soon")), "it waits until 'soon'"),  # type: ignore[arg-type]
        (
            answering(Park(MONDAY_NOON + timedelta(days=1), (Awaited("x" * 200),))),
            "the event it awaits has 200",
        ),
        (
            answering(Send("email", "hello")),
            "it sends the template 'hello', to which no step of the journey refers",
        ),
        (answering(Leave("r" * 41)), "its reason has 41 characters, more than 40"),
        (answering(Leave(None)), "its reason is a NoneType, not text"),  # type: ignore[arg-type]
        (answering(Continue("\x00")), "its note holds a character that no database can"),
        (answering(Act((None,))), "one of its effects is a NoneType"),  # type: ignore[arg-type]
        (answering(Act(7)), "its effects are a int"),  # type: ignore[arg-type]
        (answering(Act((Award(10**9),))), "it awards 1000000000 points"),
        (answering(Act((Change({"a": object()}),))), "the attributes it sets cannot be kept"),
        (answering(Act((Change({"a": float("nan")}),))), "the attributes it sets cannot be kept"),
        (answering(Act((Change({"a": "\x00"}),))), "the attributes it sets hold a character"),
        (answering(Act((Emit("\ud800"),))), "the event it records holds a character that no database can"),
        (answering(Act((Start("j", "k" * 101),))), "the key it starts a journey with has 101 characters"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_who_stands_at_a_step_that_misbehaves_waits_and_everybody_else_goes_on(
    live: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, act: Decide, said: str
) -> None:
    assert walk(live, monkeypatch, act) == WAITS
    (record,) = caplog.records
    assert record.getMessage().startswith(FAILED + said)
    monkeypatch.setattr(Call, "act", staticmethod(lambda facts: Continue()))
    live.run(minutes=20)
    assert Enrollment.objects.filter(status="completed").count() == 2


def test_what_a_step_does_to_its_facts_is_seen_by_nobody(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(facts: StepFacts) -> Outcome:
        facts.attributes["first_name"] = "Eve"  # type: ignore[index]
        return Continue()

    assert walk(live, monkeypatch, act) == GOES
    assert Customer.objects.get().attributes["first_name"] == "Anna"


def test_an_effect_that_is_changed_afterwards_is_done_as_it_was_answered(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared: dict[str, Any] = {}

    def act(facts: StepFacts) -> Outcome:
        shared["seen"] = facts.attributes["first_name"]
        return Act((Change(shared),))

    monkeypatch.setattr(Call, "act", staticmethod(act))
    for name in ("anna", "bela"):
        live.event(live.person(name, addresses={"email": f"{name}@example.com"}), "customer.signed_up")
    live.run(minutes=1)
    seen = {row["first_name"]: row["seen"] for row in Customer.objects.values_list("attributes", flat=True)}
    assert seen == {"Anna": "Anna", "Bela": "Bela"}
