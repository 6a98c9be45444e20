"""The life of a device: a push goes to the newest one; when that is gone, to another, and never to the old one again."""

from __future__ import annotations

import pytest

from orchestrator.consents.models import Suppression, SuppressionReason
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.models import Address
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.messaging.models import DeliveryAttempt
from orchestrator.sdk.values import Accepted, Rejected, RejectReason
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

PUSH = 'push:\n  en: {title: "Hi", body: "there"}\n'
GONE = Rejected(RejectReason.INVALID_ADDRESS, "the push service answered 410")
KEYS = '"keys":{"auth":"' + "A" * 22 + '","p256dh":"BA' + "A" * 85 + '"}'
OLD, BROWSER, NEW = "old-phone", '{"endpoint":"https://push.example.com/x",' + KEYS + "}", "new-phone"


def with_devices(world: World, *devices: str) -> int:
    """Anna, who has got these devices one after the other."""
    anna = world.person(consents=("push",), addresses={"email": "anna@example.com"})
    for device in devices:
        save([Person("anna", addresses={"push": device})], world.now)
    return anna


def want(world: World, anna: int, *keys: str) -> None:
    for key in keys:
        world.publish(one_send(key, "push"), **{key: PUSH})
        world.event(anna, f"{key}.wanted")
        world.run(days=2)


def test_the_newest_device_is_used(world: World):
    provider = world.provider(channel="push")
    want(world, with_devices(world, OLD, BROWSER, NEW), "note")
    assert provider.recipients == [NEW]
    assert world.messages() == [("note", "accepted", "accepted")]


def test_a_device_that_is_gone_is_never_used_again_and_the_next_newest_is(world: World):
    provider = world.provider(Accepted(), GONE, Accepted(), GONE, GONE, channel="push")
    anna = with_devices(world, OLD, BROWSER, NEW)
    want(world, anna, "one", "two", "three", "four", "five", "six")
    assert provider.recipients == [NEW, NEW, BROWSER, BROWSER, OLD]
    assert world.messages() == [
        ("one", "accepted", "accepted"),
        ("two", "rejected", "invalid_address"),
        ("three", "accepted", "accepted"),
        ("four", "rejected", "invalid_address"),
        ("five", "rejected", "invalid_address"),
        ("six", "skipped", "suppressed"),
    ]
    assert list(
        Suppression.objects.order_by("id").values_list("channel", "digest", "brand", "reason", "detail")
    ) == [
        ("push", digest("push", device), None, "bounce", "invalid_address") for device in (NEW, BROWSER, OLD)
    ]
    assert DeliveryAttempt.objects.count() == 5


def test_a_device_that_comes_back_stays_unused_while_a_new_token_is_used(world: World):
    provider = world.provider(GONE, channel="push")
    anna = with_devices(world, NEW)
    want(world, anna, "one")
    save([Person("anna", addresses={"push": NEW})], world.now)
    want(world, anna, "two")
    save([Person("anna", addresses={"push": "newer-token"})], world.now)
    want(world, anna, "three")
    assert provider.recipients == [NEW, "newer-token"]
    assert world.messages()[1:] == [("two", "skipped", "suppressed"), ("three", "accepted", "accepted")]
    assert Address.objects.filter(channel="push").count() == 2


@pytest.mark.parametrize(
    "reason", [SuppressionReason.COMPLAINT, SuppressionReason.OBJECTION, SuppressionReason.MANUAL]
)
def test_who_objected_at_one_device_is_not_reached_at_another(world: World, reason: SuppressionReason):
    provider = world.provider(channel="push")
    anna = with_devices(world, OLD, NEW)
    suppress([Entry("push", digest("push", NEW), reason)], world.now)
    want(world, anna, "note")
    assert provider.recipients == []
    assert world.messages() == [("note", "skipped", "suppressed")]


def test_a_phone_that_two_people_share_is_gone_for_both(world: World):
    provider = world.provider(GONE, channel="push")
    anna = with_devices(world, OLD, NEW)
    bela = world.person("bela", consents=("push",), addresses={"push": NEW})
    want(world, anna, "one")
    want(world, bela, "two")
    want(world, anna, "three")
    assert provider.recipients == [NEW, OLD]
    assert world.messages() == [
        ("one", "rejected", "invalid_address"),
        ("two", "skipped", "suppressed"),
        ("three", "accepted", "accepted"),
    ]


def test_the_next_channel_serves_where_the_device_is_gone(world: World):
    world.provider(GONE, channel="push")
    email = world.provider()
    anna = world.person(consents=("push", "email"), addresses={"push": NEW, "email": "anna@example.com"})
    world.publish(one_send("note", "push, email"), note=PUSH + 'email:\n  en: {subject: "hi", html: "hi"}\n')
    world.event(anna, "note.wanted")
    world.run(hours=1)
    assert world.messages() == [("note", "rejected", "invalid_address"), ("note", "accepted", "accepted")]
    assert email.recipients == ["anna@example.com"]
