"""Birthdays and anniversaries: once a year, at nine on the customer's own morning."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import Message
from tests.scenarios.journeys import one_send
from tests.scenarios.world import WARSAW, World

BIRTHDAY = "{date: {attribute: birthday}}"


def live(world: World, entry: str = BIRTHDAY) -> None:
    world.publish(one_send("wish", entry=entry), wish="")


def born(world: World, on: object, name: str = "anna", **person: str) -> int:
    return world.person(name, attributes={"birthday": on}, **person)


def change(world: World, on: object, name: str = "anna") -> None:
    save([Person(name, attributes={"birthday": on})], world.now)


def days() -> list[str]:
    """When each wish left, by Warsaw's clock."""
    ats = (
        Message.objects.filter(state="accepted")
        .order_by("handed_off_at")
        .values_list("handed_off_at", flat=True)
    )
    return [at.astimezone(WARSAW).strftime("%Y-%m-%d %H:%M") for at in ats if at is not None]


def test_a_birthday_is_every_year(world: World):
    live(world)
    born(world, "1990-03-05")
    world.run(days=800)
    assert days() == ["2026-03-05 09:00", "2027-03-05 09:00", "2028-03-05 09:00"]
    assert world.enrollments() == [(f"birthday:{year}", "completed", "") for year in (2026, 2027, 2028)]


@pytest.mark.parametrize(
    ("leap", "expected"),
    [
        ("feb28", ["2027-02-28 09:00", "2028-02-29 09:00", "2029-02-28 09:00"]),
        ("mar1", ["2027-03-01 09:00", "2028-02-29 09:00", "2029-03-01 09:00"]),
    ],
)
def test_born_on_29_february(world: World, leap: str, expected: list[str]):
    live(world, "{date: {attribute: birthday, leap: " + leap + "}}")
    born(world, "2000-02-29")
    world.run(days=1100)
    assert days() == expected


def test_nine_is_nine_where_the_customer_is(world: World):
    live(world)
    born(world, "1990-03-05", time_zone="America/New_York")
    world.run(days=10)
    assert days() == ["2026-03-05 15:00"]


@pytest.mark.parametrize("on", ["--03-05", "1990-03-05"])
def test_a_birthday_without_its_year_will_do(world: World, on: str):
    live(world)
    born(world, on)
    world.run(days=10)
    assert days() == ["2026-03-05 09:00"]


@pytest.mark.parametrize("on", ["soon", "1990-02-30", 5, True, ""])
def test_what_is_no_date_is_no_birthday(world: World, on: object):
    live(world)
    born(world, on)
    world.run(days=400)
    assert world.enrollments() == []


def test_a_birthday_told_later_and_one_corrected_are_planned_anew(world: World):
    live(world)
    born(world, None)
    world.run(days=1)
    change(world, "1990-03-20")
    world.run(days=1)
    change(world, "1990-03-10")
    world.run(days=30)
    assert days() == ["2026-03-10 09:00"]


def test_a_birthday_moved_after_the_wish_brings_no_second_one_this_year(world: World):
    live(world)
    born(world, "1990-03-05")
    world.run(days=5)
    change(world, "1990-03-20")
    world.run(days=390)
    assert days() == ["2026-03-05 09:00", "2027-03-20 09:00"]


def test_a_birthday_edited_to_today_after_nine_waits_for_next_year(world: World):
    live(world)
    born(world, "1990-06-01")
    world.run(minutes=1)
    change(world, "1990-03-02")  # today, 13:01
    world.run(days=300)
    assert days() == []


def test_a_week_before(world: World):
    live(world, "{date: {attribute: birthday, offset: -1 week, at: '10:30'}}")
    born(world, "1990-03-12")
    world.run(days=30)
    assert days() == ["2026-03-05 10:30"]


def test_the_anniversary_of_the_first_order(world: World):
    live(world, "{date: {anniversary_of: order.placed, as: anniversary}}")
    anna = world.person()
    world.event(anna, "order.placed")
    world.run(days=100)
    world.event(anna, "order.placed")
    world.run(days=700)
    assert days() == ["2027-03-02 09:00", "2028-03-02 09:00"]
    assert Enrollment.objects.count() == 2


def test_who_was_away_for_longer_than_a_day_is_not_wished_late(world: World):
    live(world)
    born(world, "1990-03-05")
    world.run(days=1)
    world.now = datetime(2026, 3, 6, 9, 1, tzinfo=WARSAW)  # nobody worked in between
    world.run(days=1)
    assert world.enrollments() == []
    world.now += timedelta(days=1)
    world.run(days=365)
    assert days() == ["2027-03-05 09:00"]
