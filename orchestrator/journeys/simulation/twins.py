"""TWINS: temporary tables of the real ones' names, which come before them, on a connection that cannot write to those.

PostgreSQL looks for a plain name among temporary tables first, and lets a read-only transaction write to these alone.
SQLite does the first as well; the second is had by opening the file for reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from orchestrator.workspace.sequence import NAME

NEW = 10**12  # what is made while simulating has ids from here on: no real row ever has
BUFFERS = "256MB"  # of temporary tables, of one simulation


@contextmanager
def apart() -> Iterator[Twins]:
    """Within it this thread's database connection is the simulation's own; its twins are gone with it."""
    real = connections["default"]
    own = connections.create_connection("default")
    own.settings_dict = {**real.settings_dict, "NAME": _readable(real)}
    connections["default"] = own
    try:
        yield Twins()
    finally:
        connections["default"] = real
        own.close()


def _readable(real: BaseDatabaseWrapper) -> str:
    name = str(real.settings_dict["NAME"])
    if real.vendor != "sqlite" or name.startswith("file:") or name == ":memory:":
        return name
    return f"file:{name}?mode=ro"


class Twins:
    """Makes them, fills them from the real tables, and shuts these."""

    def __init__(self) -> None:
        self.on_postgresql = connection.vendor == "postgresql"
        self.real = "main"
        self._columns: dict[str, list[str]] = {}
        if self.on_postgresql:
            self.real = self._one("SELECT quote_ident(current_schema())")
            self.run(f"SET temp_buffers = '{BUFFERS}'")
        else:
            # Twins refer to one another by name, and SQLite would look for the others beside the first.
            for pragma in ("foreign_keys=OFF", "temp_store=MEMORY", "cache_size=-200000"):
                self.run(f"PRAGMA {pragma}")

    @property
    def moment(self) -> str:
        """The place of a moment in a statement."""
        return "%s::timestamptz" if self.on_postgresql else "%s"

    def literal(self, moment: datetime) -> str:
        """A moment in a statement, as the tables hold it."""
        return f"'{connection.ops.adapt_datetimefield_value(moment)}'"

    def run(self, sql: str, params: Sequence[Any] = ()) -> None:
        """A statement, without an answer."""
        with connection.cursor() as cursor:
            cursor.execute(sql, _given(params))

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A statement's answer."""
        with connection.cursor() as cursor:
            cursor.execute(sql, _given(params))
            return list(cursor.fetchall())

    def _one(self, sql: str, params: Sequence[Any] = ()) -> Any:
        return self.rows(sql, params)[0][0]

    def make(self, table: str) -> None:
        """An empty twin with the same columns and indexes; what is made in it is numbered from NEW."""
        if self.on_postgresql:
            self.run(f'CREATE TEMP TABLE "{table}" (LIKE {self.real}."{table}" INCLUDING ALL)')
            sequence = "SELECT pg_get_serial_sequence(%s, 'id')" if "id" in self.columns(table) else ""
            if sequence and (name := self._one(sequence, [f'pg_temp."{table}"'])):
                self.run("SELECT setval(%s, %s)", [name, NEW])
            return
        for kind, name, sql in self.rows(_DEFINITIONS, [table]):
            self.run(_temporary(kind, name, sql))
        if "AUTOINCREMENT" in self._one("SELECT sql FROM temp.sqlite_master WHERE name = %s", [table]):
            self.run("INSERT INTO temp.sqlite_sequence (name, seq) VALUES (%s, %s)", [table, NEW])

    def number(self) -> None:
        """A twin of the row of numbers that hand-offs and withdrawals draw from."""
        if self.on_postgresql:
            self.run(f'CREATE TEMP SEQUENCE "{NAME}" START {NEW}')

    def columns(self, table: str) -> list[str]:
        """Names of the real table's columns."""
        if table not in self._columns:
            self._columns[table] = self._find_columns(table)
        return self._columns[table]

    def _find_columns(self, table: str) -> list[str]:
        if self.on_postgresql:
            found = self.rows(_COLUMNS, [f'{self.real}."{table}"'])
            return [row[0] for row in found]
        return [row[1] for row in self.rows(f'PRAGMA main.table_info("{table}")')]

    def stage(
        self,
        name: str,
        table: str,
        comes: str,
        span: Sequence[datetime],
        where: str = "",
        params: Sequence[Any] = (),
        becomes: Mapping[str, str] | None = None,
    ) -> None:
        """A temporary table of those real rows that are to come, with a column `comes` of when: after the first moment of
        `span`, and not after the second. `becomes`: column -> SQL over the row `t`."""
        instead = becomes or {}
        chosen = ", ".join(f'{instead.get(each, f"t.{each}")} AS "{each}"' for each in self.columns(table))
        self.run(
            f'CREATE TEMP TABLE "{name}" AS SELECT * FROM (SELECT {chosen}, {comes} AS comes FROM {self.real}."{table}" t'
            f" WHERE {where or '1 = 1'}) AS found WHERE comes > {self.moment} AND comes <= {self.moment}",
            [*params, *span],
        )
        self.index(name, "comes")

    def index(self, table: str, column: str, unique: bool = False) -> None:
        """An index of a temporary table: SQLite would look for one without a place beside the real tables."""
        kind, place = "UNIQUE INDEX" if unique else "INDEX", "" if self.on_postgresql else "temp."
        self.run(f'CREATE {kind} {place}"{table}_{column}" ON "{table}" ({column})')

    def fill(
        self,
        table: str,
        where: str = "",
        params: Sequence[Any] = (),
        *,
        source: str = "",
        instead: Mapping[str, str] | None = None,
    ) -> None:
        """Copy rows into a twin. `source`: from where, by default the real table. `instead`: column -> SQL."""
        names = self.columns(table)
        chosen = ", ".join((instead or {}).get(name, f'"{name}"') for name in names)
        into = ", ".join(f'"{name}"' for name in names)
        origin = source or f'{self.real}."{table}"'
        # PostgreSQL numbers by itself where it is not told to let a number stand.
        standing = "OVERRIDING SYSTEM VALUE " if self.on_postgresql else ""
        tail = f" WHERE {where}" if where else ""
        self.run(f'INSERT INTO "{table}" ({into}) {standing}SELECT {chosen} FROM {origin}{tail}', params)

    def count(self) -> None:
        """Let PostgreSQL count those twins that have grown by half since: nobody else does it for temporary tables."""
        if self.on_postgresql:
            for (name,) in self.rows(_OUTGROWN):
                self.run(f"ANALYZE {name}")

    def shut(self) -> None:
        """From here on the real tables can be read only."""
        if self.on_postgresql:
            self.run("SET default_transaction_read_only = on")


_COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_OUTGROWN = """
SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
    AND (reltuples < 0 OR pg_relation_size(oid) > 1.5 * relpages * current_setting('block_size')::int)
ORDER BY relname
"""
_DEFINITIONS = """
SELECT type, name, sql FROM main.sqlite_master WHERE tbl_name = %s AND type IN ('table', 'index') AND sql IS NOT NULL
ORDER BY type DESC
"""


def _given(params: Sequence[Any]) -> list[Any]:
    """Moments as the tables hold them: SQLite compares them as texts, and one with a zone is never equal to one without."""
    adapt = connection.ops.adapt_datetimefield_value
    return [adapt(one) if isinstance(one, datetime) else one for one in params]


def as_moment(value: Any) -> datetime:
    """A moment as the driver answers it: SQLite's are texts where no column is asked for."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _temporary(kind: str, name: str, sql: str) -> str:
    """SQLite's own text of a table or an index, for a temporary one."""
    return re.sub(
        rf'^CREATE (UNIQUE )?{kind.upper()} "?{re.escape(name)}"?',
        lambda found: f'CREATE {found[1] or ""}{kind.upper()} temp."{name}"',
        sql,
        count=1,
        flags=re.IGNORECASE,
    )
