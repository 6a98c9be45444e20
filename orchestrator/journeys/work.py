"""WORK: a round of everything the engine does. Workers, the sweep and the demo's virtual clock all run this."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import OperationalError

from orchestrator.customers.imports.carry import BATCH as IMPORTED_AT_ONCE
from orchestrator.customers.imports.carry import carry
from orchestrator.customers.ordered import BATCH as ERASED_AT_ONCE
from orchestrator.customers.ordered import carry_out
from orchestrator.domain.lanes import LANES
from orchestrator.duplicates.search import BATCH as SEARCHED_AT_ONCE
from orchestrator.duplicates.search import search
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
from orchestrator.journeys.retain import BATCH as RETAINED_AT_ONCE
from orchestrator.journeys.retain import retain
from orchestrator.journeys.timers import BATCH as TIMED_AT_ONCE
from orchestrator.journeys.timers import GROUPS as COMPUTED_AT_ONCE
from orchestrator.journeys.timers import compute, fire, replan
from orchestrator.journeys.waiting import URGENT, until_turn, waiting
from orchestrator.messaging.abreast import can_go_abreast, deliver_abreast
from orchestrator.messaging.deliver import BATCH as DELIVERED_AT_ONCE
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.gate import Clock
from orchestrator.messaging.rescue import rescue
from orchestrator.segments.measure import BATCH as MEASURED_AT_ONCE
from orchestrator.segments.measure import measure
from orchestrator.segments.refresh import BATCH as LOOKED_AT_ONCE
from orchestrator.segments.refresh import pass_over
from orchestrator.segments.scoring.score import BATCH as SCORED_AT_ONCE
from orchestrator.segments.scoring.score import score
from orchestrator.store import deadlines, doorbells

log = logging.getLogger(__name__)
RESCUED_AT_ONCE = 1000
Step = Callable[[datetime, int], int]  # (now, at most so many): how many were done
# What walking is, in the order in which one thing leads to the next: how it is counted, the act, and its batch.
_WALKS: Mapping[str, tuple[str, Step, int]] = {
    "replan": ("replanned", replan, TIMED_AT_ONCE),
    "pull": ("events", pull, PULLED_AT_ONCE),
    "scores": ("scored", score, SCORED_AT_ONCE),
    "segments": ("segments", pass_over, LOOKED_AT_ONCE),
    "launch": ("launched", launch, LAUNCHED_AT_ONCE),
    "knock": ("knocked", knock, KNOCKING_AT_ONCE),
    "admit": ("admitted", admit, ADMITTED_AT_ONCE),
    "compute": ("computed", compute, COMPUTED_AT_ONCE),
    "fire": ("timers", fire, TIMED_AT_ONCE),
    "wake": ("woken", wake_senders, MOVED_AT_ONCE),
    "move": ("moved", move_due, MOVED_AT_ONCE),
    "erase": ("erased", carry_out, ERASED_AT_ONCE),
    "import": ("imported", carry, IMPORTED_AT_ONCE),
    "duplicates": ("searched", search, SEARCHED_AT_ONCE),
    "measure": ("measured", measure, MEASURED_AT_ONCE),
    "retain": ("retained", retain, RETAINED_AT_ONCE),
}
# Where one batch was full there is a backlog: larger ones cost a sixth less a person. Whoever else wants one of these
# people waits for as much longer, which is why nobody begins so.
_BACKLOG = {"wake": 2500, "move": 2500}
WALKING = frozenset(_WALKS)
DELIVERING = frozenset({"rescue", "deliver"})
FIRST = frozenset({"pull", "move first"})  # what an order's confirmation comes by
RUNG_FOR = frozenset({"pull"})  # what a doorbell is mostly rung for
RUNG_BY_DELIVERING = frozenset({"wake"})
OTHER_LANES = frozenset(f"deliver {lane}" for lane in LANES) - {"deliver transactional"}
MOMENT = timedelta(seconds=1)  # a turn that comes within it is waited for
SHORTEST = 0.05  # seconds between two looks at what may go
Stopping = Callable[[], bool]
Rest = Callable[[float], object]  # seconds
_late: set[str] = set()  # kinds of work whose last batch ran into a deadline, as the log has been told


@dataclass
class Worked:
    """How much of each a round did."""

    replanned: int = 0
    events: int = 0
    scored: int = 0
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
    erased: int = 0
    imported: int = 0
    searched: int = 0
    measured: int = 0
    retained: int = 0

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
    total, backlog = Worked(), False
    while not stopping() and (kinds := waiting(clock())):
        done, _ = _turn(clock, stopping, kinds)
        # Walking plans messages, and delivering wakes enrollments: each is followed by a look at what it led to.
        done += _deliver_turn(clock, waiting(clock()), backlog)
        if not done:
            break
        backlog = done.messages >= DELIVERED_AT_ONCE
        total += done
    return total


def walk_by(clock: Clock, stopping: Stopping, kinds: Collection[str] = WALKING) -> Worked:
    """Let people in, move those whose time has come: all of it that is due. `kinds`: what is known to be."""
    total, full = Worked(), frozenset[str]()
    while kinds and not stopping():
        done, kinds = _turn(clock, stopping, kinds, full)
        full = frozenset(kinds)
        total += done
    return total


def walk_beside(clock: Clock, stopping: Stopping) -> Worked:
    """Walk, and between two turns deliver what must not wait for the walking to end: somebody's order.

    What a doorbell is mostly rung for is tried without asking, and from an event to its message in the provider's hands
    all is done here: who rings on the way is heard here, and other workers are called only for what is left to them.
    A turn that does nothing ends the round: what is due is held by another worker, who will see to it.
    """
    total, kinds, looked, full = Worked(), RUNG_FOR, False, frozenset[str]()
    with doorbells.heard() as rung:
        while kinds and not stopping():
            done, kinds = _turn(clock, stopping, kinds, full)
            full = kinds
            if done:
                confirmed, urgent = _confirm(clock, rung)
                total += done
                total += confirmed
                kinds |= urgent
            if not kinds and (done or not looked):
                kinds, looked = waiting(clock()) & WALKING, True
        if not kinds:
            rung.discard(doorbells.WALK)
    return total


def _confirm(clock: Clock, rung: set[str]) -> tuple[Worked, frozenset[str]]:
    """Deliver a batch with somebody's order in it, and call another worker for what is left to deliver.

    Answers also what is to be walked at once, what these deliveries led to among it.
    """
    done, urgent = Worked(), waiting(clock(), URGENT)
    if "deliver transactional" in urgent:
        done += _deliver_turn(clock, {"deliver"})
    if doorbells.DELIVER in rung:
        rung.remove(doorbells.DELIVER)
        if _leaves_some(done, urgent, clock):
            doorbells.call(doorbells.DELIVER)
    return done, urgent & WALKING | (RUNG_BY_DELIVERING if done else frozenset())


def _leaves_some(done: Worked, urgent: frozenset[str], clock: Clock) -> bool:
    """Whether there may be more to deliver than we have: other lanes, a full batch, or what waits its turn."""
    if not 0 < done.messages < DELIVERED_AT_ONCE or urgent & OTHER_LANES:
        return True
    return until_turn(clock(), MOMENT) is not None


def deliver_beside(clock: Clock, stopping: Stopping, rest: Rest) -> Worked:
    """Deliver, and between two batches walk what must not wait for the delivering to end.

    Where messages wait their turn and the next one's comes within a moment, `rest` (seconds) until then: a limit of
    ten a second is used in full, whenever the sweep comes. Whoever rests walks whatever there is to walk.
    """
    total, kinds, backlog = Worked(), frozenset[str](DELIVERING), False
    while not stopping():
        asked, delivered = kinds & DELIVERING, _deliver_turn(clock, kinds, backlog)
        kinds, backlog = waiting(clock()), delivered.messages >= DELIVERED_AT_ONCE
        pause = None if kinds & DELIVERING else until_turn(clock(), MOMENT)
        walked, _ = _turn(clock, stopping, kinds if pause is not None else kinds & FIRST)
        total += delivered
        total += walked
        if pause is not None and not walked:
            rest(max(pause.total_seconds(), SHORTEST))
        elif pause is None and (not kinds & DELIVERING or (asked and not delivered)):
            break  # nothing is due, or what is due is others', or halted: the sweep will look again
    return total


def _turn(
    clock: Clock, stopping: Stopping, kinds: Collection[str], full: frozenset[str] = frozenset()
) -> tuple[Worked, frozenset[str]]:
    """One batch of each kind, and what kinds there may be more of: those whose batch was full. `full`: those of the last
    turn, whose batches are larger now.

    No kind is drained before the next has its turn: while a launch lets in a million, an order's event is pulled, and
    its passage begun and moved, between two chunks.
    """
    done, more = Worked(), set[str]()
    for kind, (field, step, usual) in _WALKS.items():
        batch = _BACKLOG.get(kind, usual) if kind in full else usual
        if stopping():
            break
        if kind in kinds or (kind == "move" and (done or "move first" in kinds)):
            count = _in_time(kind, lambda step=step, batch=batch: step(clock(), batch))  # type: ignore[misc]
            setattr(done, field, count)
            if count >= batch:
                more.add(kind)
    return done, frozenset(more)


def _deliver_turn(clock: Clock, kinds: Collection[str], backlog: bool = False) -> Worked:
    """Take back what dead workers held, and deliver one batch; while there is a `backlog`, batches two at a time."""
    done = Worked()
    if "rescue" in kinds:
        done.rescued = _in_time("rescue", lambda: rescue(clock(), RESCUED_AT_ONCE))
    if done or "deliver" in kinds:
        done.messages = _in_time("deliver", lambda: _delivered(clock, backlog and can_go_abreast()))
    return done


def _delivered(clock: Clock, abreast: bool) -> int:
    if abreast:
        return deliver_abreast(clock, DELIVERED_AT_ONCE).claimed
    return deliver(clock(), DELIVERED_AT_ONCE, clock).claimed


def _in_time(kind: str, batch: Callable[[], int]) -> int:
    """How many the batch did: none where it ran into a deadline, since then it is as if it had never begun.

    Nobody else waits for it: the other kinds go on, and the next round tries again. The log is told once, until it works.
    """
    try:
        count = batch()
    except OperationalError as error:
        if not deadlines.passed(error):
            raise
        if kind not in _late:
            log.warning("%s ran into a deadline, and is tried again until it works: %s", kind, error)
        _late.add(kind)
        return 0
    _late.discard(kind)
    return count
