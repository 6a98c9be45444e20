"""Ways in besides events: a segment's door, a program's call; several at once; and the grace of a filter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.customers.change import NewFacts
from orchestrator.customers.change import change as change_customers
from orchestrator.domain.definition import read_rule
from orchestrator.events.models import Event
from orchestrator.journeys.enter import Entered, EnterError, enter
from orchestrator.journeys.models import Doorstep, Enrollment
from orchestrator.segments.define import define
from orchestrator.segments.models import Membership, Segment
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.world import World

GOLD = {"attribute": "tier", "is": "gold"}
BUYERS = {"event": "order.placed", "within": "30 days"}
REST = "- wait: 2 days\n  id: rest\n"


def segment(world: World, key: str, rule: object) -> None:
    define(key, key.title(), "", read_rule(rule), world.now)
    world.run(minutes=1)


def change(world: World, customer: int, **attributes: object) -> None:
    change_customers([NewFacts(customer, attributes)], world.now)


def changes(world: World) -> list[tuple[int, str, bool]]:
    told = Event.objects.filter(name__startswith="segment.").order_by("id")
    return list(told.values_list("customer_id", "name", "backfilled"))


def test_who_comes_into_the_segment_enters_and_who_was_there_does_not(world: World):
    there = world.person("anna", attributes={"tier": "gold"})
    segment(world, "golden", GOLD)
    world.publish(one_send("thanks", entry="{segment: {enters: golden}}"), thanks="")
    world.run(hours=1)
    assert list(Membership.objects.values_list("customer_id", flat=True)) == [there]
    assert (world.enrollments(), changes(world)) == ([], [(there, "segment.entered", True)])
    comes = world.person("bela")
    world.run(hours=1)
    change(world, comes, tier="gold")
    world.run(hours=1)
    assert list(Enrollment.objects.values_list("customer_id", "status")) == [(comes, "completed")]
    assert world.mailbox() == [("email", "bela@example.com", "thanks Bela")]
    assert changes(world)[1:] == [(comes, "segment.entered", False)]


def test_who_leaves_the_segment_enters_the_journey_of_those_who_left(world: World):
    anna = world.person("anna", attributes={"tier": "gold"})
    segment(world, "golden", GOLD)
    world.publish(one_send("sorry", entry="{segment: {leaves: golden}}"), sorry="")
    change(world, anna, tier="plain")
    world.run(hours=1)
    assert [customer for customer, _, _ in changes(world)] == [anna, anna]
    assert Membership.objects.count() == 0
    assert world.enrollments() == [("", "completed", "")]


def test_time_alone_leads_out_of_a_segment(world: World):
    anna = world.person("anna")
    segment(world, "buyers", BUYERS)
    world.event(anna, "order.placed", "10.00")
    world.publish(one_send("missed", entry="{segment: {leaves: buyers}}"), missed="")
    world.run(days=29)
    assert world.enrollments() == []
    world.run(days=1, hours=1, minutes=1)
    assert changes(world) == [(anna, "segment.entered", False), (anna, "segment.left", False)]
    assert world.enrollments() == [("", "completed", "")]


def test_an_edited_rule_lets_nobody_in_again(world: World):
    world.person("anna", attributes={"tier": "silver"})
    bela = world.person("bela", attributes={"tier": "gold"})
    segment(world, "golden", GOLD)
    world.publish(one_send("thanks", entry="{segment: {enters: golden}}"), thanks="")
    segment(world, "golden", {"attribute": "tier", "in": ["gold", "silver"]})
    world.run(hours=1)
    assert Membership.objects.count() == 2
    assert world.enrollments() == []
    define("golden", "Golden", "", read_rule({"attribute": "tier", "in": ["gold", "silver"]}), world.now)
    assert Segment.objects.get().settled
    change(world, bela, tier="none")
    world.run(hours=1)
    change(world, bela, tier="gold")
    world.run(hours=1)
    assert list(Enrollment.objects.values_list("customer_id", flat=True)) == [bela]


def test_a_segment_of_a_segment_follows_it(world: World):
    anna = world.person("anna", attributes={"tier": "gold", "city": "Łódź"})
    segment(world, "golden", GOLD)
    segment(world, "golden_lodz", {"all": [{"segment": "golden"}, {"attribute": "city", "is": "Łódź"}]})
    assert Membership.objects.filter(customer_id=anna).count() == 2
    change(world, anna, tier="plain")
    world.run(hours=1)
    assert Membership.objects.filter(customer_id=anna).count() == 0


def test_a_program_lets_somebody_in_and_the_same_key_is_the_same_entry(world: World):
    anna = world.person("anna", consents=())
    journey = one_send("receipt", entry="{api: {name: bought, requires: [order]}}", purpose="transactional")
    world.publish(journey, receipt="")
    first = enter("receipt", anna, "order-7", {"order": 7}, world.now)
    again = enter("receipt", anna, "order-7", {"order": 8}, world.now)
    world.run(minutes=1)
    assert (first.made, again) == (True, Entered(first.enrollment, False))
    assert list(Enrollment.objects.values_list("entry_key", "entry_properties")) == [
        ("order-7", {"order": 7})
    ]
    assert world.mailbox() == [("email", "anna@example.com", "receipt Anna")]
    assert enter("receipt", anna, "order-7", {"order": 7}, world.now) == Entered(first.enrollment, False)
    enter("receipt", anna, "order-8", {"order": 8}, world.now)
    world.run(minutes=1)
    assert len(world.mailbox()) == 2


@pytest.mark.parametrize(
    ("journey", "key", "properties", "code"),
    [
        ("nothing", "k", {}, "no_journey"),
        ("news", "k", {}, "no_api"),
        ("receipt", "", {"order": 1}, "bad_key"),
        ("receipt", "k" * 101, {"order": 1}, "bad_key"),
        ("receipt", "k", {}, "missing_property"),
    ],
)
def test_a_call_that_cannot_be_made_says_why(
    world: World, journey: str, key: str, properties: dict, code: str
):
    anna = world.person("anna")
    world.publish(one_send("receipt", entry="{api: {name: bought, requires: [order]}}"), receipt="")
    world.publish(one_send("news"), news="")
    with pytest.raises(EnterError) as caught:
        enter(journey, anna, key, properties, world.now)
    assert caught.value.code == code
    assert Enrollment.objects.count() == 0


def test_a_call_for_somebody_whom_the_filter_turns_away(world: World):
    anna = world.person("anna")
    world.publish(
        one_send("receipt", entry="{api: bought, only_if: {attribute: tier, is: gold}}"), receipt=""
    )
    assert enter("receipt", anna, "k", {}, world.now) == Entered(None, False, "only_if")


def test_several_ways_in(world: World):
    entry = "{any_of: [{event: trip.wanted}, {api: called}, {segment: {enters: golden}}], again: always}"
    anna = world.person("anna")
    segment(world, "golden", GOLD)
    world.publish(with_steps("trip", REST, entry=entry))
    world.event(anna, "trip.wanted")
    enter("trip", anna, "k1", {}, world.now)
    change(world, anna, tier="gold")
    world.run(minutes=1)
    keys = sorted(key.partition(":")[0] for key, _, _ in world.enrollments())
    assert keys == ["event", "event", "k1"]


ENTRY = "{event: trip.wanted, only_if: {attribute: tier, is: gold}, grace: 10 minutes}"


def test_the_attribute_that_comes_after_the_event_is_waited_for(world: World):
    anna = world.person("anna")
    world.publish(with_steps("trip", REST, entry=ENTRY))
    world.run(minutes=1)
    at = world.now
    world.event(anna, "trip.wanted", city="Gdynia")
    world.run(minutes=4)
    assert (world.enrollments(), Doorstep.objects.count()) == ([], 1)
    change(world, anna, tier="gold")
    world.run(minutes=1)
    ((properties, entered_at),) = Enrollment.objects.values_list("entry_properties", "entered_at")
    assert (properties, entered_at - at) == ({"city": "Gdynia"}, timedelta(microseconds=1))
    assert Doorstep.objects.count() == 0


def test_after_the_grace_the_door_is_closed(world: World):
    anna = world.person("anna")
    world.publish(with_steps("trip", REST, entry=ENTRY))
    world.event(anna, "trip.wanted")
    world.run(minutes=11)
    assert Doorstep.objects.count() == 0
    change(world, anna, tier="gold")
    world.run(days=1)
    assert world.enrollments() == []


def test_without_a_grace_nobody_waits_at_the_door(world: World):
    anna = world.person("anna")
    world.publish(with_steps("trip", REST, entry=ENTRY.replace(", grace: 10 minutes", "")))
    world.event(anna, "trip.wanted")
    world.run(minutes=1)
    assert (world.enrollments(), Doorstep.objects.count()) == ([], 0)
