"""`via: [email, sms, push]`: what stands in the way of one channel leads to the next, what stands in the way of all does not."""

from __future__ import annotations

import pytest

from orchestrator.consents.models import Suppression
from orchestrator.customers.models import Address
from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.sdk.values import Deferred, Rejected, RejectReason, Unknown
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

ALL = (
    'email:\n  en: {subject: "hi", html: "hi"}\nsms:\n  en: {text: "hi"}\n'
    'push:\n  en: {title: "hi", body: "hi"}\n'
)
EVERYWHERE = {"email": "anna@example.com", "sms": "+48 600 100 200", "push": "token-1"}


def planned(world: World, **header: str) -> int:
    """Anna, whom all three channels reach, has a message planned on the first."""
    world.publish(one_send("note", "email, sms, push", **header), note=ALL)
    anna = world.person(consents=("email", "sms", "push"), addresses=EVERYWHERE)
    world.event(anna, "note.wanted")
    world.run_walks()
    return anna


def tried() -> list[tuple[str, str, str]]:
    rows = list(Message.objects.order_by("id").values_list("channel", "state", "reason"))
    assert len(set(Message.objects.values_list("key", flat=True))) == len(rows)
    assert set(Message.objects.values_list("visit", flat=True)) == {1}
    return rows


def drop(world: World, anna: int) -> None:
    Address.objects.filter(channel="email").delete()


def spoil(world: World, anna: int) -> None:
    Address.objects.filter(channel="email").update(invalid_at=world.now, invalid_reason="bounced")


def suppress(world: World, anna: int) -> None:
    digest = Address.objects.get(channel="email").digest
    Suppression.objects.create(channel="email", digest=digest, reason="bounce", created_at=world.now)


@pytest.mark.parametrize(
    ("harm", "reason"), [(drop, "no_address"), (spoil, "address_invalid"), (suppress, "suppressed")]
)
def test_a_channel_lost_after_planning_leads_to_the_next(world: World, harm, reason: str):
    harm(world, planned(world))
    world.run(hours=1)
    assert tried() == [("email", "skipped", reason), ("sms", "accepted", "accepted")]
    assert [channel for channel, _, _ in world.mailbox()] == ["sms"]


def test_each_channel_is_tried_once_and_then_the_passage_goes_on(world: World):
    for channel in EVERYWHERE:
        world.provider(Rejected(RejectReason.INVALID_ADDRESS), channel=channel)
    planned(world)
    world.run(days=1)
    no = ("rejected", "invalid_address")
    assert tried() == [("email", *no), ("sms", *no), ("push", *no)]
    assert world.enrollments() == [("", "completed", "")]


def test_attempts_that_are_spent_lead_to_the_next(world: World):
    world.provider(*[Deferred()] * 6)
    planned(world)
    world.run(hours=4)
    assert tried()[0] == ("email", "failed", "attempts_spent")
    assert [channel for channel, _, _ in tried()] == ["email", "sms"]


@pytest.mark.parametrize("answers", [[], [Unknown()]])
def test_after_an_acceptance_or_what_may_be_one_nothing_else_is_sent(world: World, answers: list[Unknown]):
    world.provider(*answers)
    planned(world)
    world.run(days=1)
    assert tried() == [("email", *(("unknown", "unknown_outcome") if answers else ("accepted", "accepted")))]


def test_whoever_unsubscribes_meanwhile_gets_nothing_by_another_channel(world: World):
    world.withdraw(planned(world))
    world.run(days=1)
    assert tried() == [("email", "cancelled", "consent_withdrawn")]


def test_an_expired_message_is_over_on_all_channels(world: World):
    planned(world, expires="1 hour")
    world.workspace(paused_channels=["email"])
    world.run(hours=2)
    world.workspace(paused_channels=[])
    world.run(hours=1)
    assert tried() == [("email", "expired", "expired")]


@pytest.mark.parametrize(("on_cap", "then"), [("fallback", [("sms", "accepted", "accepted")]), ("skip", [])])
def test_a_full_cap_of_one_channel_leads_to_the_next_only_where_the_journey_says_so(
    world: World, on_cap: str, then: list[tuple[str, str, str]]
):
    FrequencyCap.objects.all().delete()
    world.workspace(minimum_gap_minutes=0)
    FrequencyCap.objects.create(name="mail", limit=1, rolling="7 days", channels=["email"])
    planned(world, on_cap=on_cap)
    world.publish(one_send("first", priority="99"), first="")
    world.event(Message.objects.get().customer_id, "first.wanted")
    world.run(hours=1)
    found = [
        row
        for row, step in zip(
            tried(), Message.objects.order_by("id").values_list("step", flat=True), strict=True
        )
        if step == "note"
    ]
    assert found == [("email", "skipped", "capped"), *then]
