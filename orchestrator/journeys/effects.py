"""APPLY: what walks lead to, as a handful of set-based writes in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from orchestrator import outside
from orchestrator.domain.outside import Fact, Kind
from orchestrator.domain.walks import Ended, Parked, Sending, Walk
from orchestrator.journeys.acting import act
from orchestrator.journeys.enroll import announce, passage
from orchestrator.journeys.intents import intents
from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.journeys.versions import Live, versions
from orchestrator.messaging.cancel import cancel
from orchestrator.messaging.plan import plan
from orchestrator.sdk.steps import Park
from orchestrator.sdk.values import EnrollmentChange
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared

if TYPE_CHECKING:
    from orchestrator.journeys.travel import Passenger

ENDING = frozenset({Kind.ENROLLMENT_COMPLETED, Kind.ENROLLMENT_EXITED, Kind.ENROLLMENT_FAILED})
ANY_EVENT = "*"
LONGEST_AWAITS = 100  # the column's width; who awaits more names looks up at every event


def apply(
    passengers: Sequence[Passenger], walks: Mapping[int, Walk], live: Mapping[int, Live], now: datetime
) -> None:
    """Write step runs, planned messages and where everybody stands now."""
    _record(passengers, walks, now)
    act(passengers, walks, live, now)
    plan(intents(passengers, walks, live, now), now)
    ended = [one for one in passengers if isinstance(walks[one.id].end, Ended)]
    stay = [one for one in passengers if not isinstance(walks[one.id].end, Ended)]
    _move(stay, walks)
    finish({one.id: _end(walks[one.id]) for one in ended}, now)


def finish(ends: Mapping[int, Ended], now: datetime) -> None:
    """End enrollments for good, and cancel what they have not sent yet."""
    if not ends:
        return
    rows = [(id_, end.status, end.reason, now, None, "", False) for id_, end in ends.items()]
    columns = ("status", "reason", "finished_at", "due_at", "awaits", "sending")
    told = ("id", "customer", "version")
    ended = bulk.update_returning(Enrollment, columns, rows, told, where="t.status = 'active'")
    outside.say(ENDING, lambda: _left(ended, ends, now))
    cancel(
        {id_: end.reason or "journey_ended" for id_, end in ends.items() if end.status != "completed"}, now
    )
    announce(
        lambda: [
            EnrollmentChange(id_, journey, version, status, reason, now)
            for id_, journey, version, status, reason in _ended().rows(ids=ends)
        ]
    )


def _left(rows: Sequence[tuple[int, int, int]], ends: Mapping[int, Ended], now: datetime) -> Iterator[Fact]:
    live = versions({version for _, _, version in rows})
    for id_, customer, version in rows:
        end, said = ends[id_], passage(live[version], id_)
        yield Fact(Kind(f"enrollment.{end.status}"), now, customer, {**said, "reason": end.reason})


@prepared
def _ended() -> QuerySet[Any]:
    columns = ("id", "journey__key", "version__number", "status", "reason")
    return Enrollment.objects.filter(id__among=Given("ids")).values_list(*columns)


def _end(walk: Walk) -> Ended:
    assert isinstance(walk.end, Ended)
    return walk.end


def _record(passengers: Sequence[Passenger], walks: Mapping[int, Walk], now: datetime) -> None:
    rows = [
        (
            one.id,
            run.step,
            run.visit,
            run.entered_at,
            now,
            run.outcome[:63],
            run.reason[:200],
            dict(run.evidence),
        )
        for one in passengers
        for run in walks[one.id].runs
    ]
    columns = ("enrollment", "step", "visit", "entered_at", "left_at", "outcome", "reason", "evidence")
    bulk.insert(StepRun, columns, rows)


def _move(passengers: Sequence[Passenger], walks: Mapping[int, Walk]) -> None:
    rows = []
    for one in passengers:
        end = walks[one.id].end
        assert isinstance(end, (Parked, Sending))
        # Who waits at a step that has sent goes on knowing what it sent, or it would send it again.
        sending = isinstance(end, Sending) or (one.sending and (one.step, one.visit) == (end.step, end.visit))
        # A send waits for its message; its own time-out is the passage's.
        due_at = one.expires_at if isinstance(end, Sending) else min(end.park.until, one.expires_at)
        awaits = "" if isinstance(end, Sending) else awaits_of(end.park)
        rows.append((one.id, end.step, end.visit, end.arrived_at, due_at, awaits, sending))
    bulk.update(Enrollment, ("step", "visit", "arrived_at", "due_at", "awaits", "sending"), rows)


def awaits_of(park: Park) -> str:
    """What ends a wait early: the name of an event, any event of the person, or nothing."""
    if park.any_event:
        return ANY_EVENT
    names = " ".join(dict.fromkeys(one.event for one in park.awaited))
    return names if len(names) <= LONGEST_AWAITS else ANY_EVENT
