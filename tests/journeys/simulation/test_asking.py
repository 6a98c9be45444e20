"""Simulations that the studio asks for: one process at a time, nothing lost when it dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.journeys.management.commands import simulate_asked
from orchestrator.journeys.models import Journey, Simulation
from orchestrator.journeys.simulation import asking
from orchestrator.workspace.models import Brand

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOLD = {"sent": 3, "examples": [{"person": 7, "customer": "C-7", "happened": []}]}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a process was started."""
    calls: list[int] = []
    monkeypatch.setattr(asking, "start", lambda: calls.append(1))
    return calls


@pytest.fixture
def journey() -> Journey:
    return Journey.objects.create(key="welcome", title="Welcome", brand=Brand.objects.get(key="default"))


def ask(journey: Journey, days: int = 30, at: datetime = NOW) -> Simulation:
    return asking.ask(journey, asking.Wish(days), None, at)


def test_what_is_asked_waits_and_a_process_is_started(
    journey: Journey, started: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        one = ask(journey)
    assert (one.state, one.days, one.done, started) == ("planned", 30, 0, [1])


def test_a_second_click_is_answered_with_the_first(journey: Journey, started: list[int]) -> None:
    one = ask(journey)
    assert ask(journey, at=NOW + timedelta(seconds=5)) == one
    assert ask(journey, days=7) != one
    assert Simulation.objects.count() == 2


def test_the_oldest_go(journey: Journey, started: list[int]) -> None:
    asked = [ask(journey, at=NOW + timedelta(minutes=minute)) for minute in range(asking.KEPT + 3)]
    assert set(Simulation.objects.all()) == set(asked[3:])


def test_one_runs_at_a_time_and_in_turn(journey: Journey, started: list[int]) -> None:
    first, second = ask(journey), ask(journey, days=7)
    assert asking.take(NOW) == first
    assert asking.take(NOW) is None
    asking.finish(first, dict(TOLD), "", NOW)
    assert asking.take(NOW) == second
    asking.finish(second, {}, "it is broken", NOW)
    assert asking.take(NOW) is None
    states = Simulation.objects.order_by("id").values_list("state", "error")
    assert list(states) == [("done", ""), ("failed", "it is broken")]


def test_one_whose_process_died_is_taken_again_from_its_beginning(
    journey: Journey, started: list[int]
) -> None:
    one = ask(journey)
    asking.take(NOW)
    asking.seen(one, 600, NOW + timedelta(seconds=10))
    assert asking.take(NOW + timedelta(seconds=10) + asking.UNSEEN - timedelta(seconds=1)) is None
    again = asking.take(NOW + timedelta(seconds=10) + asking.UNSEEN)
    assert again == one
    assert again is not None
    assert (again.state, again.done) == ("running", 0)


def test_what_is_kept_names_nobody(journey: Journey, started: list[int]) -> None:
    one = ask(journey)
    asking.take(NOW)
    asking.finish(one, {"sent": 3, "examples": [{"person": 7, "customer": "C-7"}]}, "", NOW)
    one.refresh_from_db()
    assert one.told == {"sent": 3, "examples": [{"person": 7, "customer": ""}]}
    assert (one.state, one.done, one.finished_at) == ("done", Simulation.PARTS, NOW)


def test_an_answer_that_comes_late_changes_nothing(journey: Journey, started: list[int]) -> None:
    """Two processes at one simulation, since the first was held to be dead: the first answer stands."""
    one = ask(journey)
    asking.finish(one, {"sent": 1}, "", NOW)
    asking.finish(one, {}, "too late", NOW)
    asking.seen(one, 5, NOW)
    one.refresh_from_db()
    assert (one.state, one.told, one.error, one.done) == ("done", {"sent": 1}, "", Simulation.PARTS)


def test_the_command_runs_all_that_waits(
    journey: Journey, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(journey), ask(journey, days=7)
    outputs = iter([('noise\n{"sent": 4}\n', ""), ("", "offer.yaml:3: no such step")])
    monkeypatch.setattr(asking, "run", lambda one, progress: next(outputs))
    simulate_asked.Command().handle()
    rows = Simulation.objects.order_by("id").values_list("state", "told", "error")
    assert list(rows) == [("done", {"sent": 4}, ""), ("failed", {}, "offer.yaml:3: no such step")]


def test_a_wish_is_the_commands_words(journey: Journey, started: list[int]) -> None:
    changed = {"caps": {"a week": 3}, "waits": {"rest": "2 days"}, "priority": 70}
    one = asking.ask(journey, asking.Wish(7, True, "forecast", changed), None, NOW)
    assert asking._options(Simulation.objects.get(pk=one.pk)) == [
        "--days", "7", "--until", NOW.isoformat(), "--json", "--beside", "--forecast",
        "--cap", "a week=3", "--wait", "rest=2 days", "--priority", "70",
    ]  # fmt: skip
    assert asking.ask(journey, asking.Wish(7, True, "forecast"), None, NOW) != one
