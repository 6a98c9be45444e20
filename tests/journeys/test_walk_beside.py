"""One worker takes an event all the way, calls another only for what is left, and never asks turn after turn."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator.journeys import work
from orchestrator.journeys.waiting import URGENT, waiting
from orchestrator.journeys.work import never, walk_beside
from orchestrator.store import doorbells
from tests.scenarios import conftest as scenarios
from tests.scenarios.scripted import Scripted
from tests.scenarios.world import World

world = scenarios.world  # the fixture
NOTICE = """
journey: {name}
purpose: {purpose}
entry: {{event: {event}, again: always}}
steps:
  - send: {name}
    via: [email]
    id: {name}
"""
# What a worker asks and writes from the moment it is rung for an event until it calls the provider with the message.
# PostgreSQL asks each person's and address's lock in a statement of its own.
TO_THE_PROVIDER = {"postgresql": 58, "sqlite": 55}


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """The bells by which other workers are called. In a test's transaction nothing is committed: they ring at once."""
    settings.DOORBELLS = True
    bells: list[str] = []
    monkeypatch.setattr(doorbells, "ring", doorbells.ring_now)
    monkeypatch.setattr(doorbells, "call", bells.append)
    return bells


@pytest.fixture
def shop(world: World) -> World:
    """An order's confirmation and an offer, and a provider that takes both."""
    world.workspace(minimum_gap_minutes=0)
    world.publish(NOTICE.format(name="receipt", purpose="transactional", event="order.paid"), receipt="")
    world.publish(NOTICE.format(name="offer", purpose="marketing", event="page.viewed"), offer="")
    return world


def test_an_order_is_confirmed_by_the_worker_that_is_rung_for_it(shop: World, called: list[str]) -> None:
    anna = shop.person()
    called.clear()
    shop.event(anna, "order.paid")
    assert called == [doorbells.WALK]
    walk_beside(lambda: shop.now, never)
    assert called == [doorbells.WALK]
    assert shop.messages() == [("receipt", "accepted", "accepted")]
    assert [(status, reason) for _, status, reason in shop.enrollments()] == [("completed", "")]


def test_another_worker_is_called_for_what_is_not_so_urgent(shop: World, called: list[str]) -> None:
    anna = shop.person()
    shop.event(anna, "page.viewed")
    called.clear()
    walk_beside(lambda: shop.now, never)
    assert called == [doorbells.DELIVER]
    assert shop.messages() == [("offer", "planned", "")]


def test_what_was_heard_is_passed_on_by_a_worker_that_must_stop(shop: World, called: list[str]) -> None:
    anna = shop.person()
    shop.event(anna, "order.paid")
    called.clear()
    asked: list[bool] = []

    def after_the_move() -> bool:
        asked.append(True)
        return bool(shop.messages())

    walk_beside(lambda: shop.now, after_the_move)
    assert called == [doorbells.WALK]  # the settled message's: its enrollment is to be woken
    assert shop.messages() == [("receipt", "accepted", "accepted")]
    assert [(status, reason) for _, status, reason in shop.enrollments()] == [("active", "")]


def test_what_another_worker_holds_is_left_to_it(
    shop: World, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event is due, but its row is locked: it is tried once when rung for, and once as the look says that it is due."""
    anna = shop.person()
    walk_beside(lambda: shop.now, never)  # nothing else is due
    shop.event(anna, "order.paid")
    tried: list[int] = []

    def held(now: object, limit: int) -> int:
        tried.append(limit)
        return 0

    name, _, batch = work._WALKS["pull"]
    monkeypatch.setitem(work._WALKS, "pull", (name, held, batch))
    assert not walk_beside(lambda: shop.now, lambda: len(tried) > 5)
    assert tried == [batch, batch]


def test_a_confirmation_costs_so_many_statements(
    shop: World, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = shop.provider(promise="I")
    for name in ("anna", "bela"):
        shop.event(shop.person(name), "order.paid")
        if name == "anna":
            walk_beside(lambda: shop.now, never)  # what is asked once a process is asked here
    counted: list[int] = []
    send = Scripted.send_blocking

    def counting(self: Scripted, messages: Any) -> Any:
        counted.append(sum(1 for one in asked.captured_queries if _counts(one["sql"])))
        return send(self, messages)

    monkeypatch.setattr(type(provider), "send_blocking", counting)
    with CaptureQueriesContext(connection) as asked:
        walk_beside(lambda: shop.now, never)
    assert counted == [TO_THE_PROVIDER[connection.vendor]]


def _counts(sql: str) -> bool:
    return not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))


def test_of_what_is_due_a_part_can_be_asked(shop: World) -> None:
    anna = shop.person()  # who has changed, and waits to be looked at
    assert waiting(shop.now) == {"replan"}
    assert waiting(shop.now, URGENT) == set()
    shop.event(anna, "order.paid")
    assert waiting(shop.now) == {"replan", "pull"}
    assert waiting(shop.now, URGENT) == {"pull"}
