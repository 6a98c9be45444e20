"""Entry by replenishment: who bought coffee every thirty days is reminded on the thirtieth day, at nine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.models import Enrollment, EntryTimer, Journey, UsualInterval
from orchestrator.journeys.pull import pull
from orchestrator.journeys.timers import compute, fire
from tests.scenarios.journeys import one_send
from tests.scenarios.test_dates import days
from tests.scenarios.world import WARSAW, World

COFFEE = "{replenishment: {event: order.placed, by: category}}"


def live(world: World, entry: str = COFFEE, **header: str) -> None:
    world.publish(one_send("more", entry=entry, **header), more="")


def at(written: str) -> datetime:
    """A moment by Warsaw's clock."""
    return datetime.fromisoformat(written).replace(tzinfo=WARSAW)


def buys(world: World, customer: int, *days_apart: int, **properties: Any) -> None:
    """A purchase now, and one after each of these intervals; the clock stands at the last."""
    properties.setdefault("category", "coffee")
    world.event(customer, "order.placed", **properties)
    for apart in days_apart:
        world.run(days=apart)
        world.event(customer, "order.placed", **properties)


def crowd(world: World, intervals: tuple[int, ...] = (28, 28), people: int = 10, **properties: Any) -> None:
    """So many people whose history of purchases is known from an import; the last of them is today."""
    properties.setdefault("category", "coffee")
    events = []
    for number in range(people):
        customer = world.person(f"crowd_{number}", consents=())
        when = world.now
        for place in range(len(intervals) + 1):
            key = f"crowd-{properties['category']}-{number}-{place}"
            events.append(NewEvent(customer, "order.placed", when, key, None, properties, backfilled=True))
            when -= timedelta(days=(*intervals[::-1], 0)[place])
    record_events(events, world.now)


def timers() -> list[tuple[str, str | None, str]]:
    """(group, when by Warsaw's clock, the purchase it has fired for) of every timer."""
    rows = EntryTimer.objects.order_by("customer_id", "part").values_list("part", "due_at", "key")
    return [
        (part, due.astimezone(WARSAW).strftime("%Y-%m-%d %H:%M") if due else None, key)
        for part, due, key in rows
    ]


def usual() -> list[tuple[str, int | None, int, int]]:
    """What is known of every group."""
    rows = UsualInterval.objects.order_by("part")
    return list(rows.values_list("part", "days", "people", "intervals"))


def entered() -> list[dict[str, Any]]:
    """What each enrollment says of why it came, oldest first."""
    rows = Enrollment.objects.order_by("id").values_list("entry_properties", flat=True)
    return [one["replenishment"] for one in rows]


def test_after_as_long_as_they_usually_take(world: World):
    live(world)
    anna = world.person()
    buys(world, anna, 30, 30, product="Santos 1 kg")  # 2 March, 1 April, 1 May
    world.run(minutes=1)
    assert timers() == [("coffee", "2026-05-31 09:00", "")]
    world.run(days=60)
    assert days() == ["2026-05-31 09:00"]
    assert world.enrollments() == [("replenishment:coffee:2026-05-01", "completed", "")]
    assert Enrollment.objects.get().entry_properties == {
        "category": "coffee",
        "product": "Santos 1 kg",
        "replenishment": {
            "group": "coffee",
            "bought_on": "2026-05-01",
            "due_on": "2026-05-31",
            "days": 30,
            "intervals": 2,
            "people": 1,
            "whose": "own",
        },
    }
    assert timers() == [("coffee", None, "2026-05-01")]


def test_the_message_can_name_what_it_is_about(world: World):
    said = "{{ event.product }}: {{ event.replenishment.days }}, {{ event.replenishment.group }}"
    world.publish(
        one_send("more", entry=COFFEE),
        more=f'email:\n  en: {{subject: "{said}", html: "<p>more</p>"}}\n',
    )
    buys(world, world.person(), 30, 30, product="Santos")
    world.run(days=31)
    assert world.mailbox() == [("email", "anna@example.com", "Santos: 30, coffee")]


