"""What Celery workers run. A task says only "look": it takes nothing, answers nothing, and may be lost or doubled.

Beat sends `sweep` every few seconds; it takes back what dead workers held and rings for what is due. Every task
ends by itself well within `task_time_limit`; what it leaves, the next one finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from celery import shared_task
from celery.signals import task_prerun
from django.db import close_old_connections
from django.db.models import QuerySet

from orchestrator.journeys.waiting import waiting
from orchestrator.journeys.work import WALKING, deliver_by, walk_by
from orchestrator.messaging.deliver import BATCH
from orchestrator.messaging.models import Message
from orchestrator.messaging.queues import due
from orchestrator.messaging.rescue import rescue
from orchestrator.store.doorbells import DELIVER, WALK, ring_now

LONGEST = 10.0  # seconds after which a task begins no further batch
MOST_BELLS = 8  # for one kind of work in one sweep


@task_prerun.connect(weak=False)
def _fresh(**_: object) -> None:
    """Connections are kept from task to task; one that the database has ended is not."""
    close_old_connections()


@shared_task(name=WALK)
def walk() -> None:
    """Let people in and move those whose time has come."""
    walk_by(_now, _for(LONGEST))


@shared_task(name=DELIVER)
def deliver() -> None:
    """Deliver what is due."""
    deliver_by(_now, _for(LONGEST))


@shared_task(name="orchestrator.sweep")
def sweep() -> None:
    """Find what no doorbell told: lost ones, and what became due by time alone."""
    now = _now()
    rescue(now)
    if waiting(now) & WALKING:
        ring_now(WALK)
    for _ in range(_bells(due(now))):
        ring_now(DELIVER)


def _bells(messages: QuerySet[Message]) -> int:
    """One for each batch that is due, so that a backlog calls every worker; counted no further than matters."""
    count = messages[: BATCH * MOST_BELLS].count()
    return -(-count // BATCH)


def _for(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _now() -> datetime:
    return datetime.now(UTC)
