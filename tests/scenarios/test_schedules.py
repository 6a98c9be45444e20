"""Journeys that begin at a time for many: an audience, a schedule, by one clock or by everybody's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orchestrator.customers.change import NewFacts, change
from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.models import Enrollment, Journey, Launch
from tests.scenarios.journeys import one_send
from tests.scenarios.world import WARSAW, World

CLUB = "who: {attribute: club, is: true}"


def live(world: World, entry: str, **header: str) -> None:
    world.publish(one_send("news", entry=entry, **header), news="")


def member(world: World, name: str, **fields: object) -> int:
    return world.person(name, attributes={"club": True}, **fields)  # type: ignore[arg-type]


def entered(world: World) -> list[tuple[int, str]]:
    rows = Enrollment.objects.order_by("arrived_at", "customer_id")
    return list(rows.values_list("customer_id", "entry_key"))


def test_an_audience_is_let_in_at_its_time_and_once(world: World):
    anna, bela = member(world, "anna"), member(world, "bela")
    world.person("cyryl")
    live(world, f'{{audience: {{{CLUB}, at: "2026-03-03 10:00"}}}}')
    world.run_to(datetime(2026, 3, 3, 9, 59, tzinfo=WARSAW))
    assert world.enrollments() == []
    world.run(days=3)
    assert entered(world) == [(anna, "audience:2026-03-03"), (bela, "audience:2026-03-03")]
    assert world.sent() == [("Tue 10:00", "news"), ("Tue 10:00", "news")]
    assert list(Launch.objects.values_list("on", "state", "entered", "due_at")) == [
        (date(2026, 3, 3), "done", 2, None)
    ]


def test_an_audience_by_everybodys_own_clock(world: World):
    tokyo, here = member(world, "mio", time_zone="Asia/Tokyo"), member(world, "anna")
    york = member(world, "joe", time_zone="America/New_York")
    live(world, f'{{audience: {{{CLUB}, at: "2026-03-04 10:00", zone: customer}}}}')
    world.run(days=4)
    moments = list(Enrollment.objects.order_by("arrived_at").values_list("customer_id", "arrived_at"))
    assert moments == [
        (tokyo, datetime(2026, 3, 4, 1, tzinfo=UTC)),
        (here, datetime(2026, 3, 4, 9, tzinfo=UTC)),
        (york, datetime(2026, 3, 4, 15, tzinfo=UTC)),
    ]
    assert world.sent() == [("Wed 02:00", "news"), ("Wed 10:00", "news"), ("Wed 16:00", "news")]


def test_who_changes_before_their_own_clock_comes_still_waits_for_it(world: World):
    anna = member(world, "anna")
    live(world, f'{{audience: {{{CLUB}, at: "2026-03-04 10:00", zone: customer}}}}')
    world.run_to(datetime(2026, 3, 4, 8, 0, tzinfo=WARSAW))
    assert [key for _, key in entered(world)] == ["audience:2026-03-04"]
    change([NewFacts(anna, {"city": "Gdynia"})], world.now)
    world.run(hours=1)
    assert world.messages() == []
    world.run(days=1)
    assert world.sent() == [("Wed 10:00", "news")]


def test_those_excepted_stay_out(world: World):
    anna = member(world, "anna")
    world.person("bela", attributes={"club": True, "staff": True})
    entry = f'{{audience: {{{CLUB}, except: {{attribute: staff, is: true}}, at: "2026-03-03 10:00"}}}}'
    live(world, entry)
    world.run(days=3)
    assert entered(world) == [(anna, "audience:2026-03-03")]


def test_who_joins_after_the_launch_is_not_let_in(world: World):
    live(world, f'{{audience: {{{CLUB}, at: "2026-03-03 10:00"}}}}')
    world.run(days=2)
    member(world, "anna")
    world.run(days=3)
    assert world.enrollments() == []


def test_a_day_that_is_over_is_refused_when_publishing(world: World):
    with pytest.raises(DefinitionError) as caught:
        live(world, f'{{audience: {{{CLUB}, at: "2026-03-01 10:00"}}}}')
    assert [str(one) for one in caught.value.problems] == [
        "journey.yaml:2:58: 2026-03-01 10:00 is over: nobody would come in. Write a time that is still to come."
    ]


def test_a_new_version_with_another_day_moves_the_launch(world: World):
    anna = member(world, "anna")
    live(world, f'{{audience: {{{CLUB}, at: "2026-03-03 10:00"}}}}')
    live(world, f'{{audience: {{{CLUB}, at: "2026-03-04 10:00"}}}}')
    world.run(days=4)
    assert entered(world) == [(anna, "audience:2026-03-04")]
    assert list(Launch.objects.values_list("on", "state")) == [(date(2026, 3, 4), "done")]


def test_every_other_friday(world: World):
    anna = member(world, "anna")
    when = 'every: 2 weeks, on: friday, at: "10:00", from: 2026-03-06'
    live(world, f"{{schedule: {{{CLUB}, {when}}}}}")
    world.run(days=40)
    assert entered(world) == [
        (anna, "schedule:2026-03-06"),
        (anna, "schedule:2026-03-20"),
        (anna, "schedule:2026-04-03"),
    ]
    assert world.sent() == [("Fri 10:00", "news")] * 3


def test_the_31st_is_the_last_day_of_a_shorter_month(world: World):
    member(world, "anna")
    live(world, f"{{schedule: {{{CLUB}, every: month, on: 31}}}}")
    world.run(days=100)
    days = Enrollment.objects.order_by("id").values_list("entry_key", flat=True)
    assert list(days) == ["schedule:2026-03-31", "schedule:2026-04-30", "schedule:2026-05-31"]


def test_after_downtime_what_was_missed_by_a_day_stays_missed(world: World):
    anna = member(world, "anna")
    live(world, f'{{schedule: {{{CLUB}, every: day, at: "10:00"}}}}')
    world.run(days=1)
    world.now += timedelta(days=3)  # nobody worked from Tuesday noon to Friday noon
    world.run(hours=1)
    assert entered(world) == [(anna, "schedule:2026-03-03"), (anna, "schedule:2026-03-06")]
    states = Launch.objects.order_by("on").values_list("on", "state")
    assert list(states) == [
        (date(2026, 3, 3), "done"),
        (date(2026, 3, 4), "missed"),
        (date(2026, 3, 5), "missed"),
        (date(2026, 3, 6), "done"),
        (date(2026, 3, 7), "planned"),
    ]


def test_a_paused_journey_launches_when_it_is_resumed(world: World):
    member(world, "anna")
    live(world, f'{{audience: {{{CLUB}, at: "2026-03-03 10:00"}}}}')
    Journey.objects.update(status="paused")
    world.run_to(datetime(2026, 3, 3, 15, 0, tzinfo=WARSAW))
    assert world.enrollments() == []
    Journey.objects.update(status="live")
    world.run(minutes=1)
    assert world.sent() == [("Tue 15:00", "news")]
