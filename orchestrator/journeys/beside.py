"""BESIDE: what is done beside `manage.py work`, each in a thread of its own: what hangs holds up nobody's message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections, connections

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Act = Callable[[Clock, Callable[[], bool]], object]  # the clock, and whether it is to stop


@dataclass(frozen=True, slots=True)
class Beside:
    """Something to do again and again, with so many seconds between."""

    name: str
    act: Act
    every: float


_beside: dict[str, Beside] = {}


def register(one: Beside) -> None:
    """Add it; the same name again replaces it."""
    _beside[one.name] = one


def once(clock: Clock) -> None:
    """Do each once, here."""
    for one in _beside.values():
        one.act(clock, lambda: False)


def begin(clock: Clock, stopping: threading.Event) -> list[threading.Thread]:
    """Begin them all; each thread ends when it is told to stop, and with its process at the latest."""
    return [start(one, clock, stopping) for one in _beside.values()]


def start(one: Beside, clock: Clock, stopping: threading.Event) -> threading.Thread:
    """Begin one of them, which need not be registered."""
    thread = threading.Thread(target=_go_on, args=(one, clock, stopping), name=one.name, daemon=True)
    thread.start()
    return thread


def _go_on(one: Beside, clock: Clock, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            close_old_connections()
            one.act(clock, stopping.is_set)
        except Exception:
            log.exception("%s failed, and is tried again", one.name)
            connections.close_all()
        stopping.wait(one.every)
    connections.close_all()