def test_without_a_group_all_their_purchases_are_one(world: World):
    live(world, "{replenishment: {event: order.placed, before: 1 week, at: '10:30'}}")
    anna = world.person()
    buys(world, anna, category="tea")
    world.run(days=20)
    buys(world, anna, 40, category="coffee")
    world.run(days=60)
    # 2 March, 22 March, 1 May: 20 and 40 days, so 30; a week before 31 May.
    assert days() == ["2026-05-24 10:30"]
    assert world.enrollments() == [("replenishment:2026-05-01", "completed", "")]
    assert entered()[0]["group"] == ""


def test_two_orders_of_one_day_are_one_purchase(world: World):
    live(world)
    anna = world.person()
    buys(world, anna)
    world.run(hours=2)
    buys(world, anna, 30)
    world.run(hours=2)
    world.event(anna, "order.placed", category="coffee")
    world.run(days=60)
    assert EntryTimer.objects.values_list("days", "intervals").get() == (30, 1)
    assert world.enrollments() == []


def test_with_too_few_of_their_own_the_groups_median_counts(world: World):
    live(world)
    crowd(world, (28, 28))
    bela = world.person("bela")
    buys(world, bela)
    world.run(days=29)
    assert usual() == [("coffee", 28, 10, 20)]
    assert days() == ["2026-03-30 09:00"]
    theirs = Enrollment.objects.get(customer=bela).entry_properties["replenishment"]
    assert theirs == {
        "group": "coffee",
        "bought_on": "2026-03-02",
        "due_on": "2026-03-30",
        "days": 28,
        "intervals": 20,
        "people": 10,
        "whose": "group",
    }
    # The crowd itself comes in by its own intervals; nobody there wants email.
    assert len(entered()) == 11


def test_their_own_comes_before_the_groups_from_the_third_purchase(world: World):
    live(world)
    crowd(world)
    bela = world.person("bela")
    buys(world, bela, 10)
    world.run(minutes=1)
    mine = EntryTimer.objects.filter(customer=bela).values_list("days", "intervals", "due_at")
    assert mine.get() == (10, 1, at("2026-04-09 09:00"))  # the group's 28 days
    world.run(days=10)
    world.event(bela, "order.placed", category="coffee")
    world.run(minutes=1)
    assert mine.get() == (10, 2, at("2026-04-01 09:00"))


@pytest.mark.parametrize(("people", "intervals"), [(9, (28, 28, 28)), (10, (28,))])
def test_where_neither_says_anything_nobody_is_reminded(
    world: World, people: int, intervals: tuple[int, ...]
):
    live(world)
    crowd(world, intervals, people)
    bela = world.person("bela")
    buys(world, bela)
    world.run(days=60)
    assert usual() == [("coffee", None, people, people * len(intervals))]
    assert not Enrollment.objects.filter(customer=bela).exists()
    assert EntryTimer.objects.get(customer=bela).due_at is None


def test_a_group_that_becomes_known_sets_the_timers_that_wait_for_it(world: World):
    live(world)
    bela = world.person("bela")
    buys(world, bela)
    world.run(hours=1)
    assert timers() == [("coffee", None, "")]
    crowd(world)
    world.run(hours=1)
    assert timers()[0] == ("coffee", None, "")
    world.run(days=1)
    assert timers()[0] == ("coffee", "2026-03-30 09:00", "")
    world.run(days=40)
    assert days() == ["2026-03-30 09:00"]


def test_a_group_that_changes_moves_who_leans_on_it_and_nobody_who_was_let_in(world: World):
    live(world)
    crowd(world, (28, 28))
    bela, cleo = world.person("bela"), world.person("cleo")
    buys(world, bela)
    world.run(days=10)
    buys(world, cleo)
    world.run(days=19)
    own = EntryTimer.objects.filter(customer__in=[bela, cleo]).order_by("customer_id")
    assert list(own.values_list("due_at", "key")) == [(None, "2026-03-02"), (at("2026-04-09 09:00"), "")]
    # Many more people turn up, who take forty days.
    for number in range(12):
        customer = world.person(f"slow_{number}", consents=())
        for place, before in enumerate((80, 40, 0)):
            when = world.now - timedelta(days=before)
            world.late_event(customer, "order.placed", when, category="coffee", place=place)
    world.run(days=2)
    assert usual() == [("coffee", 40, 22, 44)]
    assert list(own.values_list("due_at", "key")) == [(None, "2026-03-02"), (at("2026-04-21 09:00"), "")]
    world.run(days=60)
    assert days() == ["2026-03-30 09:00", "2026-04-21 09:00"]


