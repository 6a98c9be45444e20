"""ABREAST: two turns of the delivery at once in a process, while there is a backlog.

One prepares its messages while the other's are at their provider: they wait for different things. Each has a connection
of its own. Between the gate and the settlement there is only one of them at a time for each provider, so that a death
leaves no more in doubt than it would with one turn, and a provider is never given more at once than it asks for.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache

from django.conf import settings
from django.db import close_old_connections, connection

from orchestrator.messaging.deliver import Delivered, Hands, deliver
from orchestrator.messaging.gate import Clock

MOMENT = 0.5  # seconds; somebody's order, which this process would walk meanwhile, waits for as long


class Shared(Hands):
    """What two turns share: one lock for each provider.

    Neither takes a message that has killed workers: it could not hurt itself alone.
    """

    alone = False

    def __init__(self) -> None:
        self._locks: dict[str, threading.Lock] = {}

    @contextmanager
    def of(self, provider: str) -> Iterator[float]:
        """Wait until the other turn has settled what it handed to this provider; answers the seconds it took."""
        began = time.monotonic()
        with self._locks.setdefault(provider, threading.Lock()):
            yield time.monotonic() - began


def can_go_abreast() -> bool:
    """Whether the settings say so; not on SQLite, which has one writer."""
    return bool(settings.TURNS_ABREAST) and connection.vendor != "sqlite"


def deliver_abreast(clock: Clock, limit: int) -> Delivered:
    """Turns of at most `limit` messages, two at a time, for a moment: so that what one is about is not what the other is.

    All have ended when this comes back. Where both sides fail, the error of this thread's is raised.
    """
    hands, until = Shared(), time.monotonic() + MOMENT
    other = _beside(os.getpid()).submit(copy_context().run, _beside_us, clock, limit, hands, until)
    try:
        mine = _turns(clock, limit, hands, until)
    finally:
        other.exception()
    theirs = other.result()
    return Delivered(mine.claimed + theirs.claimed, mine.handed_off + theirs.handed_off)


def _turns(clock: Clock, limit: int, hands: Hands, until: float) -> Delivered:
    """One turn after the other, until one is not full or the time is over."""
    claimed = handed_off = 0
    while True:
        done = deliver(clock(), limit, clock, hands)
        claimed, handed_off = claimed + done.claimed, handed_off + done.handed_off
        if done.claimed < limit or time.monotonic() > until:
            return Delivered(claimed, handed_off)


def _beside_us(clock: Clock, limit: int, hands: Hands, until: float) -> Delivered:
    """On a thread that is kept, with its connection; after an error the next turn begins with a new one."""
    close_old_connections()
    try:
        return _turns(clock, limit, hands, until)
    except BaseException:
        connection.close()
        raise


@cache
def _beside(process: int) -> ThreadPoolExecutor:
    """This process's: a fork has none of its parent's threads."""
    return ThreadPoolExecutor(1, thread_name_prefix="delivery")
