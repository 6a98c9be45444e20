"""DRY: what a pass would take away of a class, counted by the same windows and the same rules. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min

from orchestrator.domain.retention import Row, Turn, kept_since, turn
from orchestrator.journeys.keeping.classes import CLASSES
from orchestrator.journeys.keeping.shape import DataClass, Moments
from orchestrator.journeys.partitions.catalogue import is_partitioned
from orchestrator.journeys.partitions.tables import MONTHLY
from orchestrator.workspace.models import Retention

AT_ONCE = 10_000  # rows in a statement: one that only looks may look further than one that takes away
SOME = 10  # of those that would go, by their ids


@dataclass(slots=True)
class Looked:
    """What would go: how many, from when to when, the first of them; `more`: not all was looked at."""

    count: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    some: tuple[Any, ...] = ()
    looked_at: int = 0
    more: bool = False


def look(policy: Retention, now: datetime, limit: int = AT_ONCE, most: int | None = None) -> Looked:
    """A whole pass of a policy, saved or not; with `most`, about so many rows of it are looked at."""
    one, when = CLASSES[policy.table], Moments(before(policy, now), now)
    return _by_time(one, when) if one.by_time else _by_windows(one, when, policy.floor, limit, most)


def before(policy: Retention, now: datetime) -> datetime:
    """What is older may go; of a table that is kept by months, whole months only."""
    return kept_since(policy.days, now, is_monthly(policy.table))


def is_monthly(table: str) -> bool:
    """Whether a class is kept by months in this database."""
    return table in MONTHLY and is_partitioned(MONTHLY[table].table)


def _by_windows(one: DataClass, when: Moments, floor: int, limit: int, most: int | None) -> Looked:
    said, found = Looked(), Turn([], floor, over=False)
    while not found.over and not said.more:
        rows = read(one, when, found.after, limit)
        found = turn(rows, when.before, limit)
        _add(said, rows, found)
        said.more = not found.over and most is not None and said.looked_at >= most
    return said


def read(one: DataClass, when: Moments, after: int, limit: int) -> list[Row]:
    """The next window."""
    return [Row(*row) for row in one.window(when, after, limit)]


def _add(said: Looked, rows: list[Row], found: Turn) -> None:
    going = frozenset(found.go)
    ats = [row.at for row in rows if row.id in going]
    said.looked_at += len(rows)
    said.count += len(found.go)
    said.oldest = min(filter(None, (said.oldest, *ats)), default=None)
    said.newest = max(filter(None, (said.newest, *ats)), default=None)
    said.some = (*said.some, *found.go)[:SOME]


def _by_time(one: DataClass, when: Moments) -> Looked:
    old = one.rows(when).filter(is_at__lt=when.before).order_by()
    told = old.aggregate(count=Count("pk"), oldest=Min("is_at"), newest=Max("is_at"))
    return Looked(told["count"], told["oldest"], told["newest"], looked_at=told["count"])
