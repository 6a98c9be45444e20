"""WORK: one round of everything the engine does. Workers, the sweep and the demo's virtual clock all run this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Min, Q

from orchestrator.domain.outbox import CLAIMABLE
from orchestrator.events.models import Event
from orchestrator.journeys.due import move_due, wake_senders
from orchestrator.journeys.models import Enrollment, EntryTimer
from orchestrator.journeys.pull import pull
from orchestrator.journeys.timers import fire, replan
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.models import Message
from orchestrator.messaging.rescue import rescue


@dataclass
class Worked:
    """How much of each a round did."""

    replanned: int = 0
    events: int = 0
    timers: int = 0
    woken: int = 0
    moved: int = 0
    messages: int = 0
    rescued: int = 0

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def work(now: datetime) -> Worked:
    """Do all that is due at `now`, until nothing is; in the order in which one thing leads to the next."""
    total = Worked()
    while True:
        done = Worked(
            rescued=rescue(now),
            replanned=_drain(lambda: replan(now)),
            events=_drain(lambda: pull(now)),
            timers=_drain(lambda: fire(now)),
            woken=_drain(lambda: wake_senders(now)),
            moved=_drain(lambda: move_due(now)),
            messages=_drain(lambda: deliver(now).claimed),
        )
        for field in fields(total):
            setattr(total, field.name, getattr(total, field.name) + getattr(done, field.name))
        if not done:
            return total


def next_due(now: datetime) -> datetime | None:
    """When there will be something to do next, as far as the database knows."""
    moments = (
        Event.objects.filter(pending=True).aggregate(at=Min("occurred_at"))["at"],
        EntryTimer.objects.filter(due_at__isnull=False).aggregate(at=Min("due_at"))["at"],
        Enrollment.objects.filter(status="active", due_at__isnull=False).aggregate(at=Min("due_at"))["at"],
        Message.objects.filter(Q(state__in=CLAIMABLE)).aggregate(at=Min("due_at"))["at"],
    )
    return min((moment for moment in moments if moment is not None), default=None)


def _drain(step: Callable[[], int]) -> int:
    total = 0
    while done := step():
        total += done
    return total
