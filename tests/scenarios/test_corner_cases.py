"""What seldom happens, and where systems like this one most often go wrong; `tests/test_corner_cases.py` has the list."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orchestrator.consents.models import SuppressionReason
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent, Recorded, record
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import FrequencyCap, Message
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import WARSAW, World


def held(world: World) -> int:
    """Anna got `first`; `note` is planned, and held for the gap."""
    for key in ("first", "note"):
        world.publish(one_send(key), **{key: ""})
    anna = world.person()
    world.event(anna, "first.wanted")
    world.run(minutes=1)
    world.event(anna, "note.wanted")
    world.run(minutes=1)
    assert world.messages()[1] == ("note", "planned", "minimum_gap")
    return anna


def test_a_birthday_edited_to_today_before_nine_is_wished_today_and_next_year(world: World):
    world.publish(one_send("wish", entry="{date: {attribute: birthday}}"), wish="")
    world.person(attributes={"birthday": "1990-06-01"})
    world.run(minutes=1)
    world.now = datetime(2026, 3, 4, 8, 59, tzinfo=WARSAW)
    save([Person("anna", attributes={"birthday": "1990-03-04"})], world.now)
    world.run(days=400)
    assert [key for key, _, _ in world.enrollments()] == ["birthday:2026", "birthday:2027"]
    assert Message.objects.filter(state="accepted").count() == 2


def test_a_birthday_put_back_after_the_wish_brings_no_second_gift(world: World):
    world.publish(one_send("wish", entry="{date: {attribute: birthday}}"), wish="")
    world.person(attributes={"birthday": "1990-03-03"})
    world.run(days=2)
    for on in ("1990-03-20", "1990-03-05", "1990-12-24"):
        save([Person("anna", attributes={"birthday": on})], world.now)
        world.run(days=1)
    world.run(days=290)
    assert world.enrollments() == [("birthday:2026", "completed", "")]


@pytest.mark.parametrize(("ahead", "enters_at"), [(4, 4), (6, 0)])
def test_an_event_of_the_future_waits_up_to_five_minutes_and_beyond_is_of_now(
    world: World, ahead: int, enters_at: int
):
    start = world.now
    world.publish(one_send("note"), note="")
    world.late_event(world.person(), "note.wanted", start + timedelta(minutes=ahead))
    world.run(hours=1)
    assert Message.objects.get().created_at == start + timedelta(minutes=enters_at)


def test_an_event_delivered_twice_happened_once(world: World):
    world.publish(one_send("mark", entry="{milestone: {event: order.placed, count: [2]}}"), mark="")
    anna = world.person()
    order = NewEvent(anna, "order.placed", world.now, "order-1")
    assert [record([order], world.now) for _ in range(2)] == [Recorded(1, 0), Recorded(0, 1)]
    world.run(hours=1)
    assert world.enrollments() == []
    record([order, NewEvent(anna, "order.placed", world.now, "order-2")], world.now)
    world.run(hours=1)
    assert world.enrollments() == [("order_2", "completed", "")]


def test_a_late_event_counts_in_rules_and_starts_nothing(world: World):
    bought = "{event: order.placed, count: {at_least: 1}}"
    steps = f"- choose: [{{when: {bought}, then: [{{exit: customer, id: yes}}]}}]\n  id: ask"
    world.publish(with_steps("trip", steps))
    world.publish(one_send("thanks", entry="{event: order.placed}"), thanks="")
    anna = world.person()
    world.late_event(anna, "order.placed", world.now - timedelta(hours=25))
    world.event(anna, "trip.wanted")
    world.run(hours=1)
    assert world.enrollments() == [("", "exited", "customer")]
    assert world.messages() == []
    assert Event.objects.get(name="order.placed").backfilled


@pytest.mark.parametrize(
    ("revoke", "state"),
    [
        ("nothing", ("note", "accepted", "accepted")),
        ("consent", ("note", "cancelled", "consent_withdrawn")),
        ("address", ("note", "skipped", "suppressed")),
    ],
)
def test_a_new_address_gets_it_only_where_it_may(world: World, revoke: str, state: tuple[str, str, str]):
    anna = held(world)
    save([Person("anna", addresses={"email": "anna@new.example"})], world.now)
    if revoke == "consent":
        world.withdraw(anna)
    if revoke == "address":
        bounced = Entry("email", digest("email", "anna@new.example"), SuppressionReason.BOUNCE)
        suppress([bounced], world.now)
    world.run(days=1)
    assert world.messages()[1] == state
    got = [recipient for _, recipient, _ in world.mailbox()]
    assert got == ["anna@example.com", *["anna@new.example"] * (revoke == "nothing")]


def test_a_cap_lowered_while_messages_are_held_holds_them_by_the_new_cap(world: World):
    """What was sent stands, also where the new cap would not have let it; what waits, waits longer."""
    world.workspace(minimum_gap_minutes=60)
    FrequencyCap.objects.all().delete()
    cap = FrequencyCap.objects.create(name="Two a day", limit=2, calendar="day")
    for key in ("one", "two", "three"):
        world.publish(one_send(key), **{key: ""})
    anna = world.person()
    for key in ("one", "two", "three"):
        world.event(anna, f"{key}.wanted")
        world.run(minutes=1)
    world.run(hours=2)
    assert world.sent() == [("Mon 13:00", "one"), ("Mon 14:00", "two")]
    assert world.messages()[2] == ("three", "planned", "capped")
    cap.limit, cap.calendar, cap.rolling = 1, "", "2 days"
    cap.save()
    world.run(days=3)
    assert world.sent()[2:] == [("Wed 14:00", "three")]
    assert [reason for _, reason in world.decisions("one")] == ["allowed"]


def test_a_cap_lowered_to_less_than_was_sent_rewrites_nothing(world: World):
    world.workspace(minimum_gap_minutes=0)
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="Two a day", limit=2, calendar="day")
    for key in ("one", "two"):
        world.publish(one_send(key), **{key: ""})
    anna = world.person()
    for key in ("one", "two"):
        world.event(anna, f"{key}.wanted")
    world.run(minutes=1)
    FrequencyCap.objects.update(limit=1)
    world.run(days=1)
    assert world.messages() == [(key, "accepted", "accepted") for key in ("one", "two")]
    assert Enrollment.objects.filter(status="completed").count() == 2


def test_consent_taken_back_between_the_decision_and_the_hand_off_does_not_revive(world: World):
    """Planned and decided (held), then withdrawn, and granted again a second later. (At one moment, withdrawal wins.)"""
    anna = held(world)
    world.withdraw(anna)
    world.now += timedelta(seconds=1)
    world.grant(anna)
    world.run(days=3)
    assert world.messages()[1] == ("note", "cancelled", "consent_withdrawn")
    world.event(anna, "note.wanted")
    world.run(days=1)
    assert world.messages()[2] == ("note", "accepted", "accepted")
