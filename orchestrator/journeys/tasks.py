"""What Celery workers run. A task says only "look": it takes nothing, answers nothing, and may be lost or doubled.

Beat sends `sweep` every few seconds; it takes back what dead workers held and rings for what is due. Every task
ends by itself well within `task_time_limit`; what it leaves, the next one finds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from celery import shared_task
from celery.signals import task_prerun
from django.db import close_old_connections

from orchestrator.journeys.alarms.rounds import look
from orchestrator.journeys.shift import Shift
from orchestrator.journeys.waiting import waiting
from orchestrator.journeys.work import WALKING, deliver_beside, walk_beside
from orchestrator.messaging.deliver import BATCH
from orchestrator.messaging.rescue import rescue
from orchestrator.messaging.turns import ready_count
from orchestrator.store.doorbells import DELIVER, WALK, ring_now

LONGEST = 10.0  # seconds after which a task begins no further batch
MOST_BELLS = 8  # for one kind of work in one sweep
SKEW = 1.0  # seconds by which the clocks of two machines may differ
_looked_from: dict[str, float] = {}  # when this process's last look began, by its task


@task_prerun.connect(weak=False)
def _fresh(**_: object) -> None:
    """Connections are kept from task to task; one that the database has ended is not."""
    close_old_connections()


@shared_task(name=WALK)
def walk(rung_at: int | None = None) -> None:
    """Let people in and move those whose time has come; somebody's order is delivered meanwhile."""
    _answer(WALK, rung_at, lambda: walk_beside(_now, _shift(os.getpid()).between("walk", _for(LONGEST))))


@shared_task(name=DELIVER)
def deliver(rung_at: int | None = None) -> None:
    """Deliver what is due; somebody's order is walked meanwhile."""
    stop = _shift(os.getpid()).between("deliver", _for(LONGEST))
    _answer(DELIVER, rung_at, lambda: deliver_beside(_now, stop, time.sleep))


@shared_task(name="orchestrator.sweep")
def sweep() -> None:
    """Find what no doorbell told: lost ones, and what became due by time alone."""
    _shift(os.getpid()).look("sweep")
    now = _now()
    rescue(now)
    if waiting(now) & WALKING:
        ring_now(WALK)
    for _ in range(_bells(now)):
        ring_now(DELIVER)


@shared_task(name="orchestrator.alarms")
def alarms() -> None:
    """Look at what is wrong, and tell whoever is to be told."""
    look(_now)


@cache
def _shift(process: int) -> Shift:
    """This process's: a fork is another worker than its parent."""
    return Shift("celery", _now)


def _bells(now: datetime) -> int:
    """One for each batch that may be claimed, so that a backlog calls every worker; counted no further than matters."""
    return -(-ready_count(now, BATCH * MOST_BELLS) // BATCH)


def _answer(task: str, rung_at: int | None, look: Callable[[], object]) -> None:
    """Look, unless this process began a look after the bell was rung, which has seen what the bell told of.

    So that a queue of bells is gone through in no time. A look that its time cut short rings for what it has left. Where
    clocks of machines differ by more than `SKEW`, a bell may be passed over: what it told of waits for the sweep.
    """
    began, at = time.time(), time.monotonic()
    if rung_at is not None and rung_at / 1000 < _looked_from.get(task, 0.0) - SKEW:
        return
    look()
    _looked_from[task] = began
    if time.monotonic() - at > LONGEST:
        ring_now(task)


def _for(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _now() -> datetime:
    return datetime.now(UTC)
