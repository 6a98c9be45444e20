"""What the database's own catalogue says about a table and its partitions. PostgreSQL only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

BOUND = "partition_bound_"
_BETWEEN = re.compile(r"FOR VALUES FROM \((?:'([^']+)'|MINVALUE)\) TO \('([^']+)'\)")


@dataclass(frozen=True, slots=True)
class Index:
    """An index and the statement that makes it. `unique`: of a key, so of each month alone."""

    name: str
    definition: str
    unique: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as it stands. `bound`: the name of the CHECK that an interrupted conversion left, "" if there is none."""

    table: str
    partitioned: bool
    owner: str
    owned: bool
    sequence: str
    indexes: Sequence[Index]
    bound: str
    validated: bool
    grants: Sequence[str]
    obstacles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """One partition: from its first moment (None: everything before) to before the next's. No `to`: all else."""

    name: str
    start: datetime | None
    to: datetime | None
    rows: int
    bytes: int


def shape(table: str) -> Shape:
    """The facts from which a conversion is planned."""
    kind, owner, owned = _one(_TABLE, table)
    bound, validated = _one(_BOUND, table, BOUND + "%") or ("", False)
    return Shape(
        table=table,
        partitioned=kind == "p",
        owner=owner,
        owned=owned,
        sequence=(_one(_SEQUENCE, table) or ("",))[0] or "",
        indexes=[Index(*row) for row in _all(_INDEXES, table)],
        bound=bound,
        validated=validated,
        grants=[row[0] for row in _all(_GRANTS, table)],
        obstacles=[row[0] for row in _all(_OBSTACLES, table)],
    )


def is_partitioned(table: str) -> bool:
    """Whether it is kept by months; on SQLite nothing is."""
    return connection.vendor == "postgresql" and bool(_all(_PARTITIONED, table))


def parts(table: str) -> list[Part]:
    """The partitions in the order of time, that for all else last."""
    found = [Part(name, *_read(bound), rows, size) for name, bound, rows, size in _all(_PARTS, table)]
    return sorted(found, key=lambda part: (part.to is None, part.to))


def columns(table: str) -> list[str]:
    """Its columns, quoted."""
    return [connection.ops.quote_name(row[0]) for row in _all(_COLUMNS, table)]


def _read(bound: str) -> tuple[datetime | None, datetime | None]:
    found = _BETWEEN.fullmatch(bound)
    if found is None:
        return None, None
    start, to = found.groups()
    return datetime.fromisoformat(start) if start else None, datetime.fromisoformat(to)


def _all(sql: str, table: str, pattern: str = "") -> list[Any]:
    given: Mapping[str, str] = {"table": table, "pattern": pattern}
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _one(sql: str, table: str, pattern: str = "") -> Any:
    rows = _all(sql, table, pattern)
    return rows[0] if rows else None


_TABLE = """
SELECT relkind, pg_get_userbyid(relowner), relowner = current_user::regrole
FROM pg_class WHERE oid = %(table)s::regclass
"""
_PARTITIONED = "SELECT 1 FROM pg_class WHERE oid = to_regclass(%(table)s) AND relkind = 'p'"
_BOUND = """
SELECT conname, convalidated FROM pg_constraint
WHERE conrelid = %(table)s::regclass AND contype = 'c' AND conname LIKE %(pattern)s
"""
_SEQUENCE = "SELECT (parse_ident(pg_get_serial_sequence(%(table)s, 'id')))[2]"
_INDEXES = """
SELECT i.relname, pg_get_indexdef(i.oid), x.indisunique
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indrelid = %(table)s::regclass ORDER BY i.relname
"""
_GRANTS = """
SELECT format('GRANT %%s ON %%I TO %%s', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type),
    c.relname, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = %(table)s::regclass AND a.grantee <> c.relowner GROUP BY c.relname, a.grantee ORDER BY 1
"""
# What would go on meaning the old table, which from then on is a part of the whole; or would stop meaning anything.
_OBSTACLES = """
SELECT 'the foreign key ' || conname FROM pg_constraint
WHERE contype = 'f' AND %(table)s::regclass IN (conrelid, confrelid)
UNION ALL SELECT 'the trigger ' || tgname FROM pg_trigger
WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
UNION ALL SELECT DISTINCT 'the view ' || r.ev_class::regclass FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = %(table)s::regclass
UNION ALL SELECT 'the publication ' || p.pubname FROM pg_publication_rel pr JOIN pg_publication p ON p.oid = pr.prpubid
WHERE pr.prrelid = %(table)s::regclass
UNION ALL SELECT 'row security' FROM pg_class WHERE oid = %(table)s::regclass AND relrowsecurity
UNION ALL SELECT 'an id that is no identity column' WHERE pg_get_serial_sequence(%(table)s, 'id') IS NULL
"""
_PARTS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = %(table)s::regclass
"""
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
