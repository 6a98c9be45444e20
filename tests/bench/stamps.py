"""The house as it runs in earnest: Celery's workers with beat, events that come in, and when they are answered."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.events.record import NewEvent, record
from tests.bench.crew import child

EVENT = "order.paid"
PATIENCE = 120.0  # seconds until an event that nobody answers is an error


class Stamps:
    """When the provider was given each person's message."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.given: dict[int, int] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_for(self, person: int, seconds: float = PATIENCE) -> int:
        """The moment, in nanoseconds of CLOCK_MONOTONIC; TimeoutError where it does not come."""
        with self._news:
            if not self._news.wait_for(lambda: person in self.given, seconds):
                raise TimeoutError(f"no message for customer {person} in {seconds} seconds")
        return self.given[person]

    def _listen(self) -> None:
        while True:
            recipient, at = self._socket.recv(4096).decode().split()
            with self._news:
                self.given.setdefault(int(recipient.partition("@")[0].removeprefix("p")), int(at))
                self._news.notify_all()


@contextmanager
def house(folder: Path) -> Iterator[Stamps]:
    """Celery with two processes and beat, and a provider that stamps transactional messages."""
    stamps = Stamps(folder / f"stamps-{time.monotonic_ns()}")
    with child("tests.bench.worker", "stamping", "celery", BENCH_STAMPS=stamps.path):
        yield stamps


def order(person: int) -> int:
    """A person pays for an order now; the moment at which that was committed."""
    now = datetime.now(UTC)
    record([NewEvent(person, EVENT, now, f"paid-{person}-{time.monotonic_ns()}")], now)
    return time.monotonic_ns()


def ready(stamps: Stamps, people: range) -> None:
    """Until the house answers: its processes have loaded what they need, each at least once or nearly so."""
    for person in people:
        order(person)
        stamps.wait_for(person)
