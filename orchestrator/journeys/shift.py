"""SHIFT: what a worker does beside its work: it looks whether the database is the one it left, and says that it lives.

It looks when it begins, with every new connection, and every few seconds; always before it beats and before it sends.
Then it has the tables counted that have outgrown their last count.
Only real workers have a shift: a round on a virtual clock has none, and neither beats nor halts.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime

from django.db import connection

from orchestrator.domain.incarnation import LONG_STOP, Found, Mark, Why, contradiction
from orchestrator.domain.liveness import EVERY
from orchestrator.journeys.waiting import next_due
from orchestrator.journeys.work import Stopping
from orchestrator.messaging.gate import Clock
from orchestrator.store.counting import count_outgrown
from orchestrator.workspace import heartbeats, mark, sequence
from orchestrator.workspace.halt import current, halt
from orchestrator.workspace.models import Halt, Workspace

log = logging.getLogger(__name__)
SENDS = frozenset({"deliver", "move", "fire", "launch"})  # work that comes to messages


class Shift:
    """One worker, from its first look to its goodbye. `kind`: work or celery."""

    def __init__(self, kind: str, clock: Clock) -> None:
        self._kind, self._clock = kind, clock
        self._worker = uuid.uuid4().hex
        self._started_at: datetime | None = None
        self._beat_after = 0.0
        self._connection: object = None

    def look(self, doing: str) -> None:
        """Look and beat, where it is time to or the connection is another."""
        connection.ensure_connection()
        if connection.connection is self._connection and time.monotonic() < self._beat_after:
            return
        now = self._clock()
        watch(now)
        if self._started_at is None:
            heartbeats.prune(now)
            self._started_at = now
        number = heartbeats.beat(self._worker, self._kind, self._started_at, doing, now)
        workspace = Workspace.get()
        mark.leave(workspace.salt, Mark(workspace.incarnation.hex, number))
        self._connection = connection.connection
        count_outgrown()
        self._beat_after = time.monotonic() + EVERY.total_seconds()

    def between(self, doing: str, stopping: Stopping) -> Stopping:
        """`stopping`, which is asked between batches, with a look and a beat."""

        def asked() -> bool:
            self.look(doing)
            return stopping()

        return asked

    def end(self) -> None:
        """Say goodbye."""
        heartbeats.end(self._worker, self._clock())


def watch(now: datetime) -> None:
    """Halt all sending where the database contradicts the mark, or stood still for long with work overdue."""
    workspace = Workspace.get()
    # The mark first: another worker that draws a number meanwhile must not make the database look behind it.
    left = mark.read(workspace.salt)
    found = _found(Workspace.get(), now)
    why = contradiction(found, left, now)
    if why is Why.STOPPED and current() is not None:
        return
    if why is not None and halt(why, found, left, now):
        log.error("all sending is halted (%s): `manage.py outbox` shows what waits, and asks", why)


def _found(workspace: Workspace, now: datetime) -> Found:
    last = heartbeats.last_beat()
    stood = last is not None and now - last > LONG_STOP
    past = frozenset(one for before in Halt.objects.values_list("before", flat=True) for one in before)
    due_since = next_due(SENDS) if stood else None
    return Found(workspace.incarnation.hex, past, sequence.last(), last, due_since)
