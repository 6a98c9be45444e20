"""The engine on tables kept by months, unchanged: it enters, waits, sends, holds and settles; its statements mean the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from orchestrator.journeys.models import StepRun
from orchestrator.messaging.models import Decision, DeliveryAttempt, Message
from orchestrator.store import bulk
from tests.partitions.months import by_months, in_parts
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import MONDAY_NOON, World

pytestmark = pytest.mark.postgresql
STEPS = """- send: hello
  id: hello
- wait: 40 days
  id: rest
- send: again
  id: again
- wait: 40 days
  id: rest_more
- send: last
  id: last"""
RUN = ("enrollment", "step", "visit", "entered_at", "left_at", "outcome", "reason", "evidence")


def test_a_journey_of_three_months_is_walked_and_lies_where_it_belongs(world: World) -> None:
    by_months(world.now)
    world.publish(with_steps("trip", STEPS), hello="", again="", last="")
    world.event(world.person("anna"), "trip.wanted")
    world.run(days=40, hours=1)
    world.workspace(minimum_gap_minutes=0)
    world.run(days=60)
    assert world.messages() == [(step, "accepted", "accepted") for step in ("hello", "again", "last")]
    assert world.enrollments() == [("", "completed", "")]
    assert [subject for _, _, subject in world.mailbox()] == ["hello Anna", "again Anna", "last Anna"]
    assert world.sent() == [("Mon 13:00", "hello"), ("Sat 13:00", "again"), ("Thu 13:00", "last")]
    # 2 March in the table that was there, 11 April and 21 May in months of their own.
    assert in_parts("attempt") == {
        "_before_2026_04": 1, "_2026_04": 1, "_2026_05": 1, "_2026_06": 0, "_other": 0,
    }  # fmt: skip
    assert in_parts("decision") == in_parts("attempt")
    assert in_parts("step_run") == {
        "_before_2026_04": 1, "_2026_04": 2, "_2026_05": 2, "_2026_06": 0, "_other": 0,
    }  # fmt: skip
    ran = StepRun.objects.order_by("id").values_list("step", flat=True)
    assert list(ran) == ["hello", "rest", "again", "rest_more", "last"]


def test_what_came_before_the_conversion_goes_on_after_it(world: World) -> None:
    world.publish(with_steps("trip", STEPS), hello="", again="", last="")
    world.event(world.person("anna"), "trip.wanted")
    world.run(days=1)
    by_months(world.now)
    world.run(days=100)
    assert world.enrollments() == [("", "completed", "")]
    assert world.decisions("hello") + world.decisions("last") == [("allow", "allowed")] * 2
    ids = list(StepRun.objects.order_by("left_at").values_list("id", flat=True))
    assert ids == sorted(set(ids))
    assert len(ids) == 5


def test_rows_of_no_month_are_taken_all_the_same(world: World) -> None:
    by_months(world.now)
    world.now += timedelta(days=365)
    world.publish(with_steps("trip", "- send: hello\n  id: hello"), hello="")
    world.event(world.person("anna"), "trip.wanted")
    world.run()
    assert world.messages() == [("hello", "accepted", "accepted")]
    assert [in_parts(name)["_other"] for name in ("decision", "attempt", "step_run")] == [1, 1, 1]


@pytest.mark.django_db
def test_a_month_refuses_what_its_table_refused() -> None:
    by_months(MONDAY_NOON)
    april, june = MONDAY_NOON + timedelta(days=35), MONDAY_NOON + timedelta(days=100)
    first = [_ran("a", april), _ran("b", april), _ran("c", june)]
    ids = bulk.insert(StepRun, RUN, first, ignore_conflicts=True, returning=("id",))
    assert len({id_ for (id_,) in ids}) == 3
    more = [*first, _ran("d", april)]
    assert len(bulk.insert(StepRun, RUN, more, ignore_conflicts=True, returning=("id",))) == 1
    assert sorted(StepRun.objects.values_list("step", flat=True)) == ["a", "b", "c", "d"]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(StepRun, RUN, first[:1])
    with pytest.raises(IntegrityError), transaction.atomic():
        StepRun.objects.filter(step="b").update(step="a")
    assert bulk.update(StepRun, ("outcome",), [(id_, "y") for (id_,) in ids]) == [id_ for (id_,) in ids]
    assert StepRun.objects.filter(outcome="y").count() == 3


def _ran(step: str, at: datetime) -> tuple[Any, ...]:
    return (1, step, 1, at, at, "x", "", {})


def test_erasing_and_asking_why_reach_every_month(world: World) -> None:
    from orchestrator.customers.erase import erase

    by_months(world.now)
    anna = world.person("anna")
    world.publish(with_steps("trip", STEPS), hello="", again="", last="")
    world.event(anna, "trip.wanted")
    world.run(days=100)
    assert Decision.objects.exclude(evidence={}).count() == 3
    joined = DeliveryAttempt.objects.filter(message__journey="trip").select_related("message").order_by("-id")
    assert [one.message.step for one in joined] == ["last", "again", "hello"]
    erase([anna], world.now)
    assert Decision.objects.exclude(evidence={}).count() == 0
    assert StepRun.objects.exclude(evidence={}).count() == 0
    assert (Decision.objects.count(), Message.objects.count()) == (3, 3)
