"""Nobody who rings waits for a broker that is away."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from kombu.utils import functional

from orchestrator.config.celery import app
from orchestrator.store import doorbells


class Timers:
    """A clock that stands, and the timers that were started by it, which go off by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.now

    def start(self, seconds: float, act: Callable[..., None], arguments: tuple[str, ...]) -> Any:
        started = (round(seconds, 6), lambda: act(*arguments))
        return SimpleNamespace(start=lambda: self.waiting.append(started))


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    """What the broker's library sleeps between its attempts, while nobody listens at the broker's address."""
    slept: list[float] = []
    monkeypatch.setattr(functional, "sleep", slept.append)
    away = Celery("away", broker="redis://127.0.0.1:1/0", set_as_current=False)
    away.conf.broker_transport_options = app.conf.broker_transport_options
    monkeypatch.setattr(doorbells, "current_app", away)
    monkeypatch.setattr(doorbells, "REST", -1.0)  # ring each time, as the first one does after a rest
    settings.DOORBELLS = True
    return slept


def test_a_broker_that_is_away_is_tried_once_a_ring(rests: list[float]) -> None:
    assert [doorbells.ring_now(doorbells.WALK) for _ in range(3)] == [False] * 3
    assert rests == []


def test_whoever_hears_bells_passes_on_what_it_has_not_seen_to(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(doorbells, "call", called.append)

    def dies() -> None:
        with doorbells.heard() as rung:
            assert doorbells.ring_now(doorbells.WALK)
            assert doorbells.ring_now(doorbells.DELIVER)
            assert (called, rung) == ([], {doorbells.WALK, doorbells.DELIVER})
            rung.discard(doorbells.DELIVER)
            raise RuntimeError("died")

    with pytest.raises(RuntimeError, match="died"):
        dies()
    assert called == [doorbells.WALK]
    doorbells.ring_now(doorbells.DELIVER)
    assert called == [doorbells.WALK, doorbells.DELIVER]


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Timers:
    """Nobody has rung yet."""
    settings.DOORBELLS = True
    made = Timers()
    monkeypatch.setattr(doorbells, "time", made)
    monkeypatch.setattr(doorbells.threading, "Timer", made.start)
    monkeypatch.setattr(doorbells, "_rung_at", {})
    monkeypatch.setattr(doorbells, "_quiet", {})
    monkeypatch.setattr(doorbells, "_gathering", set())
    return made


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that other workers were called for."""
    bells: list[str] = []
    monkeypatch.setattr(doorbells, "call", bells.append)
    return bells


@pytest.mark.django_db(transaction=True)
def test_the_first_bell_rings_at_once_and_the_next_ones_together(timers: Timers, called: list[str]) -> None:
    for _ in range(3):
        doorbells.ring(doorbells.WALK)
    assert called == [doorbells.WALK]
    timers.now += 0.005
    doorbells.ring(doorbells.DELIVER)  # another task has a quiet time of its own
    assert called == [doorbells.WALK, doorbells.DELIVER]
    ((seconds, go_off),) = timers.waiting
    assert seconds == 0.02
    timers.now += 0.015
    go_off()
    assert called == [doorbells.WALK, doorbells.DELIVER, doorbells.WALK]


@pytest.mark.django_db(transaction=True)
def test_a_bell_after_those_gathered_is_gathered_anew_and_one_after_a_pause_rings(
    timers: Timers, called: list[str]
) -> None:
    doorbells.ring(doorbells.WALK)
    timers.now += 0.01
    doorbells.ring(doorbells.WALK)
    timers.now += 0.01
    timers.waiting.pop()[1]()
    assert called == [doorbells.WALK] * 2
    doorbells.ring(doorbells.WALK)
    assert (called, [seconds for seconds, _ in timers.waiting]) == ([doorbells.WALK] * 2, [0.04])
    timers.now += 0.04
    timers.waiting.pop()[1]()
    timers.now += 0.08
    doorbells.ring(doorbells.WALK)
    assert (called, timers.waiting) == ([doorbells.WALK] * 4, [])


@pytest.mark.django_db(transaction=True)
def test_whoever_rings_without_a_pause_rings_ever_more_rarely_until_there_is_one(
    timers: Timers, called: list[str]
) -> None:
    waited = []
    doorbells.ring(doorbells.WALK)
    for _ in range(6):
        doorbells.ring(doorbells.WALK)
        ((seconds, go_off),) = timers.waiting
        waited.append(seconds)
        timers.waiting.clear()
        timers.now += seconds
        go_off()
    assert (waited, len(called)) == ([0.02, 0.04, 0.08, 0.16, 0.16, 0.16], 7)
    timers.now += 0.16
    doorbells.ring(doorbells.WALK)
    doorbells.ring(doorbells.WALK)
    assert (len(called), [seconds for seconds, _ in timers.waiting]) == (8, [0.02])


@pytest.mark.django_db(transaction=True)
def test_whoever_hears_bells_hears_each(timers: Timers, called: list[str]) -> None:
    for _ in range(2):
        with doorbells.heard() as rung:
            doorbells.ring(doorbells.WALK)
            assert rung == {doorbells.WALK}
            rung.clear()
    assert (called, timers.waiting) == ([], [])


def test_a_fork_gathers_nothing_for_its_parent(timers: Timers, called: list[str]) -> None:
    for _ in range(2):
        doorbells._ring_or_gather(doorbells.WALK)
    doorbells._forget()
    timers.now += 0.03
    doorbells._ring_or_gather(doorbells.WALK)
    assert called == [doorbells.WALK] * 2
