"""Many rows in one statement.

`bulk_create` costs five times a COPY and `bulk_update` eighteen times an UPDATE … FROM (measured, docs/), so the
engine writes through these two. Columns are model field names; values go through the fields' own conversion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from django.db import connection, models

from orchestrator.store import json_text
from orchestrator.store.arrays import literal
from orchestrator.store.planner import once_found_sql
from orchestrator.store.statement import execute

Row = Sequence[Any]
_PARAMETERS = 30_000  # SQLite refuses more than 32,766 in a statement
_MANY = 20  # rows from which it pays to see what they have in common; below, statements come in fewer forms
_ONCE, _FEW, _EACH = "once", "few", "each"  # how a column's values are given to PostgreSQL
_MOST_FEW = 16
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SIZES = (2048, 512, 128)  # rows in one; the rest go together


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    always: Mapping[str, Any] = _NOTHING,
    ignore_conflicts: bool = False,
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert `rows`; with `ignore_conflicts` those that break a unique constraint are left out.

    `always`: further columns, each with one value for all rows. Answers the `returning` columns of the rows that were
    inserted, in no promised order.
    """
    if not rows:
        return []
    names = ((*columns, *always), tuple(returning))
    fields = _fields(model, names[0])
    values = _columnwise(fields[: len(columns)], rows)
    for field, value in zip(fields[len(columns) :], always.values(), strict=True):
        values.append(_column_values(field, [value]) * len(rows))
    # A single row is planned in half the time by its values.
    if connection.vendor == "postgresql" and len(rows) > 1:
        ways = _ways(fields, values)
        sql = _insertion(model, *names, ignore_conflicts, ways)
        return execute(sql, [*_lists(values, ways), *_arrays(values, ways)], fetch=bool(returning))
    head, tail = _insertion_by_values(model, *names, ignore_conflicts)
    answer: list[tuple[Any, ...]] = []
    for chunk in _chunks(list(zip(*values, strict=True)), len(fields)):
        whole = head + _values(len(chunk), len(fields)) + tail
        answer += execute(whole, list(chain.from_iterable(chunk)), fetch=bool(returning))
    return answer


# Statements are written once, since their parts are asked of Django one by one.


@lru_cache(maxsize=1024)
def _insertion(
    model: type[models.Model],
    columns: tuple[str, ...],
    returning: tuple[str, ...],
    ignore_conflicts: bool,
    ways: tuple[str, ...],
) -> str:
    fields = _fields(model, columns)
    head, tail = _insertion_by_values(model, columns, returning, ignore_conflicts)
    chosen = ", ".join(_given(field, way) for field, way in zip(fields, ways, strict=True))
    return f"{head}SELECT {chosen} FROM {_unnested(fields, ways)}{tail}"


