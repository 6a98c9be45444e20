"""One value out of a JSON column, typed: NULL unless it is there and of the asked kind.

Django's own key transforms compare across kinds (`true > 5` holds in jsonb's order); the rule language says "5" is
not 5, and these say so on both engines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, DecimalField, F, Func, TextField, Value
from django.db.models.expressions import Expression

_KINDS = {
    "text": ("'string'", "'text'"),
    "number": ("'number'", "'integer', 'real'"),
    "flag": ("'boolean'", "'true', 'false'"),
}
_READ = {"text": "({}->>{})", "number": "({}->>{})::numeric", "flag": "({}->>{})::boolean"}
_FIELDS: dict[str, Any] = {
    "text": TextField(),
    "number": DecimalField(max_digits=30, decimal_places=10),
    "flag": BooleanField(),
}


class JsonValue(Func):
    """`JsonValue("attributes", "tier", "text")`: the text under that key, or NULL."""

    def __init__(self, column: str, key: str, kind: str, **extra: Any) -> None:
        self.key, self.kind = key, kind
        super().__init__(F(column), output_field=extra.pop("output_field", _FIELDS[kind]), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        """CASE WHEN jsonb_typeof(column->key) = kind THEN the value END."""
        column, parameters = compiler.compile(self.source_expressions[0])
        read = _READ[self.kind].format(column, "%s")
        sql = f"(CASE WHEN jsonb_typeof({column}->%s) = {_KINDS[self.kind][0]} THEN {read} END)"
        return sql, [*parameters, self.key, *parameters, self.key]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """The same by json_type and json_extract."""
        column, parameters = compiler.compile(self.source_expressions[0])
        sql = f"(CASE WHEN json_type({column}, %s) IN ({_KINDS[self.kind][1]}) THEN json_extract({column}, %s) END)"
        return sql, (*parameters, _path(self.key), *parameters, _path(self.key))


class JsonKnown(Func):
    """Whether the key is there with a value other than null."""

    output_field = BooleanField()

    def __init__(self, column: str, key: str, **extra: Any) -> None:
        self.key = key
        super().__init__(F(column), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        """jsonb_typeof answers NULL for a missing key."""
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"(COALESCE(jsonb_typeof({column}->%s), 'null') <> 'null')", [*parameters, self.key]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """json_type answers NULL for a missing key."""
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"(COALESCE(json_type({column}, %s), 'null') <> 'null')", (*parameters, _path(self.key))


class JsonHolds(Func):
    """Whether a list under the key has the value as an element, or a text has it inside."""

    output_field = BooleanField()

    def __init__(self, column: str, key: str, value: str | int | float | bool, **extra: Any) -> None:
        self.key, self.value = key, value
        super().__init__(F(column), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        """jsonb containment for lists, position() for texts."""
        import json

        column, parameters = compiler.compile(self.source_expressions[0])
        sql = (
            f"(CASE jsonb_typeof({column}->%s) WHEN 'array' THEN ({column}->%s) @> %s::jsonb"
            f" WHEN 'string' THEN position(%s in ({column}->>%s)) > 0 ELSE false END)"
        )
        one = [*parameters, self.key]
        inside = self.value if isinstance(self.value, str) else "\x01"
        return sql, [*one, *one, json.dumps([self.value]), inside, *one]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """json_each for lists, instr() for texts."""
        column, parameters = compiler.compile(self.source_expressions[0])
        atom = {True: "true", False: "false"}.get(self.value) if isinstance(self.value, bool) else None
        # A list or a mapping inside stands there as its text, which no text may be taken for.
        kinds = "'text'" if isinstance(self.value, str) else "'integer', 'real'"
        element = "type = %s" if atom else f"(value = %s AND type IN ({kinds}))"
        sql = (
            f"(CASE json_type({column}, %s) WHEN 'array' THEN EXISTS"
            f" (SELECT 1 FROM json_each({column}, %s) WHERE {element})"
            f" WHEN 'text' THEN instr(json_extract({column}, %s), %s) > 0 ELSE 0 END)"
        )
        one = [*parameters, _path(self.key)]
        inside = self.value if isinstance(self.value, str) else "\x01"
        return sql, (*one, *one, atom or self.value, *one, inside)


class Number(Value):
    """A written number to its last digit: as a decimal field's it would be rounded to ten places on SQLite."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The number by its shortest spelling, as `->>` answers those of a column."""
        return "%s", (Decimal(str(self.value)),)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """The number itself, which is what json_extract answers."""
        return "%s", (self.value,)


class IsDay(Func):
    """Whether a text is a date as it is written, `2026-05-31`, of a year, month and day that there is."""

    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        """By its form, since no cast of PostgreSQL's answers instead of failing."""
        text, parameters = compiler.compile(self.source_expressions[0])
        return f"({text} ~ '{_DAY}')", [*parameters]

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """SQLite's date() answers another day, or none, for one that there is not; only where it has to reckon."""
        text, parameters = compiler.compile(self.source_expressions[0])
        return f"(date({text}, '+0 days') = {text} AND {text} >= '0001-01-01')", (
            *parameters,
            *parameters,
            *parameters,
        )


_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[2468]0|[13579][26])00)"
_MONTHS = "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
_DAY = f"^(?!0000)([0-9]{{4}}-{_MONTHS}|{_LEAP}-02-29)$"


def literal(value: str | int | float | bool) -> Expression:
    """The written value as an SQL value of its kind."""
    if isinstance(value, bool):
        return Value(value, output_field=BooleanField())
    if isinstance(value, (int, float)):
        return Number(value, output_field=_FIELDS["number"])
    return Value(value, output_field=TextField())


def _path(key: str) -> str:
    return '$."' + key.replace('"', '\\"') + '"'
