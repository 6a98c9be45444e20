"""The limit of the machine: COPY of the very rows that the engine wrote, with the same indexes, on one connection."""

from __future__ import annotations

import time

from django.db import connection, models

from tests.bench.bench import same

Rows = tuple[bytes, int]


def read_rows(model: type[models.Model], limit: int) -> Rows:
    """The last rows of a table as COPY's own text, and how many they are."""
    name, columns = model._meta.db_table, _columns(model)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT %s) AS few", [limit])
        count = int(cursor.fetchone()[0])
        sql = f"COPY (SELECT {columns} FROM {name} ORDER BY id DESC LIMIT {int(limit)}) TO STDOUT"
        with cursor.copy(sql) as copy:
            return b"".join(bytes(part) for part in copy), count


def make_table(model: type[models.Model]) -> str:
    """An empty table like the model's, indexes included; its name."""
    name = f"bench_copy_{model._meta.model_name}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TABLE {name} (LIKE {model._meta.db_table} INCLUDING ALL)")
    return name


def copy_rate(model: type[models.Model], rows: Rows, at_once: int = 0) -> float:
    """Rows a second into an empty table; `at_once`: rows in a COPY and commit, all of them where it is 0."""
    name, (text, count) = make_table(model), rows
    lines = text.splitlines(keepends=True)
    size = at_once or len(lines)
    parts = [b"".join(lines[start : start + size]) for start in range(0, len(lines), size)]
    sql = f"COPY {name} ({_columns(model)}) FROM STDIN"
    began = time.monotonic()
    for part in parts:
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            copy.write(part)
    seconds = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name}")
        same("rows copied", cursor.fetchone()[0], count)
        cursor.execute(f"DROP TABLE {name}")
    return count / seconds


def _columns(model: type[models.Model]) -> str:
    return ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.primary_key)
