"""BASIS: what everybody is measured by: the fifths of the buyers, the rates of channels, the models' parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from orchestrator.domain.scores.cuts import FIFTHS, WHOLE, rank
from orchestrator.domain.scores.favourites import Answered
from orchestrator.domain.scores.names import KNOWN
from orchestrator.domain.scores.person import Base
from orchestrator.domain.scores.rfm import Cuts
from orchestrator.segments.scored import Score, ScoreBasis
from orchestrator.store.fields import MoneyField
from orchestrator.store.statement import execute

if TYPE_CHECKING:
    from orchestrator.domain.scores.predicted import Models, Purchases

AT_ONCE = 2_000
MOST_HISTORIES = 50_000  # that the models are fitted on: parameters are then good to two or three digits
NO_EXTRA = "extra"  # numpy and scipy are not there: `pip install journey-orchestrator[scores]`


@dataclass(frozen=True, slots=True)
class Fitted:
    """The models, if there are; else why not. `on`: how many histories they were fitted on."""

    models: Models | None
    on: int = 0
    missing: str = ""


def predicting() -> Any:
    """The module that predicts; None where the extra `scores` is not installed."""
    try:
        from orchestrator.domain.scores import predicted
    except ImportError:
        return None
    return predicted


def cuts_of_buyers(buyers: int) -> dict[str, list[Any]]:
    """Where the fifths of the buyers end, as JSON: three statements, each a sort over the stored facts."""
    names = {"recency": "last_order_on", "frequency": "purchases", "monetary": "net"}
    return {name: _plain(_cuts(column, buyers, FIFTHS)) for name, column in names.items()} if buyers else {}


def ranks(name: str) -> list[tuple[str, int, float, float]]:
    """The cuts of a score among those who have one: (name, percent, from below, from above), as they are stored."""
    column = KNOWN[name].column or name
    asked = Score.objects.filter(**{f"{column}__isnull": False})
    count = (asked if name not in ("orders", "net") else asked.filter(orders__gt=0)).count()
    if not count:
        return []
    places = {percent: (rank(percent, count), count + 1 - rank(percent, count)) for percent in WHOLE}
    known = _values(column, {place for pair in places.values() for place in pair})
    return [(name, percent, float(known[low]), float(known[high])) for percent, (low, high) in places.items()]


def _cuts(column: str, count: int, percents: Sequence[int]) -> tuple[Any, ...]:
    """The values of a column at these shares of the rows that have one."""
    places = [rank(percent, count) for percent in percents]
    known = _values(column, set(places))
    if isinstance(Score._meta.get_field(column), MoneyField):
        known = {place: Decimal(value).scaleb(-2) for place, value in known.items()}
    return tuple(known[place] for place in places)


def _values(column: str, places: Collection[int]) -> dict[int, Any]:
    """A column's values at these places in their order, from 1; of orders and sums, among buyers alone."""
    field: Any = Score._meta.get_field(column)
    table, name = Score._meta.db_table, connection.ops.quote_name(field.column)
    only = (
        "orders > 0" if column in ("orders", "purchases", "net", "last_order_on") else f"{name} IS NOT NULL"
    )
    listed = ", ".join(str(place) for place in sorted(places))
    rows = execute(
        f"SELECT place, value FROM (SELECT {name} AS value, row_number() OVER (ORDER BY {name}) AS place"
        f" FROM {table} WHERE {only}) AS ranked WHERE place IN ({listed})",
        [],
    )
    return dict(rows)


def _plain(values: Sequence[Any]) -> list[Any]:
    return [value if isinstance(value, int | float) else str(value) for value in values]


def base_of(basis: ScoreBasis) -> Base:
    """What people are placed by."""
    cuts = basis.cuts
    return Base(
        Cuts(
            [date.fromisoformat(one) for one in cuts.get("recency", ())],
            cuts.get("frequency", ()),
            [Decimal(one) for one in cuts.get("monetary", ())],
        ),
        {name: Answered(*pair) for name, pair in basis.channels.items()},
        basis.cheapest,
    )


def fit(buyers: int, on: date) -> Fitted:
    """Fit the models on the stored facts: of everybody, or of every so many-th customer by number."""
    module = predicting()
    if module is None:
        return Fitted(None, 0, NO_EXTRA)
    base = module.Base(on)
    for one in _histories(max(1, -(-buyers // MOST_HISTORIES))):
        base.add(one)
    try:
        return Fitted(module.fit(base), base.people)
    except ValueError as error:
        return Fitted(None, base.people, str(error)[:100])


def _histories(stride: int) -> Iterator[Purchases]:
    """One after another: what is held of them is a chunk."""
    module = predicting()
    rows = Score.objects.filter(orders__gt=0).order_by("customer_id")
    if stride > 1:
        rows = rows.extra(where=[f"customer_id %% {stride:d} = 0"])
    columns = ("purchases", "first_order_on", "last_order_on", "repeat_net")
    for row in rows.values_list(*columns).iterator(AT_ONCE):
        yield module.Purchases(*row)


def models_of(parameters: Mapping[str, Any]) -> Models | None:
    """The models from a stored basis; None where it has none, or the extra is gone since."""
    module = predicting()
    if module is None or "buying" not in parameters:
        return None
    spending = parameters.get("spending")
    return module.Models(  # type: ignore[no-any-return]
        module.BgNbd(*parameters["buying"]), module.GammaGamma(*spending) if spending else None
    )


def parameters_of(models: Models | None) -> dict[str, list[float]]:
    """And back: r, α, a, b, and p, q, v."""
    if models is None:
        return {}
    buying = models.buying
    found = {"buying": [buying.r, buying.alpha, buying.a, buying.b]}
    if models.spending is not None:
        found["spending"] = [models.spending.p, models.spending.q, models.spending.v]
    return found