@lru_cache(maxsize=256)
def _insertion_by_values(
    model: type[models.Model], columns: tuple[str, ...], returning: tuple[str, ...], ignore_conflicts: bool
) -> tuple[str, str]:
    """What stands before and after the rows."""
    tail = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    if returning:
        tail += " RETURNING " + ", ".join(_column(model, name) for name in returning)
    return f"INSERT INTO {_table(model)} ({_names(_fields(model, columns))}) ", tail


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
    `where` is a constant SQL condition on the table, named `t`. It is asked of the rows that `match` has found: no index is
    chosen for it (planner.py).
    """
    return [row[0] for row in update_returning(model, columns, rows, ("id",), match=match, where=where)]


def update_returning(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Row],
    returning: Sequence[str],
    *,
    match: Sequence[str] = ("id",),
    where: str = "",
) -> list[tuple[Any, ...]]:
    """The same, answering these columns of the rows that were written, as they are now."""
    if not rows:
        return []
    fields = _fields(model, (*match, *columns))
    names = (tuple(match), tuple(columns), tuple(returning))
    values = _columnwise(fields, rows)
    if connection.vendor == "postgresql":
        ways, keys = _ways(fields, values), len(match)
        sql = _updating(model, *names, where, ways)
        written, found = _lists(values[keys:], ways[keys:]), _lists(values[:keys], ways[:keys])
        return execute(sql, [*written, *_arrays(values, ways), *found])
    head, tail = _updating_by_values(model, *names, where)
    answer: list[tuple[Any, ...]] = []
    for chunk in _chunks(list(zip(*values, strict=True)), len(fields)):
        whole = head + _values(len(chunk), len(fields)) + tail
        answer += execute(whole, list(chain.from_iterable(chunk)))
    return answer


@lru_cache(maxsize=1024)
def _updating(
    model: type[models.Model],
    match: tuple[str, ...],
    columns: tuple[str, ...],
    returning: tuple[str, ...],
    where: str,
    ways: tuple[str, ...],
) -> str:
    fields = _fields(model, (*match, *columns))
    given = [f"{_quote(one.column)} = {_given(one, way)}" for one, way in zip(fields, ways, strict=True)]
    sets, on = ", ".join(given[len(match) :]), " AND ".join(f"t.{one}" for one in given[: len(match)])
    told = ", ".join(f"t.{_column(model, name)}" for name in returning)
    tail = f" WHERE {on}" + (f" AND {once_found_sql(where)}" if where else "") + f" RETURNING {told}"
    return f"UPDATE {_table(model)} AS t SET {sets} FROM {_unnested(fields, ways)}{tail}"


@lru_cache(maxsize=256)
def _updating_by_values(
    model: type[models.Model],
    match: tuple[str, ...],
    columns: tuple[str, ...],
    returning: tuple[str, ...],
    where: str,
) -> tuple[str, str]:
    """What stands before and after the rows."""
    fields = _fields(model, (*match, *columns))
    given = [f"{_quote(one.column)} = v.{_quote(one.column)}" for one in fields]
    sets, on = ", ".join(given[len(match) :]), " AND ".join(f"t.{one}" for one in given[: len(match)])
    # SQLite's RETURNING sees the table's own columns only, and not under its alias.
    told = ", ".join(_column(model, name) for name in returning)
    tail = f" WHERE {on}" + (f" AND {where}" if where else "") + f" RETURNING {told}"
    return f"WITH v ({_names(fields)}) AS (", f") UPDATE {_table(model)} AS t SET {sets} FROM v{tail}"


@lru_cache(maxsize=256)
def _fields(model: type[models.Model], names: tuple[str, ...]) -> list[Any]:
    return [_field(model, name) for name in names]


def _ways(fields: Sequence[Any], columns: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """How each column is given. The first is given row by row, so that there are rows."""
    many = len(columns[0]) >= _MANY
    others = zip(fields[1:], columns[1:], strict=True)
    return (_EACH, *(_way(field, column) if many else _EACH for field, column in others))


def _way(field: Any, column: Sequence[Any]) -> str:
    """Most columns hold one value in all rows: of a message's 36 five differ, and reading the others from arrays was
    a third of the insert. JSON that differs little is read once for all who have the same."""
    if column.count(column[0]) == len(column):
        return _ONCE
    return _FEW if isinstance(field, models.JSONField) and len(set(column)) <= _MOST_FEW else _EACH


def _lists(columns: Sequence[Sequence[Any]], ways: Sequence[str]) -> list[Any]:
    """What is given once: a value, or the few there are."""
    return [
        column[0] if way == _ONCE else literal(list(dict.fromkeys(column)))
        for column, way in zip(columns, ways, strict=True)
        if way != _EACH
    ]


def _arrays(columns: Sequence[Sequence[Any]], ways: Sequence[str]) -> list[Any]:
    """What is given row by row: values, or which of the few."""
    return [
        literal(column if way == _EACH else _numbered(column))
        for column, way in zip(columns, ways, strict=True)
        if way != _ONCE
    ]


def _numbered(column: Sequence[Any]) -> list[int]:
    numbers = {value: number for number, value in enumerate(dict.fromkeys(column), start=1)}
    return [numbers[value] for value in column]


def _columnwise(fields: Sequence[Any], rows: Sequence[Row]) -> list[list[Any]]:
    """Column by column, as the driver takes them: a column is of one kind, and so is the work on it."""
    return [
        _column_values(field, values) for field, values in zip(fields, zip(*rows, strict=True), strict=True)
    ]


def _column_values(field: Any, values: Sequence[Any]) -> list[Any]:
    if isinstance(field, models.JSONField):
        return _written(values)
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


def _written(values: Sequence[Any]) -> list[Any]:
    """JSON; what stands in many rows as the very same object is written once."""
    objects = {id(value): value for value in values}
    known = {key: None if value is None else json_text.write(value) for key, value in objects.items()}
    return [known[id(value)] for value in values]


_PLAIN = frozenset({int, str, bool, type(None)})
_MOMENTS = frozenset({datetime, type(None)})


def _unnested(fields: Sequence[Any], ways: Sequence[str]) -> str:
    varied = [(field, way) for field, way in zip(fields, ways, strict=True) if way != _ONCE]
    arrays = ", ".join(f"%s::{'integer' if way == _FEW else _type(field)}[]" for field, way in varied)
    return f"unnest({arrays}) AS v ({_names([field for field, _ in varied])})"


def _type(field: Any) -> str:
    # Text for JSON (an array of jsonb would be adapted element by element) and for varchar(n), whose cast truncates.
    kind = field.rel_db_type(connection)
    return "text" if kind.startswith(("varchar", "jsonb")) else kind


def _given(field: Any, way: str) -> str:
    """The value of a row's column: one for all rows, one of a few, or the row's own."""
    if way == _FEW:
        return f"(%s::jsonb[])[v.{_quote(field.column)}]"
    given = f"%s::{_type(field)}" if way == _ONCE else f"v.{_quote(field.column)}"
    return given + ("::jsonb" if isinstance(field, models.JSONField) else "")


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
