"""DUE: move everybody whose time has come. One transaction a batch; customers are never locked here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from orchestrator.domain.walks import Ended
from orchestrator.journeys.effects import finish
from orchestrator.journeys.exits import let_out
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.journeys.travel import COLUMNS, Passenger, as_passengers, travel
from orchestrator.messaging.models import Message
from orchestrator.store.planner import once_found
from orchestrator.store.prepared import Given, Prepared, prepared

BATCH = 1000
MARKED_FOR = timedelta(seconds=2)
FIRST = (
    8  # tenths of a batch that are those of transactional journeys, if so many are due; the rest goes by age
)


def moving() -> QuerySet[Enrollment]:
    """Enrollments with a time to move on at. Nobody moves in a paused journey, however long their time has come.

    Journeys are not joined: where PostgreSQL has not counted its rows since a launch, it would begin with them, and read
    everybody who is inside for each batch.
    """
    active = Enrollment.objects.filter(status=Enrollment.Status.ACTIVE, due_at__isnull=False)
    return active.exclude(journey__in=Journey.objects.filter(status=Journey.Status.PAUSED).values("pk"))


def move_due(now: datetime, limit: int = BATCH) -> int:
    """Claim at most `limit` due enrollments and walk them; answers how many.

    Those of transactional journeys go first, so that an order's confirmation does not stand behind a campaign.
    """
    with transaction.atomic():
        passengers = _claim(now, limit)
        _move(passengers, now)
    return len(passengers)


def _move(passengers: Sequence[Passenger], now: datetime) -> None:
    """Those whose time is over end, those whose exit has opened leave, the others walk."""
    late = {one.id: Ended("exited", "timed_out") for one in passengers if one.expires_at <= now}
    finish(late, now)
    out = let_out(((one.id, one.version_id) for one in passengers if one.id not in late), now)
    travel([one for one in passengers if one.id not in {*late, *out}], now)


def _claim(now: datetime, limit: int) -> list[Passenger]:
    share = max(1, limit * FIRST // 10)
    first = _from_the_mark("first", _first(share), share, now)
    if len(first) == limit:
        return first
    left, taken = limit - len(first), [one.id for one in first]
    return first + _from_the_mark("rest", _rest(left), left, now, taken=taken)


def _from_the_mark(
    which: str, due: Prepared, limit: int, now: datetime, **given: Sequence[int]
) -> list[Passenger]:
    """From where this process's last full batch ended, for a moment; from the beginning where that is not full.

    Whoever has moved leaves a dead entry at the index's beginning until the table is vacuumed: in a backlog each claim
    would read all of them again. The price: who becomes due at an earlier time meanwhile waits for that moment.
    """
    since, until = _marks.get((os.getpid(), which), _NO_MARK)
    if not since <= now < until:
        since = _BEGINNING
    found = due.rows(now=now, since=since, **given)
    if len(found) < limit and since > _BEGINNING:
        since, found = _BEGINNING, due.rows(now=now, since=_BEGINNING, **given)
    passengers = [Passenger(*row) for row in found]
    if len(passengers) < limit:
        _marks.pop((os.getpid(), which), None)
    else:
        until = until if since > _BEGINNING else now + MARKED_FOR
        _marks[os.getpid(), which] = (max(one.due_at for one in passengers if one.due_at), until)
    return passengers


_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_NO_MARK = (_BEGINNING, _BEGINNING)
_marks: dict[tuple[int, str], tuple[datetime, datetime]] = {}


@prepared
def _first(limit: int) -> QuerySet[Any]:
    return _due(moving().filter(urgent=True))[:limit]


@prepared
def _rest(limit: int) -> QuerySet[Any]:
    # Our own locks do not stop us: who is taken already is left out by name.
    return _due(moving().exclude(id__among=Given("taken")))[:limit]


def _due(among: QuerySet[Enrollment]) -> QuerySet[Any]:
    due = among.filter(due_at__lte=Given("now"), due_at__gte=Given("since"))
    due = due.order_by("due_at", "id")  # of one moment, first come first
    return as_passengers(due).select_for_update(skip_locked=True, of=("self",)).values_list(*COLUMNS)


def wake_senders(now: datetime, limit: int = BATCH) -> int:
    """Whoever waits for a message that has become final moves on; answers how many messages were noticed.

    At once, and not by way of `due_at`, which would write every passage twice. Who stands in a paused journey only
    becomes due. Whose passage somebody else holds is left to the next round: an erasure takes passages first and
    their messages then, and each would wait for the other.
    """
    with transaction.atomic():
        rows = _final(limit).rows()
        if not rows:
            return 0
        ids = {row[1] for row in rows if row[1]}
        senders = [(Passenger(*row[:-1]), row[-1]) for row in _senders().rows(ids=ids)]
        missing = ids - {one.id for one, _ in senders}
        held = set(_still_waiting().column(ids=missing)) if missing else frozenset[int]()
        rows = [row for row in rows if row[1] not in held]
        paused = [one.id for one, journey in senders if journey == Journey.Status.PAUSED]
        Enrollment.objects.filter(id__among=paused).update(due_at=now)
        _move([replace(one, due_at=now) for one, journey in senders if journey != Journey.Status.PAUSED], now)
        Message.objects.filter(id__among=[row[0] for row in rows]).update(wake_pending=False)
    return len(rows)


@prepared
def _final(limit: int) -> QuerySet[Any]:
    final = Message.objects.filter(wake_pending=True).order_by("id").select_for_update(skip_locked=True)
    return final.values_list("id", "enrollment_id")[:limit]


@prepared
def _senders() -> QuerySet[Any]:
    """Locked by id, as an event's arrival locks them: an UPDATE alone would take them as it finds them."""
    locked = as_passengers(_waiting()).order_by("id").select_for_update(of=("self",), skip_locked=True)
    status = Journey.objects.filter(pk=OuterRef("journey")).values("status")  # not joined, as in `moving`
    return locked.annotate(journey_status=Subquery(status)).values_list(*COLUMNS, "journey_status")


@prepared
def _still_waiting() -> QuerySet[Any]:
    return _waiting().values_list("id")


def _waiting() -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(once_found(Q(status="active", sending=True)), id__among=Given("ids"))
