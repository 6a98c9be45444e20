"""Providers that misbehave: their own messages are in doubt or wait, and everybody else's are sent."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from orchestrator import registry
from orchestrator.messaging import calls
from orchestrator.messaging.models import DeliveryAttempt, Message, ProviderBreaker
from orchestrator.sdk import Accepted, BlockingProvider, Provider, Rejected, RejectReason, Transport
from orchestrator.sdk import Message as Sent
from tests.isolation.conftest import Release
from tests.scenarios.journeys import one_send
from tests.scenarios.scripted import Plugin, Scripted
from tests.scenarios.world import World

SMS = 'sms:\n  en: {text: "hi"}\n'


class Stop(BaseException):
    """What nobody expects a plugin to raise."""


class Async(Provider):
    """A provider of email that does what the test says with its messages."""

    name, channel, max_batch = "bad", "email", 10
    act: Callable[[Sequence[Sent]], Any]

    async def send(self, messages: Sequence[Sent], transport: Transport) -> Any:
        answer = self.act(messages)
        return await answer if asyncio.iscoroutine(answer) else answer


class Blocking(BlockingProvider):
    """The same, by a library that blocks."""

    name, channel, max_batch = "bad", "email", 10
    act: Callable[[Sequence[Sent]], Any]

    def send_blocking(self, messages: Sequence[Sent]) -> Any:
        return self.act(messages)


class Inline(Blocking):
    """The same, in the delivery thread."""

    threads = 0


def told(value: Any) -> str:
    """A case's name: the same in every process, whatever it is."""
    return getattr(value, "__name__", "") or re.sub(r" at 0x[0-9a-f]+", "", str(value))


KINDS = pytest.mark.parametrize("kind", [Async, Blocking, Inline])


def raising(error: BaseException) -> Callable[[Sequence[Sent]], Any]:
    def act(messages: Sequence[Sent]) -> Any:
        raise error

    return act


def half(messages: Sequence[Sent]) -> Iterator[Accepted]:
    yield Accepted("one")
    raise ValueError("half way")


def for_ever(messages: Sequence[Sent]) -> Iterator[Accepted]:
    while True:
        yield Accepted("more")


def deep(messages: Sequence[Sent]) -> Any:
    return deep(messages)


def deliver(world: World, kind: type[Any], act: Callable[[Sequence[Sent]], Any]) -> Scripted:
    """Two people are written to by the bad provider, one by its neighbour; answers the neighbour."""
    bad, sms = kind(), Scripted.of("sms", "N", [])
    bad.act = act
    world.provider()  # opens the allow-list
    registry.reset(registry.load([], {"bad": Plugin([bad]), "good": Plugin([sms])}))
    world.publish(one_send("note"), note="")
    world.publish(one_send("text", "sms"), text=SMS)
    for name in ("anna", "bela"):
        person = world.person(name, addresses={"email": f"{name}@example.com"})
        world.event(person, "note.wanted")
    celina = world.person("celina", ("sms",), addresses={"sms": "+48 600 100 300"})
    world.event(celina, "text.wanted")
    world.run(seconds=1)
    return sms


def details() -> set[str]:
    rows = DeliveryAttempt.objects.filter(provider="bad").values_list("detail", flat=True)
    return set(rows)


def email() -> list[tuple[str, str]]:
    return list(Message.objects.filter(channel="email").order_by("id").values_list("state", "reason"))


