"""What these tests look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from orchestrator.journeys.partitions.catalogue import parts
from orchestrator.journeys.partitions.convert import convert, run
from orchestrator.journeys.partitions.months import ahead
from orchestrator.journeys.partitions.tables import MONTHLY


def by_months(now: datetime) -> None:
    """Convert all that can be, with the months to come."""
    for one in MONTHLY.values():
        list(convert(one, now))
        for step in ahead(one, now):
            run(step)


def in_parts(name: str) -> dict[str, int]:
    """How many rows lie in which partition; the table's own name is left out."""
    table = MONTHLY[name].table
    names = [part.name for part in parts(table)]
    return {one.removeprefix(table): asked(f'SELECT count(*) FROM "{one}"')[0][0] for one in names}


def asked(sql: str, *given: Any) -> list[Any]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given or None)
        return list(cursor.fetchall())
