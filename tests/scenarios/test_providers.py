"""What a provider answers, what becomes of the message, and what the engine promises by the provider's class."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.messaging.models import DeliveryAttempt, Message
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.values import Accepted, Deferred, Rejected, RejectReason, Result, Unknown
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

BOTH = 'email:\n  en: {subject: "hi", html: "hi"}\nsms:\n  en: {text: "hi"}\n'
UNAVAILABLE = ProviderUnavailable("down", retry_after=timedelta(minutes=3))


def wanted(world: World, **header: str) -> None:
    world.publish(one_send("note", **header), note="")
    world.event(world.person(), "note.wanted")


def outcomes() -> list[str]:
    """What each attempt came to, oldest first."""
    return list(DeliveryAttempt.objects.order_by("id").values_list("outcome", flat=True))


@pytest.mark.parametrize(
    ("answer", "second_try"),
    [
        (Deferred(), "Mon 13:00"),  # half a minute later
        (Deferred(timedelta(minutes=20)), "Mon 13:20"),
        (UNAVAILABLE, "Mon 13:03"),
    ],
)
def test_what_was_certainly_not_taken_is_tried_again_with_the_same_key(
    world: World, answer: object, second_try: str
):
    provider = world.provider(answer)
    wanted(world)
    world.run(hours=2)
    assert world.messages() == [("note", "accepted", "accepted")]
    assert world.sent() == [(second_try, "note")]
    assert outcomes() == ["retry_wait", "accepted"]
    assert [call == provider.calls[0] for call in provider.calls] == [True, True]


def test_retries_wait_longer_and_longer_and_end(world: World):
    provider = world.provider(*[Deferred()] * 10)
    wanted(world)
    world.run(days=1)
    assert world.messages() == [("note", "failed", "attempts_spent")]
    assert (len(provider.calls), outcomes()) == (6, ["retry_wait"] * 5 + ["failed"])
    row = Message.objects.get()
    assert (row.final_at, row.counted_at) == (world.now - timedelta(days=1) + timedelta(seconds=9_750), None)
    assert world.enrollments() == [("", "completed", "")]


def test_no_retry_outlives_the_message(world: World):
    provider = world.provider(Deferred(timedelta(hours=2)))
    wanted(world, purpose="transactional")
    world.run(hours=5)
    assert world.messages() == [("note", "failed", "retries_outlived_message")]
    assert len(provider.calls) == 1


@pytest.mark.parametrize(("reason", "suppresses"), [("invalid_address", True), ("spam", False)])
def test_a_refusal_is_final_and_the_next_channel_is_tried(world: World, reason: str, suppresses: bool):
    world.provider(Rejected(RejectReason(reason)))
    sms = world.provider(channel="sms")
    world.publish(one_send("note", "email, sms"), note=BOTH)
    anna = world.person(consents=("email", "sms"))
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "rejected", reason), ("note", "accepted", "accepted")]
    assert sms.recipients == ["+48600100200"]
    assert world.enrollments() == [("", "completed", "")]
    world.publish(one_send("more"), more="")
    world.run(days=1)
    world.event(anna, "more.wanted")
    world.run(hours=1)
    expected = ("more", "skipped", "suppressed") if suppresses else ("more", "accepted", "accepted")
    assert world.messages()[2] == expected


@pytest.mark.parametrize("answer", [Unknown(), RuntimeError("broken pipe")])
@pytest.mark.parametrize(
    ("promise", "purpose", "calls", "state", "reason"),
    [
        ("I", "marketing", 2, "accepted", "accepted"),
        ("N", "transactional", 2, "accepted", "accepted"),
        ("N", "marketing", 1, "unknown", "unknown_outcome"),
    ],
)
def test_what_may_have_been_taken(
    world: World, answer: object, promise: str, purpose: str, calls: int, state: str, reason: str
):
    provider = world.provider(answer, promise=promise)
    wanted(world, purpose=purpose)
    world.run(hours=1)
    assert world.messages() == [("note", state, reason)]
    assert len(provider.calls) == calls
    assert {call == provider.calls[0] for call in provider.calls} == {True}
    assert Message.objects.exclude(counted_at=None).count() == 1
    assert world.enrollments() == [("", "completed", "")]


@pytest.mark.parametrize(
    ("known", "calls", "reference"), [(Accepted("theirs"), 1, "theirs"), (None, 2, "ref")]
)
def test_a_provider_that_can_be_asked_is_asked_before_it_gets_the_message_again(
    world: World, known: Result | None, calls: int, reference: str
):
    provider = world.provider(Unknown(), promise="Q")
    wanted(world)
    world.run(seconds=10)
    key = Message.objects.get().key
    assert (world.messages(), provider.asked) == ([("note", "uncertain", "unknown_outcome")], [])
    if known is not None:
        provider.known[key] = known
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted")]
    assert (provider.asked, len(provider.calls), Message.objects.get().reference) == ([key], calls, reference)
    assert world.enrollments() == [("", "completed", "")]


def test_while_the_provider_cannot_be_asked_it_gets_nothing(world: World):
    provider = world.provider(Unknown(), promise="Q")
    provider.silent = True
    wanted(world, purpose="transactional")
    world.run(minutes=50)
    assert world.messages() == [("note", "uncertain", "unknown_outcome")]
    assert (len(provider.calls), len(provider.asked) > 1) == (1, True)
    world.run(hours=1)
    assert world.messages() == [("note", "unknown", "unknown_outcome")]
    assert len(provider.calls) == 1


def test_a_definite_no_after_doubt_is_still_doubt_where_nobody_can_know(world: World):
    world.provider(Unknown(), Rejected(RejectReason.SPAM))
    wanted(world, purpose="transactional")
    world.run(hours=1)
    assert world.messages() == [("note", "unknown", "refused_after_doubt")]
    assert Message.objects.get().counted_at is not None


def test_a_key_that_the_provider_may_have_forgotten_is_not_used_again(world: World):
    provider = world.provider(Unknown(), promise="I", keeps=timedelta(seconds=20))
    wanted(world)
    world.run(hours=1)
    assert world.messages() == [("note", "unknown", "unknown_outcome")]
    assert len(provider.calls) == 1


def test_consent_withdrawn_while_it_is_in_doubt_leaves_it_unknown(world: World):
    provider = world.provider(Unknown(), promise="I")
    wanted(world)
    world.run(seconds=10)
    world.withdraw(Message.objects.get().customer_id)
    world.run(hours=1)
    assert world.messages() == [("note", "unknown", "consent_withdrawn")]
    assert (len(provider.calls), Message.objects.get().counted_at is not None) == (1, True)


def test_a_result_too_few_is_unknown_and_the_others_stand(world: World):
    provider = world.provider(Accepted("first"))
    provider.swallows = {"bela@example.com"}
    world.publish(one_send("note"), note="")
    for name in ("anna", "bela"):
        world.event(world.person(name, addresses={"email": f"{name}@example.com"}), "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "accepted", "accepted"), ("note", "unknown", "unknown_outcome")]