@KINDS
@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("no"),
        SystemExit(3),
        Stop("no"),
        MemoryError(),
        TimeoutError(),
        GeneratorExit(),
        OSError("no"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_it_raises_its_messages_are_in_doubt_and_the_others_are_sent(
    world: World, kind: type[Any], error: BaseException
) -> None:
    sms = deliver(world, kind, raising(error))
    assert email() == [("unknown", "unknown_outcome")] * 2
    assert sms.recipients == ["+48600100300"]
    assert len(details()) == 1
    row = ProviderBreaker.objects.get()
    assert (row.provider, row.failures) == ("bad", 1)
    # And it is asked again as if nothing had happened: its loop is still there.
    assert deliver_again(world) == ("accepted", "accepted")


def deliver_again(world: World) -> tuple[str, str]:
    provider: Any = registry.current().providers["bad"]
    provider.act = lambda messages: [Accepted() for _ in messages]
    world.event(world.person("dora", addresses={"email": "dora@example.com"}), "note.wanted")
    world.run(seconds=1)
    return email()[-1]


def test_an_interruption_from_no_keyboard_is_a_fault_like_any_other(world: World) -> None:
    deliver(world, Async, raising(KeyboardInterrupt()))
    assert email() == [("unknown", "unknown_outcome")] * 2
    assert deliver_again(world) == ("accepted", "accepted")


@KINDS
@pytest.mark.parametrize(
    "answer",
    [None, 5, "ab", object(), {}, half, for_ever, deep, [1, None], [Accepted, Accepted], [[], {}]],
    ids=told,
)
def test_an_answer_that_makes_no_sense_says_nothing_about_any_message(
    world: World, kind: type[Any], answer: Any
) -> None:
    sms = deliver(world, kind, answer if callable(answer) else lambda messages: answer)
    assert email() == [("unknown", "unknown_outcome")] * 2
    assert sms.recipients == ["+48600100300"]
    assert deliver_again(world) == ("accepted", "accepted")


@KINDS
def test_results_with_values_of_the_wrong_type_are_what_they_say_they_are(
    world: World, kind: type[Any]
) -> None:
    class Wordless:
        def __str__(self) -> str:
            raise RuntimeError("no words")

    odd: list[Any] = [Accepted(Wordless()), Rejected(["spam"], 7)]  # type: ignore[arg-type]
    deliver(world, kind, lambda messages: odd)
    assert email() == [("accepted", "accepted"), ("rejected", RejectReason.OTHER)]


@KINDS
def test_what_it_changes_afterwards_changes_nothing(world: World, kind: type[Any]) -> None:
    kept: list[Any] = []

    def act(messages: Sequence[Sent]) -> Any:
        for message in messages:
            message.content.headers["List-Unsubscribe"] = "<https://evil.example>"  # type: ignore[index,union-attr]
        answer = [Accepted("first") for _ in messages]
        kept.append((messages, answer))
        return answer

    deliver(world, kind, act)
    kept[0][1].clear()
    assert email() == [("accepted", "accepted")] * 2
    assert set(Message.objects.filter(channel="email").values_list("reference", flat=True)) == {"first"}


@pytest.mark.usefixtures("short")
def test_a_coroutine_that_does_not_come_back_is_cancelled(world: World, release: Release) -> None:
    ended: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    sms = deliver(world, Async, lambda messages: hang())
    assert email() == [("unknown", "unknown_outcome")] * 2
    assert (ended, details()) == (["cancelled"], {"no answer within 0 seconds"})
    assert sms.recipients == ["+48600100300"]
    assert calls.left_behind("bad") == 0


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("kind", [Async, Blocking])
def test_one_that_blocks_is_left_behind_and_after_four_it_is_not_called_until_one_is_back(
    world: World, release: Release, kind: type[Any]
) -> None:
    world.workspace(minimum_gap_minutes=0)
    asked: list[int] = []

    def act(messages: Sequence[Sent]) -> Any:
        asked.append(len(messages))
        release.wait()

    sms = deliver(world, kind, act)
    assert email() == [("unknown", "unknown_outcome")] * 2
    assert sms.recipients == ["+48600100300"]
    assert calls.left_behind("bad") == 1
    for number in range(5):
        person = world.person(f"p{number}", addresses={"email": f"p{number}@example.com"})
        world.event(person, "note.wanted")
        world.run(seconds=1)
    assert (len(asked), calls.left_behind("bad")) == (4, 4)
    # What was not given to it is not in doubt.
    assert email()[5:] == [("retry_wait", "deferred"), ("planned", "provider_down")]
    release.go()
    until_back()
    world.run(minutes=2)
    assert [state for state, _ in email()[5:]] == ["unknown", "unknown"]  # None is no result
    assert calls.left_behind("bad") == 0


def until_back() -> None:
    end = time.monotonic() + 20
    while calls.left_behind("bad"):
        assert time.monotonic() < end, "a thread never came back"
        time.sleep(0.01)


@pytest.mark.usefixtures("short")
def test_one_that_does_not_let_itself_be_cancelled_is_left_behind_too(world: World, release: Release) -> None:
    async def stubborn() -> Any:
        while True:
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue

    sms = deliver(world, Async, lambda messages: stubborn())
    assert email() == [("unknown", "unknown_outcome")] * 2
    assert sms.recipients == ["+48600100300"]
    assert deliver_again(world) == ("accepted", "accepted")


@pytest.mark.parametrize(
    "answer",
    [None, 5, [1], ["yes"], [True], half, for_ever, RuntimeError("no"), SystemExit(3), Stop("no")],
    ids=told,
)
def test_a_look_up_that_makes_no_sense_is_no_answer(world: World, answer: Any) -> None:
    provider = world.provider(RuntimeError("broken"), promise="Q")

    async def look_up(keys: Sequence[str], transport: Transport) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer(keys) if callable(answer) else answer

    provider.look_up = look_up  # type: ignore[method-assign]
    world.publish(one_send("note", purpose="transactional", expires="20 minutes"), note="")
    world.event(world.person(), "note.wanted")
    world.run(minutes=5)
    state = Message.objects.get().state
    if answer in (half, for_ever):  # the first thing it says can be read
        assert state == "accepted"
    else:
        assert (state, len(provider.calls)) == ("uncertain", 1)
    world.run(minutes=20)
    assert len(provider.calls) == 1
    assert Message.objects.get().state in ("accepted", "unknown")
