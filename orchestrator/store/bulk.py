"""Many rows in one statement.

`bulk_create` costs five times a COPY and `bulk_update` eighteen times an UPDATE … FROM (measured, docs/), so the
engine writes through these two. Columns are model field names; values go through the fields' own conversion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection, models

from orchestrator.store import json_text
from orchestrator.store.arrays import literal
from orchestrator.store.statement import execute

Row = Sequence[Any]
_PARAMETERS = 30_000  # SQLite refuses more than 32,766 in a statement
_SIZES = (2048, 512, 128)  # rows in one; the rest go together


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
    fields, sql = _insertion(model, tuple(columns), ignore_conflicts, tuple(returning), connection.vendor)
    if connection.vendor == "postgresql":
        return execute(sql.whole, _arrays(fields, rows), fetch=bool(returning))
    answer: list[tuple[Any, ...]] = []
    for chunk in _chunks(_rowwise(fields, rows), len(fields)):
        whole = sql.head + _values(len(chunk), len(fields)) + sql.tail
        answer += execute(whole, list(chain.from_iterable(chunk)), fetch=bool(returning))
    return answer


class _Sql(NamedTuple):
    """A statement: `whole` on PostgreSQL; on SQLite what stands before and after the values."""

    head: str
    tail: str
    whole: str = ""


@lru_cache(maxsize=256)
def _insertion(
    model: type[models.Model],
    columns: tuple[str, ...],
    ignore_conflicts: bool,
    returning: tuple[str, ...],
    vendor: str,
) -> tuple[list[Any], _Sql]:
    """The fields and the statement: written once, since its parts are asked of Django one by one."""
    fields = [_field(model, name) for name in columns]
    tail = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    if returning:
        tail += " RETURNING " + ", ".join(_column(model, name) for name in returning)
    head = f"INSERT INTO {_table(model)} ({', '.join(_quote(field.column) for field in fields)}) "
    source = (
        f"SELECT {_casts(fields)} FROM {_unnest(fields)} AS v ({_names(fields)})"
        if vendor == "postgresql"
        else ""
    )
    return fields, _Sql(head, tail, head + source + tail)


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
    fields, sql = _updating(model, tuple(columns), tuple(match), where, connection.vendor)
    if connection.vendor == "postgresql":
        return [row[0] for row in execute(sql.whole, _arrays(fields, rows))]
    answer: list[int] = []
    for chunk in _chunks(_rowwise(fields, rows), len(fields)):
        whole = sql.head + _values(len(chunk), len(fields)) + sql.tail
        answer += [row[0] for row in execute(whole, list(chain.from_iterable(chunk)))]
    return answer


@lru_cache(maxsize=256)
def _updating(
    model: type[models.Model], columns: tuple[str, ...], match: tuple[str, ...], where: str, vendor: str
) -> tuple[list[Any], _Sql]:
    fields = [_field(model, name) for name in (*match, *columns)]
    keys, values = fields[: len(match)], fields[len(match) :]
    sets = ", ".join(f"{_quote(field.column)} = {_cast(field)}" for field in values)
    on = " AND ".join(f"t.{_quote(field.column)} = {_cast(field)}" for field in keys)
    found = f" WHERE {on}" + (f" AND {where}" if where else "") + " RETURNING "
    if vendor == "postgresql":
        source = f" SET {sets} FROM {_unnest(fields)} AS v ({_names(fields)})"
        return fields, _Sql("", "", f"UPDATE {_table(model)} AS t{source}{found}t.id")
    head = f"WITH v ({_names(fields)}) AS ("
    # SQLite's RETURNING sees the table's own columns only, and not under its alias.
    return fields, _Sql(head, f") UPDATE {_table(model)} AS t SET {sets} FROM v{found}id")


def _rowwise(fields: Sequence[Any], rows: Sequence[Row]) -> list[Row]:
    return list(zip(*_columnwise(fields, rows), strict=True))


def _arrays(fields: Sequence[Any], rows: Sequence[Row]) -> list[Any]:
    return [literal(column) for column in _columnwise(fields, rows)]


def _columnwise(fields: Sequence[Any], rows: Sequence[Row]) -> list[list[Any]]:
    """Column by column, as the driver takes them: a column is of one kind, and so is the work on it."""
    return [
        _column_values(field, values) for field, values in zip(fields, zip(*rows, strict=True), strict=True)
    ]


def _column_values(field: Any, values: Sequence[Any]) -> list[Any]:
    if isinstance(field, models.JSONField):
        return [None if value is None else json_text.write(value) for value in values]
    # Plain values need no conversion, and a batch has few moments but many rows; the field's own takes ten times as long.
    kinds = set(map(type, values))
    if kinds <= _PLAIN:
        return list(values)
    if all(issubclass(kind, str) for kind in kinds):
        return [str(value) for value in values]  # words of an enumeration
    if kinds <= _MOMENTS:
        known = {value: field.get_db_prep_save(value, connection) for value in set(values)}
        return [known[value] for value in values]
    return [field.get_db_prep_save(value, connection) for value in values]


_PLAIN = frozenset({int, str, bool, type(None)})
_MOMENTS = frozenset({datetime, type(None)})


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


@lru_cache(maxsize=256)
def _values(rows: int, columns: int) -> str:
    one = "(" + ", ".join(["%s"] * columns) + ")"
    return "VALUES " + ", ".join([one] * rows)


def _chunks(rows: Sequence[Row], columns: int) -> Iterable[Sequence[Row]]:
    """As few as SQLite's limit allows, of few different sizes: it keeps what it has parsed, if it meets it again."""
    start = 0
    for size in _SIZES:
        while len(rows) - start >= size and size * columns <= _PARAMETERS:
            yield rows[start : start + size]
            start += size
    if start < len(rows):
        yield rows[start:]


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _table(model: type[models.Model]) -> str:
    return _quote(model._meta.db_table)


def _column(model: type[models.Model], name: str) -> str:
    return _quote(_field(model, name).column)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
