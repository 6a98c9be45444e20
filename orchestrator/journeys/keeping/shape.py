"""The shape of a class of data that has an end: whose rows, how old each is, what stays, and how the rest goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import BooleanField, DateTimeField, ExpressionWrapper, F, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable

BATCH = 1000
NEVER = Value(None, output_field=DateTimeField())
Asked = Combinable | Q  # what a query can say of a row
Take = Callable[[type[Model], Sequence[Any], datetime], object]


@dataclass(frozen=True, slots=True)
class Moments:
    """What is older than `before` may go; `now` is when it is asked."""

    before: datetime
    now: datetime


_EVER = datetime(1970, 1, 1, tzinfo=UTC)
ANY_TIME = Moments(_EVER, _EVER)  # for classes of which no row is open by its age


def nothing(when: Moments) -> Asked:
    """Of no row of such a class."""
    return Value(False)


def delete(model: type[Model], ids: Sequence[Any], now: datetime) -> None:
    """The rows go, and what the database lets go with them."""
    model._default_manager.filter(pk__in=ids).delete()


@dataclass(frozen=True, slots=True)
class DataClass:
    """One class of data. Rows are looked at in windows by primary key, or, `by_time`, from the oldest on.

    `at`: since when a row counts as old. `born`: what ids rise with, where that is another column; None where they rise
    with nothing, so that every pass walks to the end. `open`: what a row belongs to goes on, and it stays. `done`: it is
    as it should be, and no later pass need look at it. `most`: rows in a window, where each costs much.
    """

    name: str
    model: type[Model]
    at: str | Combinable
    take: Take = delete
    open: Callable[[Moments], Asked] = nothing
    born: str | Combinable | None = ""
    done: Callable[[Moments], Asked] = nothing
    among: Q = field(default_factory=Q)
    by_time: bool = False
    most: int = BATCH

    def rows(self, when: Moments) -> QuerySet[Any, Any]:
        """Every row as (id, at, open, born, done), in no order yet."""
        rows = self.model._default_manager.filter(self.among).annotate(
            is_at=self._at,
            is_open=_truth(self.open(when)),
            is_born=self._born,
            is_done=_truth(self.done(when)),
        )
        return rows.values_list("pk", "is_at", "is_open", "is_born", "is_done")

    def window(self, when: Moments, after: int, limit: int) -> QuerySet[Any, Any]:
        """The next rows after an id; by time, the oldest of those that are old."""
        if self.by_time:
            return self.rows(when).filter(is_at__lt=when.before).order_by("is_at", "pk")[:limit]
        return self.rows(when).filter(pk__gt=after).order_by("pk")[:limit]

    @property
    def _at(self) -> Combinable:
        return F(self.at) if isinstance(self.at, str) else self.at

    @property
    def _born(self) -> Combinable:
        if self.born is None:
            return NEVER
        return (F(self.born) if isinstance(self.born, str) else self.born) if self.born else self._at


def blank(**columns: Any) -> Take:
    """A way to go: the rows stay, and these columns are emptied."""

    def emptied(model: type[Model], ids: Sequence[Any], now: datetime) -> None:
        model._default_manager.filter(pk__in=ids).update(**columns)

    return emptied


def is_blank(**columns: Any) -> Callable[[Moments], Asked]:
    """Whether a row has been emptied so."""
    return lambda when: Q(**columns)


def _truth(asked: Asked) -> Any:
    return ExpressionWrapper(asked, output_field=BooleanField()) if isinstance(asked, Q) else asked
