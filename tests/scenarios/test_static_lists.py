"""A list is a segment whose members are who was put on it: to journeys and rules it is like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.domain.definition import read_rule
from orchestrator.events.models import Event
from orchestrator.segments.define import define
from orchestrator.segments.guards import guarded, guarding_segments
from orchestrator.segments.lists import add, make_list, remove
from orchestrator.segments.models import Membership, Segment, Transition
from orchestrator.segments.refresh import pass_over, refresh
from tests.scenarios.world import World

JOURNEY = """\
journey: note
entry: {segment: {enters: guests}}
steps:
  - send: note
    id: hello
    via: [email]
"""


def members(key: str = "guests") -> list[int]:
    return sorted(Membership.objects.filter(segment__key=key).values_list("customer_id", flat=True))


def told() -> list[tuple[str, int, bool]]:
    rows = Event.objects.filter(name__startswith="segment.").order_by("id")
    return list(rows.values_list("name", "customer_id", "backfilled"))


def people(world: World, count: int = 3) -> list[int]:
    return [world.person(f"p{number}") for number in range(count)]


def test_who_is_put_on_it_has_come_in_once_and_journeys_begin(world: World):
    anna, bela, _ = people(world)
    guests = make_list("guests", "Guests", world.now)
    world.publish(JOURNEY, note="")
    assert add(guests, [bela, anna, anna, 10**9], world.now) == 2
    assert add(guests, [anna], world.now) == 0
    world.run(minutes=1)
    assert members() == [anna, bela]
    assert told() == [("segment.entered", anna, False), ("segment.entered", bela, False)]
    assert [row[1] for row in world.mailbox()] == ["p0@example.com", "p1@example.com"]
    assert remove(guests, [anna], world.now) == 1
    assert remove(guests, [anna], world.now) == 0
    assert members() == [bela]
    rows = Transition.objects.order_by("id").values_list("segment", "customer", "entered")
    assert list(rows) == [(guests, anna, True), (guests, bela, True), (guests, anna, False)]


def test_who_has_always_belonged_on_it_starts_nothing(world: World):
    anna, *_ = people(world)
    guests = make_list("guests", "Guests", world.now)
    world.publish(JOURNEY, note="")
    assert add(guests, [anna], world.now, silently=True) == 1
    world.run(minutes=1)
    assert (members(), world.mailbox(), Transition.objects.count()) == ([anna], [], 0)
    assert told() == [("segment.entered", anna, True)]


def test_no_look_touches_it(world: World):
    anna, bela, _ = people(world)
    guests = make_list("guests", "Guests", world.now)
    add(guests, [anna], world.now)
    refresh([anna, bela], world.now)
    assert pass_over(world.now + timedelta(days=400)) == 0
    world.event(anna, "order.placed")
    world.run(days=2)
    assert members() == [anna]


def test_rules_name_it_and_follow_it(world: World):
    anna, bela, _ = people(world)
    guests = make_list("guests", "Guests", world.now)
    rule = {"all": [{"segment": "guests"}, {"not": {"attribute": "first_name", "is": "P1"}}]}
    define("seated", "Seated", "", read_rule(rule), world.now)
    world.run(minutes=1)
    add(guests, [anna, bela], world.now)
    world.run(minutes=1)
    assert members("seated") == [anna]
    remove(guests, [anna], world.now)
    world.run(minutes=1)
    assert members("seated") == []


def test_a_list_can_guard(world: World):
    anna, bela, _ = people(world)
    guests = make_list("guests", "Guests", world.now)
    Segment.objects.update(guard=True)
    add(guests, [anna], world.now)
    found = guarded([anna, bela], guarding_segments(), "Europe/Warsaw", world.now)
    assert found == {anna: ("Guests",)}


def test_an_erasure_takes_off_and_a_merge_unites(world: World):
    anna, bela, cora = people(world)
    guests = make_list("guests", "Guests", world.now)
    add(guests, [anna, bela], world.now)
    merge([Pair(cora, bela)], world.now)
    assert members() == [anna, cora]
    assert set(Transition.objects.values_list("customer", flat=True)) == {anna, cora}
    erase([anna], world.now)
    assert members() == [cora]
    assert set(Transition.objects.values_list("customer", flat=True)) == {cora}
    # Who stands for somebody merged is put on in their place; the erased are nobody.
    remove(guests, [cora], world.now)
    assert add(guests, [bela, anna], world.now) == 1
    assert members() == [cora]


def test_only_a_list_can_be_written_to(world: World):
    (anna, *_) = people(world)
    id_ = define("gold", "Gold", "", read_rule({"attribute": "tier", "is": "gold"}), world.now).id
    for act in (add, remove):
        with pytest.raises(ValueError, match="only people of a list"):
            act(id_, [anna], world.now)
    assert (members("gold"), told()) == ([], [])


def test_a_key_is_given_once(world: World):
    make_list("guests", "Guests", world.now)
    with pytest.raises(IntegrityError):
        make_list("guests", "Others", world.now)