def test_a_group_that_grows_shorter_overtakes_nobody(world: World):
    """Bela's reminder was to come tomorrow; by the new median its day has passed. It keeps its time."""
    live(world)
    crowd(world, (28, 28))
    bela = world.person("bela")
    buys(world, bela)
    world.run(days=27)
    for number in range(12):
        customer = world.person(f"quick_{number}", consents=())
        for before in (10, 5, 0):
            world.late_event(customer, "order.placed", world.now - timedelta(days=before), category="coffee")
    UsualInterval.objects.update(due_at=world.now)
    world.run(hours=1)
    assert usual() == [("coffee", 5, 22, 44)]
    assert EntryTimer.objects.get(customer=bela).due_at == at("2026-03-30 09:00")
    world.run(days=2)
    assert days() == ["2026-03-30 09:00"]


def test_many_who_lean_on_a_group_are_moved_batch_by_batch(world: World, monkeypatch):
    monkeypatch.setattr("orchestrator.journeys.timers.groups.BATCH", 2)
    live(world)
    several = [world.person(f"one_{number}") for number in range(5)]
    for one in several:
        buys(world, one)
    world.run(hours=1)
    crowd(world)
    world.run(days=1)
    due = EntryTimer.objects.filter(customer__in=several).values_list("due_at", flat=True)
    assert list(due) == [at("2026-03-30 09:00")] * 5
    assert list(UsualInterval.objects.values_list("moved_to", flat=True)) == [None]


def test_a_purchase_resets(world: World):
    live(world)
    anna = world.person()
    buys(world, anna, 30, 30, 29)  # each just before the reminder
    world.run(days=29)
    assert world.enrollments() == []
    assert timers() == [("coffee", "2026-06-29 09:00", "")]
    world.run(days=2)
    assert days() == ["2026-06-29 09:00"]


def test_bought_in_the_very_minute_in_which_the_timer_is_due(world: World):
    """Nobody has pulled the purchase when the timer fires; it counts all the same."""
    live(world)
    anna, bela = world.person("anna"), world.person("bela")
    for _ in range(2):
        buys(world, anna)
        buys(world, bela)
        world.run(days=30)
    buys(world, anna)
    buys(world, bela)
    world.run_to(at("2026-05-31 08:59"))
    world.now = at("2026-05-31 09:00")
    world.event(anna, "order.placed", category="coffee")
    assert fire(world.now) == 2
    assert Enrollment.objects.values_list("customer_id", flat=True).get() == bela
    assert timers() == [("coffee", "2026-06-30 09:00", ""), ("coffee", None, "2026-05-01")]
    world.run(days=29)
    assert [one for one, _, _ in world.mailbox()] == ["email"]


def test_two_groups_run_side_by_side(world: World):
    live(world)
    anna = world.person()
    for day in range(64):
        if day % 30 == 0:
            world.event(anna, "order.placed", category="coffee")
        if day in (0, 21, 42, 62):
            world.event(anna, "order.placed", category=["cat_food", "litter"] if day == 62 else "cat_food")
        world.run(days=1)
    world.run(days=60)
    # Coffee on days 0, 30, 60; cat food on days 0, 21, 42, 62.
    assert days() == ["2026-05-24 09:00", "2026-05-31 09:00"]
    assert world.enrollments() == [
        ("replenishment:cat_food:2026-05-03", "completed", ""),
        ("replenishment:coffee:2026-05-01", "completed", ""),
    ]
    assert [(one["group"], one["days"]) for one in entered()] == [("cat_food", 21), ("coffee", 30)]


@pytest.mark.parametrize(
    ("again", "keys"),
    [
        ("per key", ["replenishment:coffee:2026-03-22", "replenishment:coffee:2026-04-11"]),
        ("always", ["replenishment:coffee:2026-03-22", "replenishment:coffee:2026-04-11"]),
        ("after exit", ["replenishment:coffee", "replenishment:coffee"]),
        ("after 30 days", ["replenishment:coffee"]),
        ("never", ["replenishment:coffee:2026-03-22"]),
    ],
)
def test_they_come_in_again_as_the_journey_says(world: World, again: str, keys: list[str]):
    live(world, f"{COFFEE[:-1]}, again: {again}}}")
    anna = world.person()
    buys(world, anna, 10, 10)  # 2, 12 and 22 March; reminded on 1 April
    world.run(days=20)
    buys(world, anna)  # 11 April; reminded on 21 April
    world.run(days=30)
    assert [key for key, _, _ in world.enrollments()] == keys


