"""What there is to do, asked in one statement: an idle worker costs the database next to nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import QuerySet

from orchestrator.customers.models import Customer, Import
from orchestrator.domain.lanes import LANES
from orchestrator.duplicates.models import DuplicateSearch
from orchestrator.events.models import Event
from orchestrator.journeys.admit import admitting
from orchestrator.journeys.due import moving
from orchestrator.journeys.launching import launching
from orchestrator.journeys.models import Doorstep, EntryTimer, UsualInterval
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message, RateLimit
from orchestrator.messaging.tokens import enabled
from orchestrator.messaging.turns import next_turn, ready_lanes
from orchestrator.segments.models import ScoreBasis, Segment
from orchestrator.store.moments import computed
from orchestrator.store.prepared import Given, fill
from orchestrator.store.statement import execute
from orchestrator.workspace.models import Retention

_DELIVERING = frozenset(f"deliver {lane}" for lane in LANES)
# What an order's confirmation comes by, and what else there is to deliver: a third of what there is to ask.
URGENT = frozenset({"pull", "wake", "move first", "limited", *_DELIVERING})


def waiting(now: datetime, among: frozenset[str] | None = None) -> frozenset[str]:
    """The kinds of work that are due: replan, pull, scores, segments, launch, knock, admit, compute, fire, wake, erase and so on.

    Of what has lanes, also which: `deliver transactional`, `move first`. `among`: asks of these alone, in a statement
    as much smaller; the lanes of `deliver` are asked all or none.
    """
    sql, params, kinds = _statement(among)
    row = execute(sql, fill(params, {"now": now}))[0]
    found = {kind for kind, there in zip(kinds, row, strict=True) if there}
    if "limited" in found:
        # Due is not enough where messages wait their turn: a worker that looked at once would find nothing to claim.
        waits = found & _DELIVERING
        found -= {"limited", *_DELIVERING}
        found |= {f"deliver {lane}" for lane in (ready_lanes(now) if waits else ())}
    return frozenset(found) | {kind.split()[0] for kind in found}


def next_due(kinds: Collection[str] | None = None) -> datetime | None:
    """When there will be something to do next by time alone, as far as the database knows; of these kinds, or of all."""
    limited = enabled()
    asked = [kind for kind in _timed_kinds() if kinds is None or kind.split()[0] in kinds]
    asked = [kind for kind in asked if not (limited and kind in _DELIVERING)]
    moments = _firsts(tuple(asked))
    turn = next_turn() if limited and (kinds is None or "deliver" in kinds) else None
    return min([*moments, turn] if turn else moments, default=None)


def until_turn(now: datetime, most: timedelta) -> timedelta | None:
    """How long until a due message that waits its turn may go; None where none does, or not within `most`."""
    turn = next_turn() if enabled() else None
    return max(turn - now, timedelta(0)) if turn is not None and turn <= now + most else None


def _firsts(kinds: tuple[str, ...]) -> list[datetime]:
    """The first moment of each kind that has one, in one statement."""
    if not kinds:
        return []
    sql, params = _first_statement(kinds)
    return [computed(value) for value in execute(sql, params)[0] if value is not None]


@cache
def _first_statement(kinds: tuple[str, ...]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    timed = _timed()
    for kind in kinds:
        rows, column = timed[kind]
        sql, given = rows.order_by(column).values(column)[:1].query.sql_with_params()
        parts.append(f"({sql})")
        params += given
    return "SELECT " + ", ".join(parts), params


@cache
def _timed_kinds() -> tuple[str, ...]:
    """Their names alone: to make all their querysets takes longer than what is asked with them."""
    return tuple(_timed())


def _timed() -> dict[str, tuple[QuerySet[Any], str]]:
    """Work that a time makes due: its rows, and the column that says when; what stands in lanes, lane by lane."""
    return {
        "pull": (Event.objects.filter(pending=True), "occurred_at"),
        "scores": (ScoreBasis.objects.filter(due_at__isnull=False), "due_at"),
        "segments": (Segment.objects.filter(due_at__isnull=False), "due_at"),
        "measure": (Segment.objects.filter(settled=True, measure_at__isnull=False), "measure_at"),
        "launch": (launching(), "due_at"),
        "knock": (Doorstep.objects.all(), "due_at"),
        "admit": (admitting(), "due_at"),
        "compute": (UsualInterval.objects.all(), "due_at"),
        "fire": (EntryTimer.objects.filter(due_at__isnull=False), "due_at"),
        "move": (moving(), "due_at"),
        "erase": (Customer.objects.filter(erase_due_at__isnull=False), "erase_due_at"),
        "import": (Import.objects.filter(due_at__isnull=False), "due_at"),
        "duplicates": (DuplicateSearch.objects.filter(due_at__isnull=False), "due_at"),
        "retain": (Retention.objects.all(), "due_at"),
        "move first": (moving().filter(urgent=True), "due_at"),
        **{f"deliver {lane}": (queues.lane(lane), "due_at") for lane in LANES},
    }


def _due(now: Given) -> dict[str, tuple[QuerySet[Any], str]]:
    """Every kind of work: the rows that are due, and the column by whose index the first of them is found."""
    timed = _timed().items()
    return {kind: (rows.filter(**{f"{column}__lte": now}), column) for kind, (rows, column) in timed} | {
        "replan": (Customer.objects.filter(changed_pending=True), "pk"),
        "wake": (Message.objects.filter(wake_pending=True), "pk"),
        "rescue": (queues.lost(now), "lease_until"),
        "limited": (RateLimit.objects.filter(enabled=True), "pk"),
    }


@cache
def _statement(among: frozenset[str] | None) -> tuple[str, list[Any], tuple[str, ...]]:
    """All of them in one. Building it costs fifty times what the database takes to answer it: once a process."""
    parts: list[str] = []
    params: list[Any] = []
    kinds = _due(Given("now"))
    found = {kind: rows for kind, rows in kinds.items() if among is None or kind in among}
    for rows, column in found.values():
        # The first by its index, not EXISTS: where PostgreSQL thinks that half of all rows are such, it would read them
        # all until it meets one.
        sql, given = rows.order_by(column).values("pk")[:1].query.sql_with_params()
        parts.append(f"({sql}) IS NOT NULL")
        params += given
    return "SELECT " + ", ".join(parts), params, tuple(found)
