"""A step kind that misbehaves: who stands at it waits, with the reason in the log, and everybody else goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from orchestrator import apart, registry
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


def abort(facts: StepFacts) -> Any:
    os.abort()


def leave(facts: StepFacts) -> Any:
    os._exit(7)


def spin_deaf(facts: StepFacts) -> Any:
    """As code that never leaves C: no alarm reaches it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    while True:
        pass


def grow(facts: StepFacts) -> Any:
    return len(bytearray(40 << 30))


def close_everything(facts: StepFacts) -> Any:
    os.closerange(0, 1024)


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


def mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin behaves from now on; as after a new release of it, in a new process."""
    monkeypatch.setattr(Call, "act", staticmethod(lambda facts: Continue()))
    apart.apart.close()


WAITS = [("calls", "active", "call"), ("greets", "completed", "hello")]
GOES = [("calls", "completed", "call"), ("greets", "completed", "hello")]
FAILED = "journey calls, step call failed for 1 people, who wait there: "


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (raising(ValueError("no")), "ValueError: no"),
        (raising(SystemExit(3)), "SystemExit: 3"),
        (raising(Stop("no")), "Stop: no"),
        (raising(MemoryError()), "MemoryError: "),
        (deep, "RecursionError: maximum recursion depth exceeded"),
        (spin, "TimeoutError: it took longer than 0.2 s"),
        (spin_deaf, "TimeoutError: it took longer than 0.5 s, and its process was killed"),
        (abort, "ProcessDied: its process ended with -6"),
        (leave, "ProcessDied: its process ended with 7"),
        (grow, "MemoryError: "),
        (close_everything, "ProcessDied: its process ended with"),
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
    mend(monkeypatch)
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


def test_one_of_many_that_kills_its_process_waits_alone(
    live: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def act(facts: StepFacts) -> Outcome:
        if facts.attributes["first_name"] == "Eve":
            os.kill(os.getpid(), signal.SIGKILL)
        return Continue()

    monkeypatch.setattr(Call, "act", staticmethod(act))
    for name in ("anna", "eve", "zoe"):
        live.event(live.person(name, addresses={"email": f"{name}@example.com"}), "customer.signed_up")
    live.run(minutes=1)
    stand = Enrollment.objects.filter(journey__key="calls").order_by("customer__external_id")
    assert list(stand.values_list("customer__external_id", "status")) == [
        ("anna", "completed"), ("eve", "active"), ("zoe", "completed"),
    ]  # fmt: skip
    assert [one.getMessage() for one in caplog.records] == [FAILED + "ProcessDied: its process ended with -9"]


def test_params_that_cannot_be_handed_over_are_said_to_be_so(
    live: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Hidden(StepParams):
        url: str

    monkeypatch.setattr(Call, "Params", Hidden)
    registry.reset(registry.load([], {"acme": Acme()}))
    version.cache_clear()
    assert walk(live, monkeypatch, lambda facts: Continue()) == WAITS
    (record,) = caplog.records
    assert record.getMessage().startswith(
        FAILED + "PicklingError: its params cannot be handed to another process"
    )


def test_the_process_holds_nothing_of_the_workers(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor the connection to the database, which a dead worker would go on holding its locks by."""

    def act(facts: StepFacts) -> Outcome:
        return Leave(f"{sorted(map(int, os.listdir('/proc/self/fd')))[3:]}".replace(" ", ""))

    walk(live, monkeypatch, act)
    reason = Enrollment.objects.get(journey__key="calls").reason
    assert len(reason.strip("[]").split(",")) == 2, reason  # its line, and the listing itself


def test_a_worker_that_is_killed_takes_the_process_with_it() -> None:
    told, tell = os.pipe()
    worker = os.fork()
    if worker == 0:
        try:
            os.write(tell, f"{apart.Apart().ask(os, 'os', 'getpid')}\n".encode())
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(worker, 0)
    process = int(os.read(told, 20))
    deadline = time.monotonic() + 20
    while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{process}").exists()


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
