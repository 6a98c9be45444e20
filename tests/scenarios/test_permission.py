"""Whether one may write at all: consent, topics, suppression, the allow-list, people who are gone."""

from __future__ import annotations

import pytest
from django.conf import settings

from orchestrator.consents.models import SuppressionReason
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.models import Address, Customer
from orchestrator.messaging.models import Message
from orchestrator.sdk.values import Deferred
from orchestrator.workspace.models import Topic
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

LATER = "- wait: 1 day\n  id: rest\n- send: note\n  id: note\n"


def note(world: World, **header: str) -> int:
    """`note` is sent a day after it was wanted; anna wants it."""
    world.publish(with_steps("note", LATER, **header), note="")
    anna = world.person()
    world.event(anna, "note.wanted")
    return anna


def held(world: World) -> int:
    """Anna got `first`; `note` is planned, and held for the gap."""
    Topic.objects.create(key="club", title={"en": "Club"})
    world.publish(one_send("first"), first="")
    world.publish(one_send("note", topic="club"), note="")
    anna = world.person()
    world.event(anna, "first.wanted")
    world.run(hours=1)
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages()[1] == ("note", "planned", "minimum_gap")
    return anna


def bar(world: World, customer: int, channel: str = "email") -> None:
    """The address bounced for good."""
    digest = Address.objects.get(customer=customer, channel=channel).digest
    suppress([Entry(channel, digest, SuppressionReason.BOUNCE)], world.now)


def test_consent_taken_back_during_a_wait_is_seen_when_the_time_comes(world: World):
    anna = note(world)
    world.run(hours=1)
    world.withdraw(anna)
    world.run(days=2)
    assert world.messages() == [("note", "skipped", "consent_withdrawn")]
    assert world.enrollments() == [("", "completed", "")]
    assert world.mailbox() == []


def test_consent_given_during_a_wait_is_consent(world: World):
    world.publish(with_steps("note", LATER), note="")
    anna = world.person(consents=())
    world.event(anna, "note.wanted")
    world.run(hours=1)
    world.grant(anna)
    world.run(days=2)
    assert world.messages() == [("note", "accepted", "accepted")]
    consent = Message.objects.get().consent_as_stood
    assert (consent["state"], consent["source"]) == ("granted", "test")


def test_what_was_planned_before_the_withdrawal_is_cancelled_at_once_and_stays_so(world: World):
    anna = held(world)
    world.withdraw(anna)
    assert world.messages()[1] == ("note", "cancelled", "consent_withdrawn")
    world.grant(anna)
    world.run(days=3)
    assert world.messages()[1] == ("note", "cancelled", "consent_withdrawn")
    assert [subject for _, _, subject in world.mailbox()] == ["first Anna"]
    assert world.enrollments() == [("", "completed", "")] * 2


def test_leaving_one_topic_cancels_that_topic_alone(world: World):
    anna = held(world)
    world.withdraw(anna, topic="club")
    world.event(anna, "first.wanted")
    world.run(days=2)
    assert world.messages() == [
        ("first", "accepted", "accepted"),
        ("note", "cancelled", "topic_unsubscribed"),
        ("first", "accepted", "accepted"),
    ]


def test_another_channel_is_not_asked_for_the_same_consent(world: World):
    anna = held(world)
    world.withdraw(anna, "sms")
    world.run(days=1)
    assert world.messages()[1] == ("note", "accepted", "accepted")


def test_the_first_channel_with_consent_is_taken(world: World):
    world.publish(
        one_send("note", "email, sms"),
        note='sms:\n  en: {text: "hi"}\nemail:\n  en: {subject: "hi", html: "hi"}\n',
    )
    world.event(world.person(consents=("sms",)), "note.wanted")
    world.run(hours=1)
    assert world.mailbox() == [("sms", "+48600100200", "hi")]


def test_a_suppressed_address_gets_nothing(world: World):
    anna = note(world)
    world.run(hours=1)
    bar(world, anna)
    world.run(days=2)
    assert world.messages() == [("note", "skipped", "suppressed")]
    assert world.decisions("note") == [("skip", "suppressed")]


def test_a_receipt_needs_no_consent_but_a_living_address(world: World):
    world.publish(one_send("receipt", purpose="transactional"), receipt="")
    anna, bela = world.person("anna", consents=()), world.person("bela", consents=())
    bar(world, bela)
    for one in (anna, bela):
        world.event(one, "receipt.wanted")
    world.run(hours=2)
    assert world.messages() == [("receipt", "accepted", "accepted"), ("receipt", "skipped", "suppressed")]
    assert world.mailbox() == [("email", "anna@example.com", "receipt Anna")]


def test_without_an_address_there_is_nobody_to_write_to(world: World):
    world.publish(one_send("note"), note="")
    world.event(world.person(addresses={"sms": "+48 600 100 200"}), "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "skipped", "no_address")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"erased_at": "now"}, "customer_erased"), ({"merged_into": "other"}, "customer_merged")],
)
def test_who_is_gone_gets_nothing_more(world: World, change: dict[str, str], reason: str):
    anna = held(world)
    values = {"now": world.now, "other": world.person("other")}
    Customer.objects.filter(id=anna).update(**{name: values[word] for name, word in change.items()})
    world.run(days=1)
    assert world.messages()[1] == ("note", "cancelled", reason)


@pytest.mark.parametrize(
    ("allowed", "recipients", "kept"),
    [
        ([], [], ["anna@example.com", "bela@shop.example"]),
        (["anna@example.com"], ["anna@example.com"], ["bela@shop.example"]),
        (["SHOP.example"], ["bela@shop.example"], ["anna@example.com"]),
        (["example"], [], ["anna@example.com", "bela@shop.example"]),
        (["*"], ["anna@example.com", "bela@shop.example"], []),
    ],
)
def test_only_the_allow_list_really_gets_messages(
    world: World, allowed: list[str], recipients: list[str], kept: list[str]
):
    provider = world.provider()
    settings.DELIVERY_ALLOWLIST = allowed
    world.publish(one_send("note"), note="")
    world.event(world.person("anna"), "note.wanted")
    world.event(world.person("bela", addresses={"email": "bela@shop.example"}), "note.wanted")
    world.run(hours=1)
    assert provider.recipients == recipients
    assert [recipient for _, recipient, _ in world.mailbox()] == kept
    assert world.messages() == [("note", "accepted", "accepted")] * 2


def test_who_is_taken_off_the_allow_list_gets_nothing_that_was_to_be_tried_again(world: World):
    provider = world.provider(Deferred())
    world.publish(one_send("note"), note="")
    world.event(world.person(), "note.wanted")
    world.run(seconds=1)
    assert world.messages() == [("note", "retry_wait", "deferred")]
    settings.DELIVERY_ALLOWLIST = []
    world.run(hours=1)
    assert len(provider.calls) == 1
    assert world.mailbox() == [("email", "anna@example.com", "note Anna")]
