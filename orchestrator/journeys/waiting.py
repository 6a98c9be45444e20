"""What there is to do, asked in one statement: an idle worker costs the database next to nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Min, QuerySet

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.journeys.due import moving
from orchestrator.journeys.models import EntryTimer
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message

_SOME_TIME = datetime(2001, 2, 3, 4, 5, 6, 7, tzinfo=UTC)  # stands for `now` in the statement that is kept


def waiting(now: datetime) -> frozenset[str]:
    """The kinds of work that are due: replan, pull, fire, wake, move, rescue, deliver."""
    sql, params, kinds = _statement(connection.vendor)
    some_time, moment = _plain(_SOME_TIME), _plain(now)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment if one == some_time else one for one in params])
        row = cursor.fetchone()
    return frozenset(kind for kind, there in zip(kinds, row, strict=True) if there)


def next_due() -> datetime | None:
    """When there will be something to do next by time alone, as far as the database knows."""
    moments = (rows.aggregate(at=Min(column))["at"] for rows, column in _timed().values())
    return min((moment for moment in moments if moment is not None), default=None)


def _timed() -> dict[str, tuple[QuerySet[Any], str]]:
    """Work that a time makes due: its rows, and the column that says when."""
    return {
        "pull": (Event.objects.filter(pending=True), "occurred_at"),
        "fire": (EntryTimer.objects.filter(due_at__isnull=False), "due_at"),
        "move": (moving(), "due_at"),
        "deliver": (queues.claimable(), "due_at"),
    }


def _querysets(now: datetime) -> dict[str, QuerySet[Any]]:
    timed = {kind: rows.filter(**{f"{column}__lte": now}) for kind, (rows, column) in _timed().items()}
    return timed | {
        "replan": Customer.objects.filter(changed_pending=True),
        "wake": Message.objects.filter(wake_pending=True),
        "rescue": queues.lost(now),
    }


@cache
def _statement(vendor: str) -> tuple[str, list[Any], tuple[str, ...]]:
    """Built by the ORM once a process: building it costs fifty times what the database takes to answer it."""
    parts: list[str] = []
    params: list[Any] = []
    found = _querysets(_SOME_TIME)
    for rows in found.values():
        sql, given = rows.order_by().values("pk").query.sql_with_params()
        parts.append(f"EXISTS ({sql})")
        params += [_plain(one) for one in given]
    return "SELECT " + ", ".join(parts), params, tuple(found)


def _plain(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
