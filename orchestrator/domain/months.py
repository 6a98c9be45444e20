"""MONTHS: calendar months in UTC, as the bounds of partitions. A month is named by its first moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

CALM = timedelta(days=7)


def month_of(at: datetime) -> datetime:
    """The first moment of the month."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    """The first moment of the month after it."""
    return month_of(month_of(month) + timedelta(days=32))


def following(month: datetime, count: int) -> list[datetime]:
    """So many months, this one first."""
    months = [month]
    while len(months) < count:
        months.append(next_month(months[-1]))
    return months[:count]


def cut(now: datetime) -> datetime:
    """Where the rows that are there end and months begin: the first that begins in a week or later.

    Until the conversion is done no row may lie beyond it, so a conversion that is interrupted has at least a week to
    be taken up again, or called off.
    """
    month = next_month(now)
    return month if month - now >= CALM else next_month(month)


def written(month: datetime) -> str:
    """2026_03: as it stands in the names of tables."""
    return f"{month:%Y_%m}"


def read(text: str) -> datetime:
    """A month written 2026_03 or 2026-03; ValueError for anything else."""
    return datetime.strptime(text.replace("_", "-"), "%Y-%m").replace(tzinfo=UTC)
