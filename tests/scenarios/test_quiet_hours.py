"""Nights are silent for SMS and push, by the clock on the customer's own wall."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.domain.quiet import release_jitter
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import Message, QuietHoursRule
from tests.scenarios.journeys import one_send
from tests.scenarios.world import MONDAY_NOON, World

SMS = 'sms:\n  en: {text: "hi"}\n'


def text_wanted(world: World, hours: float, header: dict[str, str] | None = None, **person: str) -> Message:
    """At so many hours after Monday noon UTC (13:00 in Warsaw) somebody triggers an SMS."""
    world.publish(one_send("text", "sms", **(header or {})), text=SMS)
    anna = world.person(consents=("sms",), **person)
    world.now += timedelta(hours=hours)
    world.event(anna, "text.wanted")
    world.run(days=1)
    return Message.objects.get()


def released(message: Message, hours: float) -> bool:
    """Whether it left so many hours after Monday noon UTC, and after the wait of its own that spreads the crowd."""
    opens = MONDAY_NOON + timedelta(hours=hours)
    wait = release_jitter(message.key, timedelta(minutes=10))
    assert timedelta(0) <= wait < timedelta(minutes=10)
    return message.handed_off_at == opens + wait


def test_by_day_it_leaves_at_once(world: World):
    assert text_wanted(world, hours=7).handed_off_at == MONDAY_NOON + timedelta(hours=7)  # 20:00
    assert world.decisions("text") == [("allow", "allowed")]


def test_at_night_it_is_held_until_morning(world: World):
    message = text_wanted(world, hours=8)  # 21:00 sharp
    assert world.decisions("text") == [("hold", "quiet_hours"), ("allow", "allowed")]
    assert released(message, hours=19)  # Tuesday, 08:00
    assert (message.zone, message.zone_rung) == ("Europe/Warsaw", "workspace")


def test_a_worker_that_stood_still_until_the_night_sends_nothing_of_the_day(world: World):
    world.publish(one_send("text", "sms"), text=SMS)
    world.event(world.person(consents=("sms",)), "text.wanted")
    world.run_walks()
    deliver(world.now, clock=lambda: world.now + timedelta(hours=9))
    assert world.decisions("text") == [("hold", "quiet_hours")]
    assert world.sent() == []


def test_what_leaves_later_in_a_turn_takes_its_slot_when_it_leaves(world: World):
    world.publish(one_send("text", "sms"), text=SMS)
    world.event(world.person(consents=("sms",)), "text.wanted")
    world.run_walks()
    later = world.now + timedelta(minutes=3)
    assert deliver(world.now, clock=lambda: later).handed_off == 1
    message = Message.objects.get()
    assert (message.handed_off_at, message.counted_at, message.final_at) == (later, later, later)


def test_it_is_the_customers_night_that_counts(world: World):
    message = text_wanted(world, hours=0, time_zone="America/New_York")  # 13:00 in Warsaw, 07:00 there
    assert released(message, hours=1)
    assert (message.zone, message.zone_rung) == ("America/New_York", "attribute")


def test_a_country_with_one_zone_tells_it(world: World):
    message = text_wanted(world, hours=2, country="JP")  # 15:00 in Warsaw, 23:00 in Tokyo
    assert released(message, hours=11)
    assert (message.zone, message.zone_rung) == ("Asia/Tokyo", "country")


def test_what_would_be_too_late_in_the_morning_expires_in_the_night(world: World):
    message = text_wanted(world, hours=8, header={"expires": "6 hours"})
    assert (message.state, message.reason) == ("expired", "expired")
    assert message.final_at == MONDAY_NOON + timedelta(hours=14)
    assert world.mailbox() == []


def test_a_receipt_comes_at_night_too(world: World):
    message = text_wanted(world, hours=8, header={"purpose": "transactional"})
    assert message.handed_off_at == MONDAY_NOON + timedelta(hours=8)


def test_email_knows_no_night_unless_it_is_given_one(world: World):
    world.publish(one_send("mail"), mail="")
    world.now += timedelta(hours=8)
    world.event(world.person("anna"), "mail.wanted")
    world.run(minutes=1)
    assert world.sent() == [("Mon 21:00", "mail")]
    QuietHoursRule.objects.create(
        name="Mail", channel="email", ranges=[{"weekdays": [0], "start": "20:00", "end": "23:00"}]
    )
    world.event(world.person("bela"), "mail.wanted")
    world.run(hours=3)
    assert world.sent()[1][0].startswith("Mon 23:0")


def test_public_holidays_are_silent_all_day(world: World):
    QuietHoursRule.objects.update(holidays="PL")
    world.now = MONDAY_NOON.replace(month=5, day=1)  # Labour Day, a Friday
    world.publish(one_send("text", "sms"), text=SMS)
    world.event(world.person(consents=("sms",)), "text.wanted")
    world.run(days=3)
    assert [at[:8] for at, _ in world.sent()] == ["Sat 08:0"]  # the 3rd is a holiday again, the 2nd is none
