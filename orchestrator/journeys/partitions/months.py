"""MONTHS of a partitioned table: made before they come, and taken away whole."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from orchestrator.domain.months import following, month_of, next_month
from orchestrator.journeys.partitions.catalogue import Part, columns, parts, shape
from orchestrator.journeys.partitions.conversion import LIKE, MOMENT, Step, moment, month_name, other, quoted
from orchestrator.journeys.partitions.tables import Monthly

AHEAD = 3


def ahead(monthly: Monthly, now: datetime, count: int = AHEAD) -> list[Step]:
    """The steps that make this month and `count` more, as far as no partition holds them; none if all are there."""
    there, found = parts(monthly.table), shape(monthly.table)
    owner = "" if found.owned else found.owner
    wanted = [month for month in following(month_of(now), count + 1) if not _held(month, there)]
    return [_make(monthly, month, next_month(month), owner) for month in wanted]


def older(monthly: Monthly, before: datetime) -> list[Part]:
    """The partitions in which every row is older, the oldest first."""
    return [part for part in parts(monthly.table) if part.to is not None and part.to <= before]


def take_away(monthly: Monthly, part: Part, stay: Collection[int], drop: bool = True) -> Step:
    """Detach a month; the rows with these ids stay, among those of no month. `drop`: the table goes, else it is left alone."""
    table, gone = quoted(monthly.table), quoted(part.name)
    sql = [f"ALTER TABLE {table} DETACH PARTITION {gone}"]
    if stay:
        names, ids = ", ".join(columns(monthly.table)), ", ".join(map(str, sorted(stay)))
        sql.append(f"INSERT INTO {table} ({names}) SELECT {names} FROM {gone} WHERE id IN ({ids})")
    if drop:
        sql.append(f"DROP TABLE {gone}")
    return Step(f"take away {part.name}", MOMENT, [f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", *sql])


def _held(month: datetime, there: Sequence[Part]) -> bool:
    return any(part.to is not None and month < part.to and (part.start or month) <= month for part in there)


def _make(monthly: Monthly, month: datetime, to: datetime, owner: str) -> Step:
    """A month's table. What came for it before it was there lies among the rest and is moved; that holds the lock longer."""
    name = month_name(monthly.table, month)
    table, rest, fresh = (quoted(one) for one in (monthly.table, other(monthly.table), name))
    column, names = quoted(monthly.column), ", ".join(columns(monthly.table))
    mine = f"{column} >= {moment(month)} AND {column} < {moment(to)}"
    sql = [
        f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {fresh} (LIKE {rest} {LIKE} INCLUDING INDEXES)",
        f"INSERT INTO {fresh} ({names}) SELECT {names} FROM {rest} WHERE {mine}",
        f"DELETE FROM {rest} WHERE {mine}",
        f"ALTER TABLE {table} ATTACH PARTITION {fresh} FOR VALUES FROM ({moment(month)}) TO ({moment(to)})",
    ]
    if owner:
        sql.append(f"ALTER TABLE {fresh} OWNER TO {quoted(owner)}")
    return Step(f"make {name}", MOMENT, sql)
