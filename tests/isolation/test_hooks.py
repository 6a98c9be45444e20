"""The ten hooks of a plugin that misbehaves: it is named, and everything else goes on."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TestCase
from django.utils import timezone, translation

from orchestrator import registry
from orchestrator.messaging.models import Decision, Message
from orchestrator.sdk import Veto, hookimpl
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

REGISTERING = (
    "register_channels", "register_providers", "register_steps", "register_conditions", "register_template_filters",
    "register_recommenders",
)  # fmt: skip
WORKING = ("choose_provider", "review_messages", "messages_settled", "enrollments_changed")


class Stop(BaseException):
    """What nobody expects a plugin to raise."""


def deep() -> Any:
    return deep()


def half() -> Iterator[Any]:
    yield object()
    raise ValueError("half way")


def for_ever() -> Iterator[Any]:
    while True:
        yield object()


def spin() -> Any:
    while True:
        pass


def stubborn() -> Any:
    while True:
        try:
            spin()
        except Exception:
            continue


def raising(error: BaseException) -> Callable[[], Any]:
    def act() -> Any:
        raise error

    return act


RAISING = {
    "Exception": raising(ValueError("no")),
    "SystemExit": raising(SystemExit(3)),
    "BaseException": raising(Stop("no")),
    "RecursionError": deep,
    "a generator": half,
    "no end": for_ever,
}
HANGING = {"spin": spin, "stubborn": stubborn}


def plugin(hook: str, act: Callable[[], Any]) -> Any:
    def implementation(self: Any) -> Any:
        return act()

    implementation.__name__ = hook
    return type("Plugin", (), {hook: hookimpl(implementation)})()


def note(world: World, bad: Any) -> None:
    """One person gets a note, with this plugin on and a provider beside it."""
    sound = world.provider()
    from tests.scenarios.scripted import Plugin

    registry.reset(registry.load([], {"bad": bad, "sound": Plugin([sound])}))
    world.publish(one_send("note"), note="")
    world.event(world.person(), "note.wanted")
    with TestCase.captureOnCommitCallbacks(execute=True):  # in a test's transaction nothing is ever committed
        world.run(seconds=1)


def told(record: logging.LogRecord) -> str:
    """What the log says, without where it happened."""
    return record.getMessage().split(": ")[0]


@pytest.mark.parametrize("hook", REGISTERING)
@pytest.mark.parametrize("act", RAISING.values(), ids=RAISING)
def test_a_hook_that_fails_at_the_start_is_named_and_nothing_of_it_is_taken(
    hook: str, act: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    without = registry.load([])
    known = registry.load([], {"bad": plugin(hook, act)})
    assert list(known.failed) == ["bad"]
    assert known.failed["bad"].startswith(f"{hook}: ")
    assert known.owners == without.owners
    assert [told(record) for record in caplog.records] == [f"plugin bad failed in {hook}"]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("hook", [*REGISTERING, *WORKING])
@pytest.mark.parametrize("act", HANGING.values(), ids=HANGING)
def test_a_hook_that_does_not_come_back_is_stopped(hook: str, act: Callable[[], Any]) -> None:
    before = signal.getsignal(signal.SIGALRM)
    known = registry.load([])
    known.manager.register(plugin(hook, act), "bad")
    arguments = dict.fromkeys(getattr(known.manager.hook, hook).spec.argnames, ())
    ((name, answer, error),) = [one for one in known.hook_each(hook, **arguments) if one[0] == "bad"]
    assert (name, answer, type(error).__name__) == ("bad", None, "TookTooLong")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) == before


@pytest.mark.parametrize("hook", ["choose_provider", "messages_settled", "enrollments_changed"])
@pytest.mark.parametrize("act", RAISING.values(), ids=RAISING)
def test_a_hook_that_fails_at_work_is_named_and_the_message_goes(
    world: World, caplog: pytest.LogCaptureFixture, hook: str, act: Callable[[], Any]
) -> None:
    note(world, plugin(hook, act))
    assert world.messages() == [("note", "accepted", "accepted")]
    assert world.enrollments() == [("", "completed", "")]
    assert {told(record) for record in caplog.records} == {f"plugin bad failed in {hook}"}


@pytest.mark.parametrize(
    "answer",
    [
        *RAISING.values(),
        *(lambda value=value: value for value in (5, "no", [None], ["key"], object(), {"a": 1})),
    ],
)
def test_a_review_that_cannot_be_read_holds_the_batch_and_names_its_plugin(
    world: World, answer: Callable[[], Any]
) -> None:
    note(world, plugin("review_messages", answer))
    assert world.messages() == [("note", "planned", "review_failed")]
    assert Decision.objects.get().evidence == {"check": 15, "plugin": "bad"}
    assert Message.objects.get().attempts == 0


def test_a_veto_may_have_words_that_no_database_can_hold_and_keys_of_nobody(world: World) -> None:
    class Reviews:
        @hookimpl
        def review_messages(self, messages: Any) -> Any:
            return (Veto(messages[0].key, "no\x00\ud800" * 1000), Veto("0" * 32, "nobody"))

    note(world, Reviews())
    assert world.messages() == [("note", "skipped", "vetoed")]
    why = Decision.objects.get().evidence["why"]
    assert (why[:4], len(why)) == ("no?n", 500)


def test_what_a_reviewer_changes_is_its_own(world: World) -> None:
    class Reviews:
        @hookimpl
        def review_messages(self, messages: Any) -> None:
            messages[0].content.headers.clear()

    note(world, Reviews())
    assert world.messages() == [("note", "accepted", "accepted")]
    provider: Any = registry.current().providers["scripted_email"]
    assert "List-Unsubscribe" in provider.calls[0].content.headers


@pytest.mark.parametrize(
    "answer",
    [5, "mailbox_push", "nobody", ["scripted_email"], [], {}, object()],
    ids=lambda one: type(one).__name__ if type(one) is object else str(one),
)
def test_a_choice_of_what_is_no_candidate_is_no_choice(world: World, answer: Any) -> None:
    note(world, plugin("choose_provider", lambda: answer))
    assert world.messages() == [("note", "accepted", "accepted")]
    assert Message.objects.get().provider == "scripted_email"


@pytest.mark.parametrize("hook", WORKING)
def test_the_language_the_zone_and_the_handlers_are_put_right(world: World, hook: str) -> None:
    before = (translation.get_language(), timezone.get_current_timezone(), signal.getsignal(signal.SIGTERM))

    def leave() -> None:
        translation.activate("pl")
        timezone.activate("Asia/Tokyo")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    note(world, plugin(hook, leave))
    after = (translation.get_language(), timezone.get_current_timezone(), signal.getsignal(signal.SIGTERM))
    assert after == before
    assert world.messages() == [("note", "accepted", "accepted")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hook", WORKING)
def test_a_transaction_that_a_plugin_leaves_open_swallows_nothing(world: World, hook: str) -> None:
    from orchestrator.workspace.models import Brand

    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})
    note(world, plugin(hook, lambda: transaction.atomic().__enter__()))
    assert connection.in_atomic_block is False
    connection.close()  # what was not committed is gone with it
    assert world.messages() == [("note", "accepted", "accepted")]
    assert world.enrollments() == [("", "completed", "")]
