"""Where somebody lives: the best that is known, what is no zone passed over and told, a move taken up at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.customers.models import Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.messaging.models import Message, QuietHoursRule
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import MONDAY_NOON, WARSAW, World

SMS = 'sms:\n  en: {text: "hi"}\n'
MORNING = "- wait: 1 hour\n  until: '09:00'\n  id: rest"


def night(world: World, hours: float, **person: str) -> int:
    """An SMS is wanted so many hours after Monday noon UTC."""
    world.publish(one_send("text", "sms"), text=SMS)
    anna = world.person(consents=("sms",), **person)
    world.now += timedelta(hours=hours)
    world.event(anna, "text.wanted")
    world.run(minutes=1)
    return anna


@pytest.mark.parametrize(
    ("known", "zone", "rung"),
    [
        ({"time_zone": "Asia/Tokyo", "last_seen_zone": "America/Lima", "country": "DE"}, "Asia/Tokyo", "attribute"),
        ({"last_seen_zone": "America/Lima", "country": "DE"}, "America/Lima", "last_seen"),
        ({"country": "DE"}, "Europe/Berlin", "country"),
        ({"country": "US"}, "Europe/Warsaw", "workspace"),
        ({}, "Europe/Warsaw", "workspace"),
    ],
)  # fmt: skip
def test_the_rung_is_kept_with_the_wait_and_with_the_message(
    world: World, known: dict[str, str], zone: str, rung: str
):
    world.publish(with_steps("trip", "- wait: 1 day\n  id: rest\n- send: note\n  id: note"), note="")
    anna = world.person()
    Customer.objects.filter(id=anna).update(**known)
    world.event(anna, "trip.wanted")
    world.run(days=2)
    assert StepRun.objects.get(step="rest").evidence == {"zone": zone, "zone_known_by": rung}
    assert Message.objects.values_list("zone", "zone_rung").get() == (zone, rung)
    assert not Event.objects.filter(name="data.zone_rejected").exists()


def test_a_zone_that_is_none_is_passed_over_and_told_once(world: World):
    world.publish(one_send("text", "sms"), text=SMS)
    anna = world.person(consents=("sms",), country="DE")
    Customer.objects.filter(id=anna).update(time_zone="Europe/Atlantis")  # not by a door of ours
    world.now += timedelta(hours=9)  # 22:00 in Berlin
    world.event(anna, "text.wanted")
    world.run(days=1)
    assert Message.objects.values_list("state", "zone", "zone_rung").get() == (
        "accepted", "Europe/Berlin", "country",
    )  # fmt: skip
    assert world.decisions("text") == [("hold", "quiet_hours"), ("allow", "allowed")]
    (told,) = Event.objects.filter(name="data.zone_rejected")
    assert told.customer_id == anna
    assert told.properties == {
        "rejected": ["Europe/Atlantis"],
        "used": "Europe/Berlin",
        "known_by": "country",
    }


def test_who_moved_east_in_the_night_gets_it_by_their_new_morning(world: World):
    night(world, hours=10)  # 23:00 in Warsaw
    assert world.messages() == [("text", "planned", "quiet_hours")]
    world.run(hours=2)  # 01:00 in Warsaw, 09:00 in Tokyo
    save([Person("anna", time_zone="Asia/Tokyo")], world.now)
    world.run(minutes=1)
    message = Message.objects.get()
    assert (message.state, message.zone, message.zone_rung) == ("accepted", "Asia/Tokyo", "attribute")
    assert message.handed_off_at == MONDAY_NOON + timedelta(hours=12, minutes=1)  # never earlier than now


def test_who_moved_west_in_the_night_waits_for_their_new_morning(world: World):
    night(world, hours=10)
    save([Person("anna", time_zone="America/New_York")], world.now)
    world.run(minutes=1)  # 18:02 there
    assert world.messages() == [("text", "accepted", "accepted")]
    bela = world.person("bela", consents=("sms",), addresses={"sms": "+48 600 100 201"})
    world.event(bela, "text.wanted")
    world.run(minutes=1)
    save([Person("bela", time_zone="America/Sao_Paulo")], world.now + timedelta(hours=3))
    world.now += timedelta(hours=3)  # 23:03 in São Paulo
    world.run(minutes=1)
    held = Message.objects.get(customer=bela)
    assert (held.state, held.zone) == ("planned", "America/Sao_Paulo")
    opens = MONDAY_NOON + timedelta(hours=23)  # Tuesday, 08:00 there
    assert opens <= held.due_at < opens + timedelta(minutes=10)


@pytest.mark.parametrize(("zone", "due"), [("Asia/Tokyo", "Tue 01:00"), ("America/New_York", "Mon 15:00")])
def test_a_wait_for_the_morning_follows_the_move(world: World, zone: str, due: str):
    world.publish(with_steps("trip", MORNING))
    anna = world.person()
    world.event(anna, "trip.wanted")
    world.run(minutes=1)
    assert _due() == "Tue 09:00"
    save([Person("anna", time_zone=zone)], world.now)
    world.run(minutes=1)
    assert _due() == due


def test_a_wait_whose_time_has_passed_where_they_moved_to_ends_now(world: World):
    world.publish(with_steps("trip", MORNING))
    anna = world.person()
    world.event(anna, "trip.wanted")
    world.run(hours=14)  # 03:00 in Warsaw, 11:00 in Tokyo
    save([Person("anna", time_zone="Asia/Tokyo")], world.now)
    at = world.now
    world.run(minutes=1)
    assert Enrollment.objects.values_list("status", "finished_at").get() == ("completed", at)


def test_a_rule_about_an_attribute_is_looked_at_when_it_changes(world: World):
    steps = "- wait_until: {attribute: tier, is: gold}\n  id: gold\n  at_most: 3 days\n  then: [{exit: gold, id: out}]"
    world.publish(with_steps("trip", steps))
    anna = world.person()
    world.event(anna, "trip.wanted")
    world.run(hours=1)
    save([Person("anna", attributes={"tier": "gold"})], world.now)
    world.run(minutes=1)
    assert world.enrollments() == [("", "exited", "gold")]


def test_quiet_hours_that_leave_no_time_in_a_week_let_it_expire(world: World):
    every = {"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}
    QuietHoursRule.objects.update(ranges=[every, {**every, "start": "23:59", "end": "00:00"}])
    night(world, hours=0)
    assert world.messages() == [("text", "expired", "never_allowed")]
    assert world.decisions("text") == [("expire", "never_allowed")]


def _due() -> str:
    at = Enrollment.objects.values_list("due_at", flat=True).get()
    assert at is not None
    return at.astimezone(WARSAW).strftime("%a %H:%M")