def test_nine_is_nine_where_the_customer_is(world: World):
    live(world)
    for name, zone in (("anna", "America/New_York"), ("bela", "Asia/Tokyo"), ("cleo", "Europe/Warsaw")):
        customer = world.person(name, time_zone=zone)
        for before in (20, 10, 0):
            world.late_event(customer, "order.placed", world.now - timedelta(days=before), category="coffee")
    world.run(days=11)
    assert days() == ["2026-03-12 01:00", "2026-03-12 09:00", "2026-03-12 14:00"]


def test_who_moves_is_reminded_at_nine_of_where_they_live_now(world: World):
    live(world)
    buys(world, world.person(), 10, 10)
    world.run(hours=1)
    save([Person("anna", time_zone="Asia/Tokyo")], world.now)
    world.run(hours=1)
    assert timers() == [("coffee", "2026-04-01 02:00", "")]


def test_the_clocks_change_in_between(world: World):
    live(world, "{replenishment: {event: order.placed, by: category, at: '02:30'}}")
    anna = world.person()
    for day in ("2026-03-09", "2026-03-19"):
        world.run_to(at(f"{day} 12:00"))
        buys(world, anna)
    world.run_to(at("2026-03-19 13:00"))
    world.late_event(anna, "order.placed", at("2026-02-27 12:00"), category="coffee")
    world.run(days=20)
    # Ten days after 19 March is the 29th, and 02:30 is not on any clock: it is 03:30.
    assert days() == ["2026-03-29 03:30"]


def test_a_late_event_changes_what_is_known_and_starts_nothing_at_once(world: World):
    live(world)
    anna = world.person()
    for before in (100, 70, 40):
        world.late_event(anna, "order.placed", world.now - timedelta(days=before), category="coffee")
    world.run(days=5)
    # The thirtieth day was ten days ago when we heard of it all.
    assert world.enrollments() == []
    assert timers() == [("coffee", None, "")]
    world.late_event(anna, "order.placed", world.now - timedelta(days=5), category="coffee")
    world.run(days=1)
    # 30, 30 and 40 days: thirty, from 2 March.
    assert timers() == [("coffee", "2026-04-01 09:00", "")]
    world.run(days=40)
    assert days() == ["2026-04-01 09:00"]


def test_a_purchase_heard_of_late_changes_the_median_but_not_what_they_bought_last(world: World):
    live(world)
    anna = world.person()
    buys(world, anna, 30, 30)
    world.run(days=5)
    world.late_event(anna, "order.placed", at("2026-04-16 12:00"), category="coffee")
    world.run(hours=1)
    # 30, 15 and 15 days: fifteen, from 1 May.
    assert timers() == [("coffee", "2026-05-16 09:00", "")]
    world.run(days=60)
    assert days() == ["2026-05-16 09:00"]


def test_what_we_hear_of_after_they_were_reminded_reminds_them_of_nothing_twice(world: World):
    live(world)
    anna = world.person()
    buys(world, anna, 10, 10)
    world.run(days=11)
    assert len(days()) == 1
    world.late_event(anna, "order.placed", at("2026-02-02 12:00"), category="coffee")
    world.late_event(anna, "order.placed", at("2026-01-02 12:00"), category="coffee")
    world.run(days=60)
    assert len(world.enrollments()) == 1
    assert timers() == [("coffee", None, "2026-03-22")]


@pytest.mark.parametrize(("hours", "lets_in"), [(23, 1), (25, 0)])
def test_a_timer_found_more_than_a_day_late_lets_nobody_in(world: World, hours: int, lets_in: int):
    live(world)
    anna = world.person()
    buys(world, anna, 10, 10)
    world.run(days=9)
    world.now = at("2026-04-01 09:00") + timedelta(hours=hours)
    world.run(days=1)
    assert Enrollment.objects.count() == lets_in
    assert not EntryTimer.objects.filter(due_at__isnull=False).exists()
    buys(world, anna)
    world.run(days=30)
    assert Enrollment.objects.count() == lets_in + 1


