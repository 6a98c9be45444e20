"""Many rows in one statement.

`bulk_create` costs five times a COPY and `bulk_update` eighteen times an UPDATE … FROM (measured, docs/), so the
engine writes through these two. Columns are model field names; values go through the fields' own conversion.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

Row = Sequence[Any]
_PARAMETERS = 30_000  # SQLite refuses more than 32,766 in a statement


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    ignore_conflicts: bool = False,
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert `rows`; with `ignore_conflicts` those that break a unique constraint are left out.

    Answers the `returning` columns of the rows that were inserted, in no promised order.
    """
    if not rows:
        return []
    fields = [_field(model, name) for name in columns]
    tail = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    if returning:
        tail += " RETURNING " + ", ".join(_column(model, name) for name in returning)
    head = f"INSERT INTO {_table(model)} ({', '.join(_quote(field.column) for field in fields)}) "
    if connection.vendor == "postgresql":
        source = f"SELECT {_casts(fields)} FROM {_unnest(fields)} AS v ({_names(fields)})"
        return _run(head + source + tail, _columnwise(fields, rows), bool(returning))
    answer: list[tuple[Any, ...]] = []
    for chunk in _chunks(rows, len(columns)):
        answer += _run(head + _values(len(chunk), len(columns)) + tail, _flat(fields, chunk), bool(returning))
    return answer


def update(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    match: Sequence[str] = ("id",),
    where: str = "",
) -> list[int]:
    """Write `columns` of the rows found by `match`; each row is the `match` values, then the `columns` values.

    Answers the ids that were written: a row missing from it did not match (its fence had moved on).
    `where` is a constant SQL condition on the table, named `t`.
    """
    if not rows:
        return []
    fields = [_field(model, name) for name in (*match, *columns)]
    keys, values = fields[: len(match)], fields[len(match) :]
    sets = ", ".join(f"{_quote(field.column)} = {_cast(field)}" for field in values)
    on = " AND ".join(f"t.{_quote(field.column)} = {_cast(field)}" for field in keys)
    tail = f" WHERE {on}" + (f" AND {where}" if where else "") + " RETURNING "
    # SQLite's RETURNING sees the table's own columns only, and not under its alias.
    tail += "t.id" if connection.vendor == "postgresql" else "id"
    if connection.vendor == "postgresql":
        head = f"UPDATE {_table(model)} AS t SET {sets} FROM {_unnest(fields)} AS v ({_names(fields)})"
        return [row[0] for row in _run(head + tail, _columnwise(fields, rows), True)]
    answer: list[int] = []
    for chunk in _chunks(rows, len(fields)):
        head = f"WITH v ({_names(fields)}) AS ({_values(len(chunk), len(fields))}) "
        head += f"UPDATE {_table(model)} AS t SET {sets} FROM v"
        answer += [row[0] for row in _run(head + tail, _flat(fields, chunk), True)]
    return answer


def _run(sql: str, parameters: list[Any], fetch: bool) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if fetch else []


_PLAIN = frozenset({int, str, bool, type(None)})
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _columnwise(fields: Sequence[Any], rows: Sequence[Row]) -> list[Any]:
    return [[prepare(row[at]) for row in rows] for at, prepare in enumerate(_preparers(fields))]


def _flat(fields: Sequence[Any], rows: Iterable[Row]) -> list[Any]:
    preparers = _preparers(fields)
    return [prepare(value) for row in rows for prepare, value in zip(preparers, row, strict=True)]


def _preparers(fields: Sequence[Any]) -> list[Callable[[Any], Any]]:
    """For each field what makes of a value what the driver takes."""
    return [_json if isinstance(field, models.JSONField) else _plainly(field) for field in fields]


def _json(value: Any) -> str | None:
    return None if value is None else _encode(value)


def _plainly(field: Any) -> Callable[[Any], Any]:
    """Plain values need no conversion. Moments do on SQLite, once each: a batch has few, and many rows.

    The field's own conversion takes ten times as long.
    """
    known: dict[datetime, Any] = {}

    def prepare(value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is not datetime:
            return field.get_db_prep_save(value, connection)
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return prepare


def _unnest(fields: Sequence[Any]) -> str:
    return "unnest(" + ", ".join(f"%s::{_array_type(field)}[]" for field in fields) + ")"


def _array_type(field: Any) -> str:
    # Text for JSON (an array of jsonb would be adapted element by element) and for varchar(n), whose cast truncates.
    kind = field.rel_db_type(connection)
    return "text" if kind.startswith(("varchar", "jsonb")) else kind


def _casts(fields: Sequence[Any]) -> str:
    return ", ".join(_cast(field) for field in fields)


def _cast(field: Any) -> str:
    json_here = connection.vendor == "postgresql" and isinstance(field, models.JSONField)
    return f"v.{_quote(field.column)}" + ("::jsonb" if json_here else "")


def _names(fields: Sequence[Any]) -> str:
    return ", ".join(_quote(field.column) for field in fields)


def _values(rows: int, columns: int) -> str:
    one = "(" + ", ".join(["%s"] * columns) + ")"
    return "VALUES " + ", ".join([one] * rows)


def _chunks(rows: Sequence[Row], columns: int) -> Iterable[Sequence[Row]]:
    size = max(1, _PARAMETERS // columns)
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _table(model: type[models.Model]) -> str:
    return _quote(model._meta.db_table)


def _column(model: type[models.Model], name: str) -> str:
    return _quote(_field(model, name).column)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
