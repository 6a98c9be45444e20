"""A launch waits while too much is ahead of it, visibly, and goes on by itself; an order passes it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from orchestrator.customers.models import Customer
from orchestrator.journeys import launching, work
from orchestrator.journeys.due import move_due
from orchestrator.journeys.launching import LOOK_AGAIN, launch
from orchestrator.journeys.models import Enrollment, Journey, Launch
from orchestrator.journeys.pull import pull
from orchestrator.journeys.stop import stop
from orchestrator.journeys.waiting import waiting
from orchestrator.journeys.work import deliver_beside, never, walk_beside, work_by
from orchestrator.messaging.models import Message, RateLimit
from orchestrator.studio.launches import _told
from tests.scenarios import conftest as scenarios
from tests.scenarios.world import WARSAW, World

world = scenarios.world  # the fixture
AT = datetime(2026, 3, 3, 10, 0, tzinfo=WARSAW)
CAMPAIGN = """\
campaign: sale
audience: {who: {consent: email}, at: "2026-03-03 10:00"}
send: sale
"""
ORDER = """
journey: receipt
purpose: transactional
entry: {event: order.placed, again: always}
steps:
  - send: receipt
    id: receipt
"""


@pytest.fixture
def crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Twelve people, a campaign at 10:00 and an order's confirmation; chunks of four, and room for six."""
    monkeypatch.setattr(launching, "BACKLOG", 6)
    for field in ("launch", "move", "pull"):
        name, step, _ = work._WALKS[field]
        monkeypatch.setitem(work._WALKS, field, (name, step, 4))
    monkeypatch.setattr(work, "DELIVERED_AT_ONCE", 4)
    world.workspace(minimum_gap_minutes=0)
    for number in range(12):
        world.person(f"p{number}", addresses={"email": f"p{number}@example.com"})
    world.publish(CAMPAIGN, sale="")
    world.publish(ORDER, receipt="")
    world.now = AT
    return world


def standing() -> tuple[str, int, int, datetime | None]:
    """The launch: its state, who has come in, what it waits for, and when it looks again."""
    return Launch.objects.values_list("state", "entered", "waits_for", "due_at").get()


def test_it_lets_nobody_in_while_so_many_are_ahead(crowd: World):
    assert [launch(AT, 4), launch(AT, 4), launch(AT, 4)] == [4, 4, 0]
    assert standing() == ("running", 8, 6, AT + LOOK_AGAIN)
    assert _told(Launch.objects.get())[0] == "launch_waits"
    assert "waits for 6 messages to go out first" in _told(Launch.objects.get())[1]
    assert Enrollment.objects.count() == 8
    crowd.run_walks()
    # Walked, they are messages; and count as before.
    assert (Message.objects.count(), launch(AT + LOOK_AGAIN, 4)) == (8, 0)
    crowd.now = AT + 2 * LOOK_AGAIN
    crowd.run(minutes=1)
    assert standing() == ("done", 12, 0, None)
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}
    assert Message.objects.count() == 12


def test_messages_of_other_channels_are_not_in_its_way(crowd: World):
    assert [launch(AT, 8), launch(AT, 4)] == [8, 0]
    crowd.run_walks()
    Message.objects.update(channel="sms")
    Launch.objects.update(due_at=AT)
    assert launch(AT, 4) == 4
    assert standing()[:3] == ("running", 12, 0)


def test_one_that_waits_longer_than_a_day_is_not_missed(crowd: World):
    """It was in its way from the first: the messages of another campaign, which nobody takes."""
    crowd.publish(CAMPAIGN.replace("sale", "other"), other="")
    Launch.objects.filter(journey__key="sale").update(due_at=AT + LOOK_AGAIN)
    launch(AT, 6)
    sale = Launch.objects.filter(journey__key="sale")
    for hours in (0, 12, 30):
        sale.update(due_at=AT)
        launch(AT + timedelta(hours=hours), 4)
        assert sale.values_list("state", "entered", "waits_for").get() == ("running", 0, 6)
    crowd.now = AT + timedelta(hours=31)
    crowd.run(minutes=1)
    assert sale.values_list("state", "entered", "waits_for").get() == ("done", 12, 0)


