"""What there is to do, asked in one statement: an idle worker costs the database next to nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.journeys.models import Enrollment, EntryTimer
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message

_SOME_TIME = datetime(2001, 2, 3, 4, 5, 6, 7, tzinfo=UTC)  # stands for `now` in the statement that is kept


def waiting(now: datetime) -> frozenset[str]:
    """The kinds of work that are due: replan, pull, fire, wake, move, rescue, deliver."""
    sql, params, kinds = _statement(connection.vendor)
    moment = connection.ops.adapt_datetimefield_value(now)
    given = [moment if one == connection.ops.adapt_datetimefield_value(_SOME_TIME) else one for one in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        row = cursor.fetchone()
    return frozenset(kind for kind, there in zip(kinds, row, strict=True) if there)


def _querysets(now: datetime) -> dict[str, QuerySet[Any]]:
    active = Enrollment.objects.filter(status="active", due_at__lte=now)
    return {
        "replan": Customer.objects.filter(changed_pending=True),
        "pull": Event.objects.filter(pending=True, occurred_at__lte=now),
        "fire": EntryTimer.objects.filter(due_at__lte=now),
        "wake": Message.objects.filter(wake_pending=True),
        "move": active.exclude(journey__status="paused"),
        "rescue": queues.lost(now),
        "deliver": queues.due(now),
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
