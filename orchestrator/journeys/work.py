"""WORK: a round of everything the engine does. Workers, the sweep and the demo's virtual clock all run this."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial

from orchestrator.journeys.admit import BATCH as ADMITTED_AT_ONCE
from orchestrator.journeys.admit import admit
from orchestrator.journeys.due import BATCH as MOVED_AT_ONCE
from orchestrator.journeys.due import move_due, wake_senders
from orchestrator.journeys.knock import BATCH as KNOCKING_AT_ONCE
from orchestrator.journeys.knock import knock
from orchestrator.journeys.launching import BATCH as LAUNCHED_AT_ONCE
from orchestrator.journeys.launching import launch
from orchestrator.journeys.pull import BATCH as PULLED_AT_ONCE
from orchestrator.journeys.pull import pull
from orchestrator.journeys.timers import BATCH as TIMED_AT_ONCE
from orchestrator.journeys.timers import GROUPS as COMPUTED_AT_ONCE
from orchestrator.journeys.timers import compute, fire, replan
from orchestrator.journeys.waiting import waiting
from orchestrator.messaging.deliver import BATCH as DELIVERED_AT_ONCE
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.rescue import rescue
from orchestrator.segments.refresh import BATCH as LOOKED_AT_ONCE
from orchestrator.segments.refresh import pass_over

RESCUED_AT_ONCE = 1000
WALKING = frozenset(
    {"replan", "pull", "segments", "launch", "knock", "admit", "compute", "fire", "wake", "move"}
)
DELIVERING = frozenset({"rescue", "deliver"})
Clock = Callable[[], datetime]
Stopping = Callable[[], bool]


@dataclass
class Worked:
    """How much of each a round did."""

    replanned: int = 0
    events: int = 0
    segments: int = 0
    launched: int = 0
    knocked: int = 0
    admitted: int = 0
    computed: int = 0
    timers: int = 0
    woken: int = 0
    moved: int = 0
    messages: int = 0
    rescued: int = 0

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def __iadd__(self, other: Worked) -> Worked:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self


def never() -> bool:
    """For a round that goes on until nothing is left."""
    return False


def work(now: datetime) -> Worked:
    """Do all that is due at `now`, until nothing is: for a clock that stands still meanwhile."""
    return work_by(lambda: now)


def work_by(clock: Clock, stopping: Stopping = never) -> Worked:
    """Do all that is due; in the order in which one thing leads to the next.

    The clock is read for every batch, so that a lease begins when its batch does, and at every gate. `stopping` is asked between
    batches: whatever it leaves is found by the next round.
    """
    total = Worked()
    while not stopping() and (kinds := waiting(clock())):
        done = walk_by(clock, stopping, kinds)
        # Walking plans messages, and delivering wakes enrollments: each is followed by a look at what it led to.
        done += deliver_by(clock, stopping, waiting(clock()))
        if not done:
            break
        total += done
    return total


def walk_by(clock: Clock, stopping: Stopping, kinds: Collection[str] = WALKING) -> Worked:
    """Let people in, move those whose time has come: all of it that is due. `kinds`: what is known to be."""
    done = Worked()
    if "replan" in kinds:
        done.replanned = _drain(replan, TIMED_AT_ONCE, clock, stopping)
    if "pull" in kinds:
        done.events = _drain(pull, PULLED_AT_ONCE, clock, stopping)
    if "segments" in kinds:
        done.segments = _drain(pass_over, LOOKED_AT_ONCE, clock, stopping)
    if "launch" in kinds:
        done.launched = _drain(launch, LAUNCHED_AT_ONCE, clock, stopping)
    if "knock" in kinds:
        done.knocked = _drain(knock, KNOCKING_AT_ONCE, clock, stopping)
    if "admit" in kinds:
        done.admitted = _drain(admit, ADMITTED_AT_ONCE, clock, stopping)
    if "compute" in kinds:
        done.computed = _drain(compute, COMPUTED_AT_ONCE, clock, stopping)
    if "fire" in kinds:
        done.timers = _drain(fire, TIMED_AT_ONCE, clock, stopping)
    if "wake" in kinds:
        done.woken = _drain(wake_senders, MOVED_AT_ONCE, clock, stopping)
    if done or "move" in kinds:
        done.moved = _drain(move_due, MOVED_AT_ONCE, clock, stopping)
    return done


def deliver_by(clock: Clock, stopping: Stopping, kinds: Collection[str] = DELIVERING) -> Worked:
    """Take back what dead workers held, and deliver all messages that are due."""
    done = Worked()
    if "rescue" in kinds:
        done.rescued = _drain(rescue, RESCUED_AT_ONCE, clock, stopping)
    if done or "deliver" in kinds:
        done.messages = _drain(partial(_deliver, clock), DELIVERED_AT_ONCE, clock, stopping)
    return done


def _drain(step: Callable[[datetime, int], int], batch: int, clock: Clock, stopping: Stopping) -> int:
    """Batch after batch; one that is not full was the last."""
    total, done = 0, batch
    while done >= batch and not stopping():
        done = step(clock(), batch)
        total += done
    return total


def _deliver(clock: Clock, now: datetime, limit: int) -> int:
    return deliver(now, limit, clock).claimed
