"""How often: the shipped caps (one a day, three in seven days), the gap of four hours, and caps of one's own."""

from __future__ import annotations

from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.sdk.values import Rejected, RejectReason
from orchestrator.workspace.models import Topic
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

HELD = ("planned", "minimum_gap")


def live(world: World, *keys: str, **header: str) -> None:
    for key in keys:
        world.publish(one_send(key, **header), **{key: ""})


def want(world: World, customer: int, *keys: str) -> None:
    for key in keys:
        world.event(customer, f"{key}.wanted")


def test_a_second_one_waits_for_the_gap_and_then_for_tomorrow(world: World):
    live(world, "one", "two")
    anna = world.person()
    want(world, anna, "one")
    world.run(hours=1)
    want(world, anna, "two")
    world.run(hours=1)
    assert world.messages() == [("one", "accepted", "accepted"), ("two", *HELD)]
    world.run(days=2)
    assert world.sent() == [("Mon 13:00", "one"), ("Tue 00:00", "two")]
    assert world.decisions("two") == [("hold", "minimum_gap"), ("hold", "capped"), ("allow", "allowed")]


def test_the_gap_alone_is_four_hours_to_the_minute(world: World):
    FrequencyCap.objects.all().delete()
    live(world, "one", "two")
    anna = world.person()
    want(world, anna, "one")
    world.run(minutes=10)
    want(world, anna, "two")
    world.run(hours=12)
    assert world.sent() == [("Mon 13:00", "one"), ("Mon 17:00", "two")]


def test_the_fourth_in_seven_days_waits_until_the_first_is_seven_days_old(world: World):
    keys = ("mon", "tue", "wed", "thu")
    live(world, *keys, expires="5 days")
    anna = world.person()
    for key in keys:
        want(world, anna, key)
        world.run(days=1)
    world.run(days=7)
    assert world.sent() == [
        ("Mon 13:00", "mon"),
        ("Tue 13:00", "tue"),
        ("Wed 13:00", "wed"),
        ("Mon 13:00", "thu"),
    ]
    assert world.decisions("thu") == [("hold", "capped"), ("allow", "allowed")]


def test_what_finds_no_slot_within_its_72_hours_expires_and_the_journey_goes_on(world: World):
    keys = ("mon", "tue", "wed", "thu")
    live(world, *keys)
    anna = world.person()
    for key in keys:
        want(world, anna, key)
        world.run(days=1)
    world.run(days=7)
    assert world.messages()[3] == ("thu", "expired", "expired")
    assert world.decisions("thu") == [("hold", "capped"), ("expire", "expired")]
    assert world.enrollments() == [("", "completed", "")] * 4
    assert len(world.mailbox()) == 3


def test_on_cap_skip_skips_it_as_soon_as_only_the_cap_is_in_its_way(world: World):
    live(world, "one")
    live(world, "two", on_cap="skip")
    anna = world.person()
    want(world, anna, "one")
    world.run(hours=5)
    want(world, anna, "two")
    world.run(minutes=1)
    assert world.messages() == [("one", "accepted", "accepted"), ("two", "skipped", "capped")]
    assert world.enrollments() == [("", "completed", "")] * 2


def test_a_cap_on_a_topic_counts_that_topic_alone(world: World):
    FrequencyCap.objects.all().delete()
    club = Topic.objects.create(key="club", title={"en": "Club"})
    FrequencyCap.objects.create(name="Club", limit=1, rolling="2 days", topic=club)
    world.workspace(minimum_gap_minutes=0)
    live(world, "first", "second", topic="club")
    live(world, "other")
    anna = world.person()
    want(world, anna, "first")
    world.run(minutes=1)
    want(world, anna, "second", "other")
    world.run(days=3)
    assert world.sent() == [("Mon 13:00", "first"), ("Mon 13:01", "other"), ("Wed 13:00", "second")]


def test_a_cap_on_a_channel_counts_that_channel_alone(world: World):
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="SMS", limit=1, calendar="week", channels=["sms"])
    world.workspace(minimum_gap_minutes=0)
    world.publish(one_send("text", "sms"), text='sms:\n  en: {text: "hi"}\n')
    world.publish(one_send("more", "sms", expires="14 days"), more='sms:\n  en: {text: "hi"}\n')
    live(world, "mail")
    anna = world.person(consents=("email", "sms"))
    want(world, anna, "text")
    world.run(minutes=1)
    want(world, anna, "more", "mail")
    world.run(days=8)
    # A calendar week begins on Monday at midnight; by then the night is silent for SMS.
    assert world.sent()[:2] == [("Mon 13:00", "text"), ("Mon 13:01", "mail")]
    assert [(at[:8], step) for at, step in world.sent()[2:]] == [("Mon 08:0", "more")]


def test_a_transactional_message_neither_waits_for_slots_nor_takes_one(world: World):
    live(world, "one", "three")
    live(world, "receipt", purpose="transactional")
    anna = world.person()
    want(world, anna, "one", "receipt")
    world.run(minutes=1)
    want(world, anna, "receipt")
    world.run(hours=24)
    want(world, anna, "three")
    world.run(minutes=1)
    assert [step for _, step in world.sent()] == ["receipt", "one", "receipt", "three"]
    assert {state for _, state, _ in world.messages()} == {"accepted"}


def test_a_refused_message_gives_its_slot_back(world: World):
    world.provider(Rejected(RejectReason.SPAM))
    live(world, "one", "two", "three")
    anna = world.person()
    for key in ("one", "two", "three"):
        want(world, anna, key)
        world.run(minutes=1)
    assert world.messages() == [
        ("one", "rejected", "spam"),
        ("two", "accepted", "accepted"),
        ("three", *HELD),
    ]


def test_two_people_at_one_mailbox_share_its_slots(world: World):
    live(world, "one")
    shared = {"email": "family@example.com"}
    anna, bela = world.person("anna", addresses=shared), world.person("bela", addresses=shared)
    want(world, anna, "one")
    want(world, bela, "one")
    world.run(hours=1)
    assert world.mailbox() == [("email", "family@example.com", "one Anna")]
    world.run(days=1)
    assert world.sent() == [("Mon 13:00", "one"), ("Tue 00:00", "one")]
    assert Message.objects.values("address_digest").distinct().count() == 1