def test_one_that_waits_can_be_stopped(crowd: World):
    launch(AT, 4), launch(AT, 4), launch(AT, 4)
    stop(Journey.objects.get(key="sale"), None, AT)
    assert standing() == ("stopped", 8, 0, None)


def test_an_order_that_comes_in_the_middle_passes_the_campaign(crowd: World):
    """It comes after the first batch, and is confirmed in the round that pulls it: four of the campaign went before."""
    anna = Customer.objects.values_list("id", flat=True).order_by("id")[0]
    asked: list[int] = []

    def order() -> bool:
        asked.append(1)
        if len(asked) == 5:
            crowd.event(anna, "order.placed")
        return False

    work_by(lambda: crowd.now, order)
    sent = list(Message.objects.order_by("number").values_list("step", flat=True))
    assert sent.index("receipt") <= 4
    assert len(sent) == 13 or Launch.objects.get().waits_for


def test_those_of_transactional_journeys_are_moved_first_and_a_fifth_by_age(crowd: World):
    """Six orders have come after the campaign's eight people; of a batch of five, one place is the oldest's."""
    launch(AT, 8)
    for customer in Customer.objects.values_list("id", flat=True).order_by("id")[:6]:
        crowd.event(customer, "order.placed")
    pull(AT + timedelta(seconds=1), 10)
    rounds = []
    for _ in range(4):
        before = set(Message.objects.values_list("id", flat=True))
        move_due(AT + timedelta(seconds=1), 5)
        rounds.append(Counter(Message.objects.exclude(id__in=before).values_list("journey", flat=True)))
    assert rounds == [
        {"receipt": 4, "sale": 1}, {"receipt": 2, "sale": 3}, {"sale": 4}, {},
    ]  # fmt: skip


@pytest.mark.parametrize("beside", ["walk", "deliver"])
def test_a_worker_that_is_busy_with_the_campaign_serves_an_order_between_two_batches(
    crowd: World, beside: str
):
    anna = Customer.objects.values_list("id", flat=True).order_by("id")[0]
    launch(AT, 4), launch(AT, 4)
    if beside == "deliver":
        crowd.run_walks()
    crowd.event(anna, "order.placed")

    def served() -> bool:
        return Message.objects.filter(step="receipt", state="accepted").exists()

    if beside == "walk":
        walk_beside(lambda: crowd.now, served)
    else:
        deliver_beside(lambda: crowd.now, served, lambda seconds: None)
    assert Message.objects.filter(step="receipt", state="accepted").count() == 1
    assert Message.objects.exclude(step="receipt").filter(state="accepted").count() <= 8


def test_a_limit_is_used_in_full_between_two_sweeps(crowd: World):
    """One worker, woken once: it rests from token to token instead of ending with the first."""
    launch(AT, 4), launch(AT, 4)
    crowd.run_walks()
    count = Message.objects.count()
    RateLimit.objects.create(channel="email", messages=10, per="second", burst=1)
    rested: list[float] = []

    def rest(seconds: float) -> None:
        rested.append(seconds)
        crowd.now += timedelta(seconds=seconds)

    deliver_beside(lambda: crowd.now, never, rest)
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}
    assert rested == [pytest.approx(0.1)] * (count - 1)


def test_a_limit_of_one_a_minute_lets_the_worker_go(crowd: World):
    launch(AT, 4)
    crowd.run_walks()
    RateLimit.objects.create(channel="email", messages=1, per="minute", burst=1)
    rested: list[float] = []
    deliver_beside(lambda: crowd.now, never, rested.append)
    assert (rested, Message.objects.filter(state="accepted").count()) == ([], 1)
    assert "deliver" not in waiting(crowd.now)
