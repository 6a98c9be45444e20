"""A plugin that misbehaves, and beside it a neighbour that must come to no harm."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator

import pytest

from orchestrator import apart
from orchestrator.messaging import calls
from tests.scenarios import conftest as scenarios

world = scenarios.world  # the fixture


class Release:
    """What a hanging plugin waits for; the test lets go of it at its end, so that nothing outlives the test."""

    def __init__(self) -> None:
        self._gate = threading.Event()

    def wait(self) -> None:
        """Hang until the test ends."""
        self._gate.wait(60)

    def go(self) -> None:
        """Let everybody go who hangs."""
        self._gate.set()


@pytest.fixture
def release() -> Iterator[Release]:
    one = Release()
    yield one
    one.go()
    _let_end()


def _let_end() -> None:
    """Loops that were left behind end here, and what asyncio says of their tasks is not said in a later test."""
    end = time.monotonic() + 20
    while any(calls.left_behind(name) for _, name in list(calls._left)) and time.monotonic() < end:
        time.sleep(0.01)
    gc.collect()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines that a test can wait for."""
    monkeypatch.setattr(calls, "DEADLINE", 0.2)
    monkeypatch.setattr(calls, "GRACE", 0.1)
    monkeypatch.setattr(apart, "LONGEST_DECISION", 0.2)
    monkeypatch.setattr(apart, "KILLED_AFTER", 0.5)
    monkeypatch.setattr("orchestrator.registry.LONGEST_HOOK", 0.2)
