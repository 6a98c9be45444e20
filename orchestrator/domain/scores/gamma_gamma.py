"""GAMMA-GAMMA: what a purchase of somebody is worth, and what they will bring. After Fader and Hardie, "The Gamma-Gamma
Model of Monetary Value", 2013, and, for the value of a life, Fader, Hardie and Lee, "RFM and CLV", Journal of Marketing
Research 42(4), 2005.

Purchases of one person vary about their mean by a gamma distribution of shape p, and the scale varies over the base by
a gamma of shape q and rate v. A history is `x` repeat purchases of the mean value `m`. Needs the extra `scores`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from orchestrator.domain.scores.bgnbd import FEWEST, TOO_FEW, BgNbd, CannotFit, Floats, counted, searched

START = (1.0, 2.0, 1.0)  # with values in units of their mean
WEEKS_A_MONTH = 4.345
MONTHS = 12
DISCOUNT = 0.01  # a month: what is earned in a year is worth a ninth less today
# What a life will bring, month by month. With q at 1 or below the base has no mean, and nothing is expected of it.
_LEAST_Q = 1.0


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The three parameters; `v` in the currency of the orders."""

    p: float
    q: float
    v: float

    def average(self, x: Floats, m: Floats) -> Floats:
        """The mean value to expect of a purchase (their equation 5): between one's own and the base's."""
        return np.asarray(self.p * (self.v + x * m) / (self.p * x + self.q - 1))


def log_likelihood(model: GammaGamma, x: Floats, m: Floats) -> Floats:
    """Of each history with repeat purchases of a value above nothing (their equation 1a)."""
    p, q, v = model.p, model.q, model.v
    shape = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    return np.asarray(shape + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(x * m + v))


def fit(x: Floats, m: Floats, many: Floats | None = None) -> GammaGamma:
    """The parameters that make these values likeliest; who bought once or for nothing says nothing. Raises CannotFit.

    `many`: how many people have each history; else one.
    """
    told = (x > 0) & (m > 0)
    rows, weights = counted(np.column_stack([x[told], m[told]]), None if many is None else many[told])
    if weights.sum() < FEWEST:
        raise CannotFit(TOO_FEW)
    x, m = rows.T
    scale, total = float(np.average(m, weights=weights)), weights.sum()

    def cost(logs: Floats) -> tuple[float, Floats]:
        model = GammaGamma(*np.exp(logs))
        value = -float(weights @ log_likelihood(model, x, m / scale)) / total
        return value, -(slopes(model, x, m / scale) @ weights) * np.exp(logs) / total

    p, q, v = searched(cost, START)
    if q <= _LEAST_Q:
        raise CannotFit("the values vary too much for a mean to be expected")
    return GammaGamma(p, q, v * scale)


def slopes(model: GammaGamma, x: Floats, m: Floats) -> Floats:
    """How the log-likelihood of each history changes with p, q and v: three rows."""
    p, q, v = model.p, model.q, model.v
    sums = x * m + v
    both = digamma(p * x + q) - np.log(sums)
    by_p = x * (both - digamma(p * x) + np.log(m) + np.log(x))
    return np.stack([by_p, both - digamma(q) + np.log(v), q / v - (p * x + q) / sums])


def lifetime_value(
    model: BgNbd,
    worth: Floats,
    x: Floats,
    tx: Floats,
    t: Floats,
    months: int = MONTHS,
    discount: float = DISCOUNT,
) -> Floats:
    """What each will bring in the next months, each month's purchases times `worth`, discounted to today."""
    value, before = np.zeros_like(worth), np.zeros_like(worth)
    for month in range(1, months + 1):
        until = model.expected(month * WEEKS_A_MONTH, x, tx, t)
        value += (until - before) * worth / (1 + discount) ** month
        before = until
    return value
