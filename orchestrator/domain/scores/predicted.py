"""PREDICTED: who still buys, how often, and for how much, of many people at once. Needs the extra `scores`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from orchestrator.domain.scores import bgnbd, gamma_gamma
from orchestrator.domain.scores.bgnbd import BgNbd, Floats
from orchestrator.domain.scores.gamma_gamma import WEEKS_A_MONTH, GammaGamma

DAYS_A_WEEK = 7
AHEAD = 3  # months for which purchases are expected
PLACES = 6


@dataclass(frozen=True, slots=True)
class Purchases:
    """What the models see of somebody who has bought."""

    purchases: int
    first_on: date
    last_on: date
    repeat_net: Decimal


@dataclass(frozen=True, slots=True)
class Models:
    """Both; the second alone may be missing, and with it all money."""

    buying: BgNbd
    spending: GammaGamma | None = None


@dataclass(frozen=True, slots=True)
class Predicted:
    """Of one person; None for what cannot be told. Amounts are as those of orders.

    `expected_orders`: in the next 3 months; `clv`: of the next 12, worth today.
    """

    p_alive: float | None
    expected_orders: float | None
    average_order: Decimal | None
    clv: Decimal | None


def columns(people: Sequence[Purchases], on: date) -> tuple[Floats, Floats, Floats, Floats]:
    """x, tx, T in weeks, and the mean value of repeat purchases, 0 where there are none."""
    rows = [
        (
            one.purchases - 1,
            (one.last_on - one.first_on).days / DAYS_A_WEEK,
            max((on - one.first_on).days, (one.last_on - one.first_on).days) / DAYS_A_WEEK,
            float(one.repeat_net) / max(one.purchases - 1, 1),
        )
        for one in people
    ]
    x, tx, t, m = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return x, tx, t, m


@dataclass(slots=True)
class Base:
    """Histories as the models need them: each that differs once, with how many have it. People are gone once they are added.

    So it holds what differs and not the base: two numbers of days and one of purchases differ little, and a mean value is
    kept of whoever bought again.
    """

    on: date
    people: int = 0
    lives: Counter[tuple[int, int, int]] = field(
        default_factory=Counter
    )  # purchases, days until the last, days seen
    values: Counter[tuple[int, Decimal]] = field(
        default_factory=Counter
    )  # purchases, net of all but the first

    def add(self, one: Purchases) -> None:
        """Count somebody who has bought."""
        self.people += 1
        bought = (one.last_on - one.first_on).days
        self.lives[one.purchases, bought, max((self.on - one.first_on).days, bought)] += 1
        if one.purchases > 1 and one.repeat_net > 0:
            self.values[one.purchases, one.repeat_net] += 1


def fit(base: Base) -> Models:
    """The models of a base. Raises CannotFit where not even buying can be told."""
    buying = bgnbd.fit(*_lives(base))
    try:
        return Models(buying, gamma_gamma.fit(*_values(base)))
    except bgnbd.CannotFit:
        return Models(buying)


def _lives(base: Base) -> Floats:
    rows = [
        (purchases - 1, bought / DAYS_A_WEEK, seen / DAYS_A_WEEK, many)
        for (purchases, bought, seen), many in base.lives.items()
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 4).T


def _values(base: Base) -> Floats:
    rows = [
        (purchases - 1, float(net) / (purchases - 1), many) for (purchases, net), many in base.values.items()
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3).T


def predict(people: Sequence[Purchases], models: Models, on: date) -> list[Predicted]:
    """What to expect of each. Equal histories are reckoned once, since most have bought once."""
    if not people:
        return []
    x, tx, t, m = columns(people, on)
    rows, place = np.unique(np.column_stack([x, tx, t]), axis=0, return_inverse=True)
    place = place.reshape(-1)
    lives = models.buying.p_alive(*rows.T)[place]
    coming = models.buying.expected(AHEAD * WEEKS_A_MONTH, *rows.T)[place]
    if models.spending is None:
        return [Predicted(_rounded(p), _rounded(n), None, None) for p, n in zip(lives, coming, strict=True)]
    worth = models.spending.average(np.where(m > 0, x, 0), m)
    # A life's value is what its purchases are worth times how many they are, so the many are reckoned once as well.
    many = gamma_gamma.lifetime_value(models.buying, np.ones(len(rows)), *rows.T)[place]
    told = zip(lives, coming, worth, many * worth, strict=True)
    return [Predicted(_rounded(p), _rounded(n), _money(w), _money(v)) for p, n, w, v in told]


def _rounded(value: float) -> float | None:
    """None for what the arithmetic could not tell."""
    return round(float(value), PLACES) if np.isfinite(value) else None


def _money(value: float) -> Decimal | None:
    return Decimal(str(round(float(value), 2))) if np.isfinite(value) else None
