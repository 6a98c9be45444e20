"""Orders count net: what was cancelled or given back passes no mark, meets no goal, and sets no timer."""

from __future__ import annotations

import pytest

from orchestrator.journeys.models import Enrollment, EntryTimer
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

SPENT = "{milestone: {event: order.placed, sum: [100]}}"
HEADER = {"purpose": "transactional"}


def live(world: World, entry: str, **header: str) -> int:
    world.publish(one_send("mark", entry=entry, **(header or HEADER)), mark="")
    return world.person()


def buys(world: World, customer: int, amount: str, order_id: str) -> None:
    world.event(customer, "order.placed", amount, order_id=order_id)
    world.run(minutes=5)


def returns(world: World, customer: int, amount: str | None, order_id: str) -> None:
    world.event(customer, "order.returned", amount, order_id=order_id)
    world.run(minutes=5)


def cancels(world: World, customer: int, order_id: str) -> None:
    world.event(customer, "order.cancelled", None, order_id=order_id)
    world.run(minutes=5)


def test_what_was_given_back_has_to_be_spent_again(world: World):
    anna = live(world, SPENT)
    buys(world, anna, "90", "A")
    returns(world, anna, "50", "A")
    buys(world, anna, "59.99", "B")
    assert world.enrollments() == []
    buys(world, anna, "0.01", "C")
    assert world.enrollments() == [("spent_100", "completed", "")]


def test_a_cancelled_order_is_not_counted(world: World):
    anna = live(world, "{milestone: {event: order.placed, count: [2]}}")
    buys(world, anna, "10", "A")
    cancels(world, anna, "A")
    cancels(world, anna, "A")
    buys(world, anna, "10", "B")
    assert world.enrollments() == []
    buys(world, anna, "10", "C")
    assert world.enrollments() == [("order_2", "completed", "")]


def test_a_return_that_was_heard_of_before_its_order_lowers_it(world: World):
    anna = live(world, SPENT)
    returns(world, anna, "1", "A")
    buys(world, anna, "100", "A")
    assert world.enrollments() == []


def test_a_mark_that_was_reached_stays_reached(world: World):
    anna = live(world, SPENT)
    buys(world, anna, "100", "A")
    cancels(world, anna, "A")
    buys(world, anna, "100", "B")
    assert world.enrollments() == [("spent_100", "completed", "")]


def test_falling_below_by_a_return_arms_a_mark_again(world: World):
    anna = live(world, "{milestone: {event: order.placed, sum: [100], rearm: below 50}}")
    buys(world, anna, "100", "A")
    returns(world, anna, "50", "A")
    buys(world, anna, "50", "B")
    assert [key for key, _, _ in world.enrollments()] == ["spent_100"]  # 50 is not below 50
    returns(world, anna, "50", "A")
    returns(world, anna, "0.01", "B")
    buys(world, anna, "60", "C")
    assert [key for key, _, _ in world.enrollments()] == ["spent_100", "spent_100:2"]


def test_of_a_period_only_its_own_orders_are_lowered(world: World):
    anna = live(world, "{milestone: {event: order.placed, sum: [100], rearm: per month}}")
    buys(world, anna, "60", "A")
    world.run(days=31)
    returns(world, anna, "60", "A")
    buys(world, anna, "100", "B")
    assert [key for key, _, _ in world.enrollments()] == ["spent_100:2026-04"]


@pytest.fixture
def goal(world: World) -> int:
    anna = live(
        world, "{event: cart.seen}", **HEADER, goal="{event: order.placed, within: 14 days, where: {amount: {at_least: 50}}}"
    )  # fmt: skip
    world.event(anna, "cart.seen")
    world.run(minutes=5)
    return anna


def met() -> list[bool]:
    return [one.goal_met_at is not None for one in Enrollment.objects.order_by("id")]


def test_a_goal_met_by_an_order_that_is_cancelled_is_open_again(world: World, goal: int):
    buys(world, goal, "80", "A")
    assert met() == [True]
    cancels(world, goal, "A")
    assert met() == [False]
    buys(world, goal, "80", "B")
    assert met() == [True]


def test_the_next_order_in_time_meets_it_instead(world: World, goal: int):
    buys(world, goal, "80", "A")
    at = world.now
    world.event(goal, "order.placed", "90", order_id="B")
    world.run(minutes=5)
    returns(world, goal, "30.01", "A")  # less than 50 is left
    assert Enrollment.objects.get().goal_met_at == at


def test_what_another_order_met_stays_met(world: World, goal: int):
    buys(world, goal, "80", "A")
    before = Enrollment.objects.get().goal_met_at
    buys(world, goal, "80", "B")
    cancels(world, goal, "B")
    returns(world, goal, "10", "A")
    assert Enrollment.objects.get().goal_met_at == before


def test_an_order_that_was_cancelled_before_we_heard_of_it_meets_no_goal(world: World, goal: int):
    cancels(world, goal, "A")
    buys(world, goal, "80", "A")
    assert met() == [False]


def test_silence_is_counted_from_the_last_order_that_stands(world: World):
    anna = live(world, "{inactive: {event: order.placed, for: 10 days}}")
    buys(world, anna, "10", "A")
    first = EntryTimer.objects.get().due_at
    world.run(days=5)
    buys(world, anna, "10", "B")
    assert EntryTimer.objects.get().due_at != first
    cancels(world, anna, "B")
    assert EntryTimer.objects.get().due_at == first
    world.run(days=6)
    assert len(world.enrollments()) == 1


def test_a_cancelled_order_is_no_purchase_to_repeat(world: World):
    anna = live(world, "{replenishment: {event: order.placed, before: 1 day, at: '09:00'}}")
    for name in ("A", "B", "C", "D"):
        buys(world, anna, "10", name)
        world.run(days=10)
    before = EntryTimer.objects.get()
    cancels(world, anna, "D")
    assert before.intervals == 3
    assert EntryTimer.objects.get().intervals == 2
