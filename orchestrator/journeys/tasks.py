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


@task_prerun.connect(weak=False)
def _fresh(**_: object) -> None:
    """Connections are kept from task to task; one that the database has ended is not."""
    close_old_connections()


@shared_task(name=WALK)
def walk() -> None:
    """Let people in and move those whose time has come; somebody's order is delivered meanwhile."""
    walk_beside(_now, _shift(os.getpid()).between("walk", _for(LONGEST)))


@shared_task(name=DELIVER)
def deliver() -> None:
    """Deliver what is due; somebody's order is walked meanwhile."""
    deliver_beside(_now, _shift(os.getpid()).between("deliver", _for(LONGEST)), time.sleep)


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


def _for(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _now() -> datetime:
    return datetime.now(UTC)
