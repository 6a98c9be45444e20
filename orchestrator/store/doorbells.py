"""Doorbells: after a commit, tell a worker to look at the database. Nothing more is said, and nothing depends on it.

A bell carries when it was rung, in milliseconds since 1970: whoever has begun to look since then has answered it.
A doorbell that is lost costs the time until the next sweep; one that comes twice finds nothing to do. So a broker
that is away is never an error of whoever rang: it is logged, and left alone for a while.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)
WALK, DELIVER = "orchestrator.walk", "orchestrator.deliver"
REST = 5.0  # seconds without ringing after the broker could not be reached
_rests_until = 0.0
# Seconds after a bell within which further ones are gathered into one; twice as long after each of them, up to the most,
# while somebody rings without a pause: the broker's queue must not grow faster than bells are heard.
QUIET, MOST_QUIET = 0.02, 0.16
_lock = threading.Lock()
_rung_at: dict[str, float] = {}
_quiet: dict[str, float] = {}  # how long it is for those who ring without a pause
_gathering: set[str] = set()  # tasks for which a bell stands at the end of their quiet time
_hearing: ContextVar[set[str] | None] = ContextVar("doorbells heard here", default=None)


def ring(task: str) -> None:
    """Ring once the transaction around is committed; at once where there is none.

    Whoever commits hundreds of times a second rings six times: a bell takes as long as to store thirty events. The
    first is rung at once, those of the next fiftieth of a second by one at its end, which comes after all their commits;
    then those of twice that time, and so on. The price: a commit among hundreds is told of a sixth of a second later.
    """
    if settings.DOORBELLS:
        transaction.on_commit(lambda: _ring_or_gather(task), robust=True)


def _ring_or_gather(task: str) -> None:
    if _hearing.get() is None and _is_gathered(task):
        return
    ring_now(task)


def _is_gathered(task: str) -> bool:
    """Whether a bell to come is this one too; begins a quiet time where there is none."""
    with _lock:
        if task in _gathering:
            return True
        now = time.monotonic()
        quiet = _quiet.get(task, QUIET)
        left = _rung_at.get(task, now - quiet) + quiet - now
        if left <= 0:
            _rung_at[task], _quiet[task] = now, QUIET
            return False
        # No daemon: a process that ends waits for it, so that the last events of an import are rung for.
        threading.Timer(left, _ring_gathered, (task,)).start()
        _gathering.add(task)
        return True


def _ring_gathered(task: str) -> None:
    with _lock:  # first, since whoever commits from here on needs another
        _gathering.discard(task)
        _rung_at[task] = time.monotonic()
        _quiet[task] = min(2 * _quiet.get(task, QUIET), MOST_QUIET)
    call(task)


def _forget() -> None:
    """A fork has none of its parent's threads, so nobody in it would ring what is gathered."""
    global _lock
    _lock = threading.Lock()
    _gathering.clear()


os.register_at_fork(after_in_child=_forget)


@contextmanager
def heard() -> Iterator[set[str]]:
    """Whoever rings here is heard here, and no other worker is woken: what has been rung for stands in the set.

    For a worker that looks at the database next anyhow: a second one would be woken to compete with it for the same
    rows. It takes out what it has seen to; for the rest the bell is rung at the end, also after an error.
    """
    rung = set[str]()
    before = _hearing.set(rung)
    try:
        yield rung
    finally:
        _hearing.reset(before)
        for task in sorted(rung):
            call(task)


def ring_now(task: str) -> bool:
    """Ring, and answer whether it was heard, or the broker took it."""
    if (here := _hearing.get()) is not None:
        here.add(task)
        return True
    return call(task)


def call(task: str) -> bool:
    """Ring for another worker, whoever hears bells here. At most one attempt, so that nobody waits for a broker."""
    global _rests_until
    if not settings.DOORBELLS or time.monotonic() < _rests_until:
        return False
    try:
        current_app.send_task(task, (int(time.time() * 1000),), retry=False, ignore_result=True)
    except Exception as error:  # whatever a broker's library raises: none of it is worth a caller's work
        _rests_until = time.monotonic() + REST
        log.warning("the broker does not take doorbells (%s); the sweep will find the work", error)
        return False
    return True
