"""The nth order, so much spent: each mark once, and of several at once only the highest is celebrated."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.journeys.models import Enrollment
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

COUNT = "{milestone: {event: order.placed, count: [1, 3]}}"
SUM = "{milestone: {event: order.placed, sum: [100, 250, 500]}}"
HEADER = {"purpose": "transactional"}  # so that no cap stands between a mark and its message


def live(world: World, entry: str, **header: str) -> int:
    world.publish(one_send("mark", entry=entry, **(header or HEADER)), mark="")
    return world.person()


def order(world: World, customer: int, *amounts: str) -> None:
    for amount in amounts:
        world.event(customer, "order.placed", amount)
    world.run(minutes=5)


def test_the_first_and_the_third_order(world: World):
    anna = live(world, COUNT)
    for _ in range(4):
        order(world, anna, "10")
    assert world.enrollments() == [("order_1", "completed", ""), ("order_3", "completed", "")]
    assert world.sent() == [("Mon 13:00", "mark"), ("Mon 13:10", "mark")]


def test_a_mark_is_reached_when_the_sum_is_exactly_there(world: World):
    anna = live(world, SUM)
    order(world, anna, "99.99")
    assert world.enrollments() == []
    order(world, anna, "0.01")
    assert world.enrollments() == [("spent_100", "completed", "")]


def test_marks_that_are_passed_at_once_are_surpassed_by_the_highest(world: World):
    anna = live(world, SUM)
    order(world, anna, "500")
    assert sorted(world.enrollments()) == [
        ("spent_100", "exited", "surpassed"),
        ("spent_250", "exited", "surpassed"),
        ("spent_500", "completed", ""),
    ]
    assert world.messages() == [("mark", "accepted", "accepted")]
    assert Enrollment.objects.filter(reason="surpassed", finished_at=None).count() == 0


def test_two_orders_of_one_moment_pass_their_marks_together(world: World):
    anna = live(world, SUM)
    order(world, anna, "150", "150")
    assert sorted(world.enrollments()) == [
        ("spent_100", "exited", "surpassed"),
        ("spent_250", "completed", ""),
    ]


def test_a_mark_crossed_back_and_forth_is_celebrated_once(world: World):
    anna = live(world, SUM)
    for amount in ("120", "-50", "60", "-100", "200"):
        order(world, anna, amount)
    assert world.enrollments() == [("spent_100", "completed", "")]
    assert len(world.messages()) == 1


def test_what_was_imported_counts_and_celebrates_nothing(world: World):
    anna = live(world, COUNT)
    old = world.now - timedelta(days=30)
    for n in range(2):
        world.late_event(anna, "order.placed", old + timedelta(days=n), "10")
    world.run(minutes=5)
    assert world.enrollments() == []
    order(world, anna, "10")
    assert world.enrollments() == [("order_3", "completed", "")]


def test_two_kinds_of_marks_in_one_journey_and_the_mark_is_told_to_the_template(world: World):
    entry = "{any_of: [" + COUNT + ", " + SUM + "]}"
    body = 'email:\n  en: {subject: "{{ entry.key }} {{ entry.value }}", html: "<p>hi</p>"}\n'
    world.publish(one_send("mark", entry=entry, **HEADER), mark=body)
    order(world, world.person(), "260")
    assert sorted(subject for _, _, subject in world.mailbox()) == ["order_1 1", "spent_250 250"]


def test_armed_again_below_a_number_a_mark_is_celebrated_again(world: World):
    anna = live(world, "{milestone: {event: order.placed, sum: [100], rearm: below 50}}")
    for amount in ("120", "-60", "60", "-90", "80", "-100", "200"):  # 120 60 120 | 30 110 | 10 210
        order(world, anna, amount)
    keys = [key for key, _, _ in world.enrollments()]
    assert keys == ["spent_100", "spent_100:2", "spent_100:3"]
    assert [status for _, status, _ in world.enrollments()] == ["completed"] * 3


def test_armed_again_in_each_month_the_total_begins_anew(world: World):
    anna = live(world, "{milestone: {event: order.placed, sum: [100, 200], rearm: per month}}")
    order(world, anna, "90")
    order(world, anna, "20", "100")  # 210 in March: the lower mark is flown past
    world.run(days=35)
    order(world, anna, "50")
    order(world, anna, "60")
    assert sorted(world.enrollments()) == [
        ("spent_100:2026-03", "completed", ""),
        ("spent_100:2026-04", "completed", ""),
        ("spent_200:2026-03", "completed", ""),
    ]


def test_a_second_celebration_still_tells_the_template_its_mark(world: World):
    text = 'email:\n  en: {subject: "{{ entry.value }}", html: "<p>mark</p>"}\n'
    entry = "{milestone: {event: order.placed, sum: [100], rearm: below 50}}"
    world.publish(one_send("mark", entry=entry, **HEADER), mark=text)
    anna = world.person()
    for amount in ("120", "-90", "90"):
        order(world, anna, amount)
    assert [subject for _, _, subject in world.mailbox()] == ["100", "100"]
