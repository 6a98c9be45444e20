"""RETAIN on tables kept by months: a month goes whole, what is open stays, and nothing is deleted row by row before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.journeys import retain as retaining
from orchestrator.journeys.models import StepRun
from orchestrator.journeys.partitions.catalogue import parts
from orchestrator.journeys.retain import AGAIN_AFTER, BUSY_FOR, retain, would_go
from orchestrator.messaging.models import Decision, Message
from orchestrator.store.again import Busy
from orchestrator.workspace.models import Retention
from tests.partitions.months import by_months, in_parts
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import World

pytestmark = pytest.mark.postgresql
DAY = timedelta(days=1)
Decided = Callable[[World], list[int]]


def decided(world: World) -> list[int]:
    """Decisions on 2 March, 11 April and 1 May of a final message, and one in March and in April of an open one; their ids."""
    world.publish(with_steps("trip", "- send: hello\n  id: hello"), hello="")
    for name in ("anna", "bela"):
        world.event(world.person(name, addresses={"email": f"{name}@example.com"}), "trip.wanted")
    world.run()
    done, waits = Message.objects.order_by("id").values_list("id", flat=True)
    Message.objects.filter(pk=waits).update(state="planned", due_at=world.now + 400 * DAY)
    Decision.objects.all().delete()
    by_months(world.now)
    rows = [(done, 0), (waits, 0), (done, 40), (waits, 40), (done, 60)]
    return [_decide(message, world.now + days * DAY) for message, days in rows]


def _decide(message: int, at: datetime) -> int:
    return Decision.objects.create(message_id=message, decided_at=at, outcome="hold", reason="x").pk


def left() -> list[int]:
    return list(Decision.objects.order_by("id").values_list("id", flat=True))


def deletes(seen: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in seen if one["sql"].startswith('DELETE FROM "messaging_decision"')]


def test_a_month_goes_as_a_whole_and_what_is_open_stays(world: World) -> None:
    ids = decided(world)
    policy = Retention.objects.create(table="decision", days=30, due_at=world.now)
    assert in_parts("decision") == {
        "_before_2026_04": 2, "_2026_04": 2, "_2026_05": 1, "_2026_06": 0, "_other": 0,
    }  # fmt: skip
    june = world.now + 91 * DAY  # 1 June: 30 days before is 2 May, so all of April is old, and May is not
    assert would_go(policy, june) == 2
    with CaptureQueriesContext(connection) as seen:
        assert (retain(june), left()) == (1, [ids[1], *ids[2:]])
        assert (retain(june), left()) == (1, [ids[1], *ids[3:]])
    assert deletes(seen) == []
    assert [one["sql"] for one in seen if "DROP TABLE" in one["sql"]] == [
        'DROP TABLE "messaging_decision_before_2026_04"', 'DROP TABLE "messaging_decision_2026_04"',
    ]  # fmt: skip
    assert in_parts("decision") == {
        "_2026_05": 1, "_2026_06": 0, "_2026_07": 0, "_2026_08": 0, "_2026_09": 0, "_other": 2,
    }  # fmt: skip
    assert retain(june) == 3  # what is left is looked at once, and the next pass is tomorrow's
    assert left() == [ids[1], ids[3], ids[4]]
    assert Retention.objects.values_list("after", "due_at").get() == (0, june + AGAIN_AFTER)
    Message.objects.update(state="accepted")
    assert (retain(june + AGAIN_AFTER), left()) == (3, [ids[4]])


def test_no_row_goes_before_its_month_does(world: World) -> None:
    ids = decided(world)
    Retention.objects.create(table="decision", days=30, due_at=world.now)
    last_of_april = world.now + 59 * DAY  # 30 days before is 31 March: not all of March is old
    with CaptureQueriesContext(connection) as seen:
        assert (retain(last_of_april), left()) == (5, ids)
    assert deletes(seen) == []
    assert (retain(last_of_april + AGAIN_AFTER), left()) == (1, ids[1:])


def test_a_month_with_too_many_that_are_open_goes_by_rows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = decided(world)
    monkeypatch.setattr(retaining, "MOST_MOVED", 0)
    monkeypatch.setattr(retaining.staying, "__defaults__", (0,))
    Retention.objects.create(table="decision", days=30, due_at=world.now)
    june = world.now + 91 * DAY
    assert (retain(june), left()) == (5, [ids[1], ids[3], ids[4]])
    assert [part.name for part in parts("messaging_decision")][:2] == [
        "messaging_decision_before_2026_04", "messaging_decision_2026_04",
    ]  # fmt: skip
    Message.objects.update(state="accepted")
    assert (retain(june + AGAIN_AFTER), left()) == (1, ids[3:])


def test_workers_that_cannot_have_the_table_leave_it_for_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = decided(world)
    Retention.objects.create(table="decision", days=30, due_at=world.now)
    june = world.now + 91 * DAY

    def busy(step: object) -> None:
        raise Busy

    monkeypatch.setattr(retaining, "attempt", busy)
    assert (retain(june), left()) == (0, ids)
    assert Retention.objects.values_list("due_at", flat=True).get() == june + BUSY_FOR


def test_a_round_of_work_does_it_and_makes_the_months_to_come(world: World) -> None:
    ids = decided(world)
    Retention.objects.create(table="decision", days=30, due_at=world.now)
    world.run(days=91)
    assert left() == [ids[1], ids[3], ids[4]]
    assert list(in_parts("decision")) == [
        "_2026_05",
        "_2026_06",
        "_2026_07",
        "_2026_08",
        "_2026_09",
        "_other",
    ]


def test_steps_of_whoever_is_still_inside_stay(world: World) -> None:
    world.publish(with_steps("short", "- send: hello\n  id: hello"), hello="")
    world.publish(with_steps("trip", "- send: hello\n  id: hello\n- wait: 300 days\n  id: rest"), hello="")
    world.event(world.person("anna"), "trip.wanted")
    world.event(world.person("bela", addresses={"email": "bela@example.com"}), "short.wanted")
    world.run()
    by_months(world.now)
    assert in_parts("step_run") == {
        "_before_2026_04": 2, "_2026_04": 0, "_2026_05": 0, "_2026_06": 0, "_other": 0,
    }  # fmt: skip
    Retention.objects.create(table="step_run", days=30, due_at=world.now)
    assert retain(world.now + 91 * DAY) == 1
    assert in_parts("step_run")["_other"] == 1
    assert list(StepRun.objects.values_list("step", "enrollment__journey__key")) == [("hello", "trip")]


def test_what_lay_among_the_rest_is_moved_into_its_month(world: World) -> None:
    decided(world)
    message = Message.objects.values_list("id", flat=True)[0]
    late = _decide(message, world.now + 130 * DAY)  # 10 July, for which there is no month yet
    assert in_parts("decision")["_other"] == 1
    Retention.objects.create(table="decision", days=30, due_at=world.now)
    retain(world.now + 91 * DAY)
    assert in_parts("decision")["_2026_07"] == 1
    assert in_parts("decision")["_other"] == 1  # the open one of March
    assert Decision.objects.filter(pk=late).count() == 1
