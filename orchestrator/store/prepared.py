"""PREPARED: queries whose SQL the ORM builds once a process, and which are then only given their values.

For what the engine asks in every batch, the ORM takes longer to build the statement than the database to answer it,
and longer still to check a list of five hundred ids. A prepared query is written with the ORM as ever:

    @prepared
    def _languages() -> QuerySet[Any]:
        return Customer.objects.filter(id__among=Given("ids")).values_list("id", "language")

    rows = _languages().rows(ids=ids)

The price: whatever is not a `Given` is fixed when the query is first asked; what its shape depends on is an argument.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial, wraps
from typing import Any, ParamSpec

from django.db import connection
from django.db.models import BooleanField, DateTimeField, Expression, Field, JSONField, Lookup, QuerySet
from django.db.models.expressions import Col
from django.db.models.fields.related import ForeignObject
from django.db.models.query import ValuesListIterable

from orchestrator.store import (
    json_text,
    moments,  # noqa: F401  SQLite's moments come as moments
    planner,  # noqa: F401  PostgreSQL finds a batch's rows by their index
)
from orchestrator.store.arrays import literal
from orchestrator.store.statement import Row, execute

P = ParamSpec("P")
Values = dict[str, Any]


class Given(Expression):
    """A value that each run gives. `through` makes of it what the statement needs: the start of a window of a moment."""

    def __init__(self, name: str, through: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self.name, self.through = name, through

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """A place for one parameter, held by this very object until it is given."""
        return "%s", (self,)

    def value(self, given: Values) -> Any:
        """The parameter, as the driver takes it."""
        value = given[self.name]
        return _parameter(value if self.through is None else self.through(value))


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup):  # type: ignore[type-arg]
    """`column__among=ids`: like `in`, for a list of any length in one parameter."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """An array on PostgreSQL, JSON on SQLite."""
        column, params = self.process_lhs(compiler, connection)
        listed = self.rhs if isinstance(self.rhs, Given) else _parameter(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", (*params, listed)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, listed)


class Prepared:
    """One statement. Only for `values_list`: rows come as tuples, in the order of its columns.

    `sql` and `params`: for a larger statement of which it is a part; `fill` gives the parameters their values.
    """

    def __init__(self, queryset: QuerySet[Any]) -> None:
        if queryset._iterable_class is not ValuesListIterable:  # type: ignore[attr-defined]
            raise TypeError("a prepared query answers tuples: end it with values_list(…)")
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        columns = [expression for expression, *_ in compiler.select]
        self._converters = [
            (at, _converter(converters, expression))
            for at, (converters, expression) in compiler.get_converters(columns).items()
            if not _comes_converted(expression)
        ]

    def rows(self, **given: Any) -> list[Row]:
        """Ask it. Lists are given as any collection but a string."""
        return _converted(execute(self.sql, fill(self.params, given)), self._converters)

    def column(self, **given: Any) -> list[Any]:
        """The first column alone."""
        return [row[0] for row in self.rows(**given)]


def prepared(build: Callable[P, QuerySet[Any]]) -> Callable[P, Prepared]:
    """A function that answers its queryset prepared; once for every set of arguments, which must be hashable."""
    known: dict[tuple[Any, ...], Prepared] = {}

    @wraps(build)
    def statement(*shape: P.args, **named: P.kwargs) -> Prepared:
        place = (*shape, *named.items())
        if place not in known:
            known[place] = Prepared(build(*shape, **named))
        return known[place]

    return statement


def fill(params: Iterable[Any], given: Values) -> list[Any]:
    """Parameters of a statement with its `Given`s given."""
    return [param.value(given) if isinstance(param, Given) else param for param in params]


def _parameter(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Collection) and not isinstance(value, str):
        return literal(value) if connection.vendor == "postgresql" else json.dumps(list(value))
    return value


def _converted(rows: list[Row], converters: Iterable[tuple[int, Callable[[Any], Any]]]) -> list[Row]:
    """Column by column, since that is where a loop in C can run."""
    if not rows or not converters:
        return rows
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for at, convert in converters:
        columns[at] = map(convert, columns[at])
    return list(zip(*columns, strict=True))


def _comes_converted(expression: Any) -> bool:
    """Whether SQLite's driver knows the column's type; the ORM looks at every such value once more."""
    return isinstance(expression, Col) and isinstance(expression.output_field, (DateTimeField, BooleanField))


def _converter(converters: Sequence[Callable[..., Any]], expression: Any) -> Callable[[Any], Any]:
    """What the ORM would do to a value of this column; JSON, the dear one, by a shorter way."""
    field = expression.output_field
    if isinstance(expression, Col) and type(field) is JSONField and field.decoder is None:
        return _json
    return partial(_convert, converters, expression)


def _convert(converters: Sequence[Callable[..., Any]], expression: Any, value: Any) -> Any:
    for convert in converters:
        value = convert(value, expression, connection)
    return value


def _json(value: Any) -> Any:
    return None if value is None else json_text.read(value)
