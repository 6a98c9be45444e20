"""`limit:` at a journey's door: so many in a time, so many at once, and how often one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.customers.change import NewFacts, change
from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.journeys.doorstep import KEPT_FOR
from orchestrator.journeys.enroll import Candidate, enroll
from orchestrator.journeys.enter import Entered, enter
from orchestrator.journeys.models import Door, Doorstep, Enrollment, Journey
from orchestrator.journeys.stop import stop
from orchestrator.journeys.versions import live
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

REST = "- wait: 1 hour\n  id: rest\n"


def open_door(world: World, limit: str, more: str = "", key: str = "trip", steps: str = REST) -> None:
    entry = f"{{event: {key}.wanted, limit: {limit}{more}}}"
    world.publish(with_steps(key, steps, entry=entry))


def people(world: World, count: int) -> list[int]:
    return [world.person(f"p{number}") for number in range(count)]


def want(world: World, customers: list[int], key: str = "trip", **properties: Any) -> None:
    for customer in customers:
        world.event(customer, f"{key}.wanted", **properties)


def entered() -> list[int]:
    return list(Enrollment.objects.order_by("id").values_list("customer_id", flat=True))


def line() -> list[int]:
    waiting = Doorstep.objects.filter(in_line=True).order_by("id")
    return list(waiting.values_list("customer_id", flat=True))


def refused() -> list[tuple[int, str]]:
    away = Doorstep.objects.filter(turned_away_at__isnull=False).order_by("id")
    return list(away.values_list("customer_id", "reason"))


def asked(world: World, entry: str, key: str) -> list[str]:
    """What letting one person in asks of the database."""
    world.publish(with_steps(key, REST, entry=entry))
    anna = world.person(f"of_{key}")
    door = next(one for one in live() if one.key == key)
    with CaptureQueriesContext(connection) as queries:
        enroll([Candidate(door, anna)], world.now)
    return [one["sql"] for one in queries]


def test_a_journey_without_a_limit_asks_nothing_more(world: World):
    asked(world, "{event: first.wanted}", "first")
    plain = asked(world, "{event: plain.wanted}", "plain")
    bounded = asked(world, "{event: full.wanted, limit: {at_once: 5}}", "full")
    verbs = [sql.split()[0] for sql in plain]
    assert verbs == ["SELECT", "SELECT", "INSERT"]  # the workspace; who is there; the enrollments
    assert not any("journeys_door" in sql for sql in plain)
    assert sum("journeys_door" in sql for sql in bounded) >= 2


def test_who_finds_the_house_full_waits_and_comes_in_by_turns_as_others_leave(world: World):
    open_door(world, "{at_once: 2}")
    those = people(world, 5)
    want(world, those)
    world.run(minutes=5)
    assert (entered(), line(), refused()) == (those[:2], those[2:], [])
    world.run(hours=1)
    assert (entered(), line()) == (those[:4], those[4:])
    world.run(hours=1)
    assert (entered(), line()) == (those, [])
    assert Enrollment.objects.filter(status="completed").count() == 4
    assert Door.objects.get().due_at is None
    assert Doorstep.objects.count() == 0


def test_who_comes_later_does_not_pass_those_who_wait(world: World):
    open_door(world, "{at_once: 1}")
    anna, bela, cara = people(world, 3)
    want(world, [anna, bela])
    world.run(minutes=1)
    Enrollment.objects.update(status="exited", due_at=None)
    want(world, [cara])
    world.run(minutes=2)
    assert (entered(), line()) == ([anna, bela], [cara])


def test_who_is_turned_away_is_told_why_and_may_come_again(world: World):
    open_door(world, "{at_once: 1, over: refuse}")
    anna, bela = people(world, 2)
    want(world, [anna, bela])
    world.run(minutes=1)
    assert (entered(), line(), refused()) == ([anna], [], [(bela, "at_once")])
    first = Doorstep.objects.get()
    assert first.evidence == {"limit": 1, "at": first.turned_away_at.isoformat()}
    world.run(minutes=30)
    want(world, [bela])
    world.run(minutes=1)
    second = Doorstep.objects.get()
    assert second.turned_away_at > first.turned_away_at
    world.run(hours=1)
    want(world, [bela])
    world.run(minutes=1)
    assert entered() == [anna, bela]


def test_what_is_said_of_those_turned_away_goes_after_thirty_days(world: World):
    open_door(world, "{at_once: 1, over: refuse}")
    want(world, people(world, 3))
    world.run(minutes=1)
    assert len(refused()) == 2
    world.run(days=29)
    assert len(refused()) == 2
    world.run(days=1, hours=1)
    assert timedelta(days=30) == KEPT_FOR
    assert Doorstep.objects.count() == 0


def test_who_has_waited_long_enough_is_turned_away(world: World):
    open_door(world, "{at_once: 1, over: wait 1 hour}")
    anna, bela = people(world, 2)
    want(world, [anna, bela])
    world.run(minutes=59)
    assert (line(), refused()) == ([bela], [])
    world.run(minutes=2)
    assert (line(), refused()) == ([], [(bela, "waited")])
    world.run(days=3)
    assert entered() == [anna]


# In the night to 29 March 2026 a day has 23 hours in Warsaw: it ends at 22:00 UTC and not at 23:00.
@pytest.mark.parametrize(
    ("starts", "before", "opens"),
    [
        (datetime(2026, 3, 2, 22, 50, tzinfo=UTC), datetime(2026, 3, 2, 22, 58, tzinfo=UTC), "2026-03-02T23"),
        (
            datetime(2026, 3, 29, 21, 50, tzinfo=UTC),
            datetime(2026, 3, 29, 21, 58, tzinfo=UTC),
            "2026-03-29T22",
        ),
        (
            datetime(2026, 10, 25, 22, 50, tzinfo=UTC),
            datetime(2026, 10, 25, 22, 58, tzinfo=UTC),
            "2026-10-25T23",
        ),
    ],
)
def test_a_days_entries_begin_anew_at_midnight_in_the_workspaces_zone(
    world: World, starts: datetime, before: datetime, opens: str
):
    world.now = starts
    open_door(world, '{entries: "2 per day"}')
    those = people(world, 5)
    want(world, those)
    world.run_to(before)
    assert (entered(), line()) == (those[:2], those[2:])
    world.run(minutes=3)
    assert (entered(), line()) == (those[:4], those[4:])
    at = Enrollment.objects.order_by("-id").values_list("let_in_at", flat=True)[0]
    assert at.isoformat().startswith(f"{opens}:00")
    world.run(days=1)
    assert (entered(), line()) == (those, [])


def test_entries_in_any_so_many_hours_count_back_from_each(world: World):
    open_door(world, '{entries: "1 per 6 hours"}', more=", again: always")
    (anna,) = people(world, 1)
    want(world, [anna])
    world.run(hours=5)
    want(world, [anna])
    world.run(minutes=59)
    assert (entered(), line()) == ([anna], [anna])
    world.run(minutes=2)
    assert (entered(), line()) == ([anna, anna], [])


def test_how_often_one_person_may_come_in_keeps_nobody_else_out(world: World):
    open_door(world, '{per_customer: "2 per 30 days", over: refuse}', more=", again: always")
    anna, bela = people(world, 2)
    want(world, [anna, anna, anna, bela])
    world.run(minutes=1)
    assert (entered(), refused()) == ([anna, anna, bela], [(anna, "per_customer")])
    world.run(days=30, minutes=1)
    want(world, [anna])
    world.run(minutes=1)
    assert entered() == [anna, anna, bela, anna]


def test_who_waits_for_their_own_turn_comes_in_when_it_is_there(world: World):
    open_door(world, '{per_customer: "1 per 3 days"}', more=", again: always")
    (anna,) = people(world, 1)
    want(world, [anna, anna])
    world.run(minutes=1)
    (waiting,) = Doorstep.objects.all()
    assert (waiting.reason, waiting.in_line) == ("per_customer", False)
    world.run(days=2)
    assert entered() == [anna]
    world.run(days=1, minutes=1)
    assert entered() == [anna, anna]
    assert Doorstep.objects.count() == 0


def test_nobody_is_in_more_journeys_than_the_workspace_says(world: World):
    world.workspace(most_journeys=2)
    for key in ("one", "two", "three"):
        world.publish(with_steps(key, REST, entry=f"{{event: {key}.wanted}}"))
    world.publish(with_steps("bought", REST, purpose="transactional"))
    open_door(world, "{at_once: 9}", key="four")
    (anna,) = people(world, 1)
    for key in ("one", "two", "three", "four", "bought"):
        want(world, [anna], key)
    world.run(minutes=1)
    inside = Enrollment.objects.order_by("id").values_list("journey__key", flat=True)
    assert list(inside) == ["one", "two", "bought"]
    assert [
        (row.journey.key, row.reason, row.turned_away_at is None)
        for row in Doorstep.objects.order_by("journey_id")
    ] == [
        ("three", "most_journeys", False),
        ("four", "most_journeys", True),
    ]
    world.run(hours=1, minutes=16)
    assert Enrollment.objects.get(journey__key="four").status == "active"


def test_a_call_says_what_kept_them_out(world: World):
    world.publish(with_steps("trip", REST, entry="{api: trip, limit: {at_once: 1, over: refuse}}"))
    anna, bela = people(world, 2)
    assert enter("trip", anna, "k", {}, world.now).made
    assert enter("trip", bela, "k", {}, world.now) == Entered(None, False, "at_once")
    assert enter("trip", anna, "k", {}, world.now).enrollment is not None


def test_a_stopped_journey_lets_nobody_of_the_line_in_and_a_paused_one_keeps_it(world: World):
    open_door(world, "{at_once: 1}")
    anna, bela = people(world, 2)
    want(world, [anna, bela])
    world.run(minutes=1)
    Journey.objects.update(status="paused")
    Enrollment.objects.update(status="exited", due_at=None)
    world.run(days=1)
    assert (entered(), line()) == ([anna], [bela])
    journey = Journey.objects.get()
    stop(journey, None, world.now)
    world.run(hours=1)
    assert (entered(), line(), refused()) == ([anna], [], [(bela, "journey_stopped")])


def test_a_limit_that_is_lifted_lets_the_whole_line_in(world: World):
    open_door(world, "{at_once: 1}")
    those = people(world, 4)
    want(world, those)
    world.run(minutes=1)
    world.publish(with_steps("trip", REST))
    world.run(minutes=2)
    assert (entered(), line()) == (those, [])


def test_a_limit_that_is_raised_counts_at_once_and_not_from_tomorrow(world: World):
    open_door(world, '{entries: "1 per day"}')
    those = people(world, 4)
    want(world, those)
    world.run(minutes=1)
    open_door(world, '{entries: "3 per day"}')
    world.run(minutes=1)
    assert (entered(), line()) == (those[:3], those[3:])


def test_a_stopped_journeys_line_is_told_at_once(world: World):
    open_door(world, '{entries: "1 per day"}')
    anna, bela = people(world, 2)
    want(world, [anna, bela])
    world.run(minutes=1)
    stop(Journey.objects.get(), None, world.now)
    world.run(minutes=1)
    assert (line(), refused()) == ([], [(bela, "journey_stopped")])


def test_of_those_who_wait_in_line_whom_the_filter_turns_away_does_not_come_in(world: World):
    open_door(world, "{at_once: 1}", more=", only_if: {not: {attribute: tier, is: gold}}")
    anna, bela, cara = people(world, 3)
    want(world, [anna, bela, cara])
    world.run(minutes=1)
    change([NewFacts(bela, {"tier": "gold"})], world.now)
    world.run(hours=1, minutes=2)
    assert (entered(), line(), refused()) == ([anna, cara], [], [(bela, "only_if")])


def test_an_erased_person_stands_in_no_line_and_keeps_nobody_waiting(world: World):
    open_door(world, "{at_once: 1}")
    anna, bela, cara = people(world, 3)
    want(world, [anna, bela, cara])
    world.run(minutes=1)
    erase([bela], world.now)
    assert line() == [cara]
    world.run(hours=1, minutes=2)
    assert entered() == [anna, cara]


def test_who_is_merged_keeps_the_earlier_place_in_the_line(world: World):
    open_door(world, "{at_once: 1}")
    anna, bela, cara, dora = people(world, 4)
    want(world, [anna, bela, cara, dora])
    world.run(minutes=1)
    merge([Pair(survivor=dora, merged=bela)], world.now)
    assert line() == [dora, cara]
    world.run(hours=1, minutes=1)
    assert (entered(), line()) == ([anna, dora], [cara])


def test_of_two_who_were_turned_away_and_are_merged_the_survivors_reason_stays(world: World):
    open_door(world, "{at_once: 1, over: refuse}")
    anna, bela, cara = people(world, 3)
    want(world, [anna, bela, cara])
    world.run(minutes=1)
    merge([Pair(survivor=cara, merged=bela)], world.now)
    assert refused() == [(cara, "at_once")]
