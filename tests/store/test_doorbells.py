"""Nobody who rings waits for a broker that is away."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery
from kombu.utils import functional

from orchestrator.config.celery import app
from orchestrator.store import doorbells


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