def test_bought_while_everything_was_down(world: World):
    live(world)
    anna = world.person()
    buys(world, anna, 10, 10)
    world.run(days=5)
    world.event(anna, "order.placed", category="coffee")  # 27 March
    world.now += timedelta(days=5)
    world.run(days=30)
    # 10, 10 and 5 days: ten, from the 27th, when nobody worked.
    assert days() == ["2026-04-06 09:00"]


def test_a_return_is_no_purchase(world: World):
    live(world)
    anna = world.person()
    buys(world, anna, 10, 10)
    world.run(days=3)
    world.event(anna, "order.placed", "-12.50", category="coffee")
    world.run(days=30)
    assert days() == ["2026-04-01 09:00"]


def test_only_purchases_of_which_where_is_true(world: World):
    live(
        world,
        "{replenishment: {event: order.placed, by: category, where: {category: {is: coffee}, amount: {above: 5}}}}",
    )
    anna = world.person()
    for apart in (10, 10, 0):
        world.event(anna, "order.placed", "20.00", category="coffee")
        world.event(anna, "order.placed", "20.00", category="tea")
        world.event(anna, "order.placed", "20.00")
        world.run(days=apart)
    world.run(days=4)
    world.event(anna, "order.placed", "5.00", category="coffee")
    world.run(days=30)
    assert timers() == [("coffee", None, "2026-03-22")]
    assert days() == ["2026-04-01 09:00"]


def test_those_who_are_there_when_it_is_published(world: World):
    anna, bela = world.person("anna"), world.person("bela")
    for customer, ago in ((anna, 5), (bela, 50)):
        for before in (20, 10, 0):
            when = world.now - timedelta(days=ago + before)
            world.late_event(customer, "order.placed", when, category="coffee")
    world.run(hours=1)
    live(world)
    assert timers() == [("coffee", "2026-03-07 09:00", ""), ("coffee", None, "")]
    world.run(days=30)
    assert days() == ["2026-03-07 09:00"]


def test_publishing_anew_reminds_nobody_twice(world: World):
    live(world)
    anna = world.person()
    buys(world, anna, 10, 10)
    world.run(days=11)
    assert len(days()) == 1
    later = COFFEE.replace("by: category", "by: category, at: '23:00'")
    live(world, later[:-1] + ", again: always}")
    world.run(days=30)
    assert len(days()) == 1


def test_timers_of_what_stood_there_before_let_nobody_in(world: World):
    """Its purchases were told apart otherwise; then it was silence that let in."""
    live(world)
    anna = world.person()
    buys(world, anna, 10, 10, shop="Kraków")
    world.run(days=1)
    live(world, COFFEE.replace("category", "shop"))
    assert timers() == [("Kraków", "2026-04-01 09:00", ""), ("coffee", "2026-04-01 09:00", "")]
    live(world, "{inactive: {event: order.placed, for: 60 days}}")
    world.run(days=20)
    assert world.enrollments() == []
    world.run(days=60)
    assert [key for key, _, _ in world.enrollments()] == [""]


def test_while_a_journey_is_paused_its_groups_wait_a_day(world: World):
    live(world)
    crowd(world)
    world.run(hours=1)
    Journey.objects.update(status="paused")
    before = UsualInterval.objects.values_list("computed_at", flat=True).get()
    world.run(days=3)
    row = UsualInterval.objects.get()
    assert row.computed_at == before
    assert row.due_at > world.now


@pytest.mark.parametrize("people", [12, 60])
def test_however_many_people_it_asks_as_often(world: World, people: int):
    live(world)
    crowd(world, people=people)
    asked = []
    for step in (pull, compute, fire):
        world.now = at("2026-03-30 09:00") if step is fire else world.now
        with CaptureQueriesContext(connection) as queries:
            step(world.now)
        asked.append(len(queries))
    assert asked == [
        18,
        8,
        14,
    ]  # the first one asks whether scores are computed; two, whether orders were returned
    assert Enrollment.objects.count() == people
