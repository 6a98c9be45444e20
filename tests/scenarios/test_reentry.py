"""May somebody come in again? Never, after they left, after a time, once a key, or always."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orchestrator.journeys.models import Enrollment
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import WARSAW, World

REST = "- wait: 2 days\n  id: rest\n"


def live(world: World, again: str | None) -> int:
    entry = "{event: trip.wanted" + (f", again: {again}" if again else "") + "}"
    world.publish(with_steps("trip", REST, entry=entry))
    return world.person()


def want(world: World, customer: int, **properties: str) -> None:
    world.event(customer, "trip.wanted", **properties)
    world.run(minutes=1)


@pytest.mark.parametrize("again", [None, "after exit"])
def test_by_default_after_they_left(world: World, again: str | None):
    anna = live(world, again)
    want(world, anna)
    want(world, anna)
    assert world.enrollments() == [("", "active", "")]
    world.run(days=3)
    want(world, anna)
    assert world.enrollments() == [("", "completed", ""), ("", "active", "")]


def test_never_again_in_no_version(world: World):
    anna = live(world, "never")
    want(world, anna)
    world.run(days=3)
    want(world, anna)
    world.publish(
        with_steps("trip", "- wait: 3 days\n  id: rest\n", entry="{event: trip.wanted, again: never}")
    )
    want(world, anna)
    assert world.enrollments() == [("", "completed", "")]
    want(world, world.person("bela"))
    assert world.enrollments() == [("", "completed", ""), ("", "active", "")]


def test_after_a_month_by_the_calendar(world: World):
    world.now = datetime(2026, 2, 15, 12, 0, tzinfo=WARSAW)
    anna = live(world, "after 1 month")
    want(world, anna)
    world.now = datetime(2026, 3, 15, 11, 59, tzinfo=WARSAW)
    want(world, anna)
    assert len(world.enrollments()) == 1
    world.now = datetime(2026, 3, 15, 12, 0, tzinfo=WARSAW)
    want(world, anna)
    assert world.enrollments() == [("", "completed", ""), ("", "active", "")]


def test_always_even_while_they_are_inside(world: World):
    anna = live(world, "always")
    want(world, anna)
    want(world, anna)
    assert [status for _, status, _ in world.enrollments()] == ["active", "active"]
    assert len({key for key, _, _ in world.enrollments()}) == 2


def test_once_a_cart(world: World):
    anna = live(world, "per cart_id")
    for cart in ("A", "B", "A"):
        want(world, anna, cart_id=cart)
    want(world, anna)  # without a cart there is nothing to come in with
    assert world.enrollments() == [("A", "active", ""), ("B", "active", "")]
    world.run(days=3)
    want(world, anna, cart_id="A")
    assert world.enrollments() == [("A", "completed", ""), ("B", "completed", "")]
    want(world, world.person("bela"), cart_id="A")
    assert world.enrollments()[2] == ("A", "active", "")


def test_two_events_of_one_moment_let_in_once(world: World):
    anna = live(world, None)
    world.event(anna, "trip.wanted")
    want(world, anna)
    assert world.enrollments() == [("", "active", "")]


def test_only_those_whom_the_filter_welcomes(world: World):
    entry = "{event: trip.wanted, only_if: {attribute: tier, is: gold}}"
    world.publish(with_steps("trip", REST, entry=entry))
    gold, plain = world.person("anna", attributes={"tier": "gold"}), world.person("bela")
    want(world, plain)
    want(world, gold)
    assert list(Enrollment.objects.values_list("customer_id", flat=True)) == [gold]


def test_an_old_event_changes_the_customer_and_starts_nothing(world: World):
    anna = live(world, None)
    world.late_event(anna, "trip.wanted", world.now - timedelta(hours=25))
    world.run(minutes=1)
    assert world.enrollments() == []
    world.late_event(anna, "trip.wanted", world.now - timedelta(hours=23))
    world.run(minutes=1)
    assert world.enrollments() == [("", "active", "")]
