"""BG/NBD: whether somebody still buys, and how often they will. After Fader, Hardie and Lee, "Counting Your Customers"
the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2), 2005.

While alive a customer buys as a Poisson process of rate λ, and after each purchase may be gone with probability p. Over
the base λ is gamma distributed (r, α) and p beta (a, b). A history is three numbers: `x` repeat purchases, the last of
them at `tx`, in a life observed for `T`; both in weeks since the first purchase. Needs the extra `scores`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, hyp2f1

Floats = NDArray[np.float64]
START = (
    1.0,
    5.0,
    1.0,
    2.0,
)  # where the search begins, always: so the same histories give the same parameters
LARGEST = (
    1e4  # a parameter that runs there says that all people are alike in it, and the limit is as good a model
)
FEWEST = 30  # people who bought again: fewer tell no four parameters


TOO_FEW = f"fewer than {FEWEST} people have bought twice"


class CannotFit(ValueError):
    """The histories tell no model, in words."""


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The four parameters, in weeks."""

    r: float
    alpha: float
    a: float
    b: float

    def p_alive(self, x: Floats, tx: Floats, t: Floats) -> Floats:
        """The probability of still buying, for each history; 1 for who has not bought again (equation of their note)."""
        return np.asarray(1 / (1 + self._gone(x, tx, t)))

    def expected(self, weeks: float, x: Floats, tx: Floats, t: Floats) -> Floats:
        """How many purchases to expect of each in the next `weeks` (their equation 10). `a` must not be 1."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        z = weeks / (alpha + t + weeks)
        shape = hyp2f1(r + x, b + x, a + b + x - 1, z)
        lives = 1 - ((alpha + t) / (alpha + t + weeks)) ** (r + x) * shape
        return np.asarray((a + b + x - 1) / (a - 1) * lives / (1 + self._gone(x, tx, t)))

    def _gone(self, x: Floats, tx: Floats, t: Floats) -> Floats:
        """The odds of being gone."""
        odds = (
            self.a / (self.b + np.maximum(x, 1) - 1) * ((self.alpha + t) / (self.alpha + tx)) ** (self.r + x)
        )
        return np.where(x > 0, odds, 0.0)


def log_likelihood(model: BgNbd, x: Floats, tx: Floats, t: Floats) -> Floats:
    """Of each history (their equation 6), in a form that neither over- nor underflows."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + t)
    gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + tx)
    return np.asarray(bought + stayed + np.logaddexp(alive, np.where(x > 0, gone, -np.inf)))


def fit(x: Floats, tx: Floats, t: Floats, many: Floats | None = None) -> BgNbd:
    """The parameters that make these histories likeliest. Equal histories are reckoned once. Raises CannotFit.

    `many`: how many people have each history; else one.
    """
    rows, weights = counted(np.column_stack([x, tx, t]), many)
    x, tx, t = rows.T
    if weights[x > 0].sum() < FEWEST:
        raise CannotFit(TOO_FEW)
    total = weights.sum()

    def cost(logs: Floats) -> tuple[float, Floats]:
        model = BgNbd(*np.exp(logs))
        value = -float(weights @ log_likelihood(model, x, tx, t)) / total
        return value, -(slopes(model, x, tx, t) @ weights) * np.exp(logs) / total

    return BgNbd(*searched(cost, START))


def counted(rows: Floats, many: Floats | None) -> tuple[Floats, Floats]:
    """Each row once, in rising order, and how many there are of it."""
    if many is None:
        many = np.ones(len(rows))
    unique, place = np.unique(rows, axis=0, return_inverse=True)
    times = np.bincount(place.reshape(-1), weights=many, minlength=len(unique))
    return unique, times.astype(np.float64)


def slopes(model: BgNbd, x: Floats, tx: Floats, t: Floats) -> Floats:
    """How the log-likelihood of each history changes with r, α, a and b: four rows."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    after = b + np.maximum(x, 1) - 1
    alive = -(r + x) * np.log(alpha + t)
    left = np.where(x > 0, np.log(a) - np.log(after) - (r + x) * np.log(alpha + tx), -np.inf)
    gone = np.exp(left - np.logaddexp(alive, left))  # the share of the likelihood that is of having left
    both = digamma(a + b) - digamma(a + b + x)
    by_r = (
        digamma(r + x)
        - digamma(r)
        + np.log(alpha)
        - (1 - gone) * np.log(alpha + t)
        - gone * np.log(alpha + tx)
    )
    by_alpha = r / alpha - (r + x) * ((1 - gone) / (alpha + t) + gone / (alpha + tx))
    return np.stack([by_r, by_alpha, both + gone / a, both + digamma(b + x) - digamma(b) - gone / after])


def searched(cost: Any, start: tuple[float, ...]) -> tuple[float, ...]:
    """The positive parameters at which `cost` is least. Raises CannotFit.

    `cost` takes their logarithms, and answers its value and its slopes.
    """
    bounds = [(-12.0, float(np.log(LARGEST)))] * len(start)
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000, "maxfun": 100_000}
    found = minimize(cost, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    parameters = tuple(float(one) for one in np.exp(found.x))
    if not np.isfinite(found.fun):
        raise CannotFit("the histories have no likelihood")
    return parameters
