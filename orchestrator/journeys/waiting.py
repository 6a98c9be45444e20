"""What there is to do, asked in one statement: an idle worker costs the database next to nothing."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.journeys.admit import admitting
from orchestrator.journeys.due import moving
from orchestrator.journeys.launching import launching
from orchestrator.journeys.models import Doorstep, EntryTimer, UsualInterval
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.segments.models import Segment
from orchestrator.store.prepared import Given, fill, prepared
from orchestrator.store.statement import execute


def waiting(now: datetime) -> frozenset[str]:
    """The kinds of work that are due, as `work` calls them: replan, pull, segments, launch, knock, admit, and so on."""
    sql, params, kinds = _statement()
    row = execute(sql, fill(params, {"now": now}))[0]
    return frozenset(kind for kind, there in zip(kinds, row, strict=True) if there)


def next_due() -> datetime | None:
    """When there will be something to do next by time alone, as far as the database knows."""
    moments = [moment for kind in _timed() for moment in _first(kind).column()]
    return min(moments, default=None)


@prepared
def _first(kind: str) -> QuerySet[Any]:
    rows, column = _timed()[kind]
    return rows.order_by(column).values_list(column)[:1]


def _timed() -> dict[str, tuple[QuerySet[Any], str]]:
    """Work that a time makes due: its rows, and the column that says when."""
    return {
        "pull": (Event.objects.filter(pending=True), "occurred_at"),
        "segments": (Segment.objects.filter(due_at__isnull=False), "due_at"),
        "launch": (launching(), "due_at"),
        "knock": (Doorstep.objects.all(), "due_at"),
        "admit": (admitting(), "due_at"),
        "compute": (UsualInterval.objects.all(), "due_at"),
        "fire": (EntryTimer.objects.filter(due_at__isnull=False), "due_at"),
        "move": (moving(), "due_at"),
        "deliver": (queues.claimable(), "due_at"),
    }


def _querysets(now: Given) -> dict[str, QuerySet[Any]]:
    timed = {kind: rows.filter(**{f"{column}__lte": now}) for kind, (rows, column) in _timed().items()}
    return timed | {
        "replan": Customer.objects.filter(changed_pending=True),
        "wake": Message.objects.filter(wake_pending=True),
        "rescue": queues.lost(now),
    }


@cache
def _statement() -> tuple[str, list[Any], tuple[str, ...]]:
    """All of them in one. Building it costs fifty times what the database takes to answer it: once a process."""
    parts: list[str] = []
    params: list[Any] = []
    found = _querysets(Given("now"))
    for rows in found.values():
        sql, given = rows.order_by().values("pk").query.sql_with_params()
        parts.append(f"EXISTS ({sql})")
        params += given
    return "SELECT " + ", ".join(parts), params, tuple(found)
