"""BG/NBD and Gamma-Gamma against an independent implementation's figures, and against what they are told to find.

The figures are those that `lifetimes` 0.11.3 answers for the same parameters; the parameters are its fit of the 2,357
customers of CDNOW over 39 weeks, which is also that of the paper (r 0.243, α 4.414, a 0.793, b 2.426).
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from orchestrator.domain.scores import bgnbd, gamma_gamma
from orchestrator.domain.scores.bgnbd import BgNbd, CannotFit
from orchestrator.domain.scores.gamma_gamma import GammaGamma
from orchestrator.domain.scores.predicted import Base, Models, Predicted, Purchases, columns, fit, predict

CDNOW = BgNbd(0.24259290745815323, 4.4135316043287265, 0.7928861563000356, 2.425753377042382)
X, TX, T = np.array([2.0, 0, 5, 1]), np.array([30.43, 0, 20, 1]), np.array([38.86, 38.86, 38, 30])
MASTER = BgNbd(0.2516239591946289, 4.788942981014466, 0.7234335635993161, 2.161088298569323)
SPENDING = GammaGamma(6.27535907931992, 3.6244500202374783, 14.983686989832556)


def test_who_still_buys_and_how_often() -> None:
    alive = [0.7266091461450201, 1.0, 0.3093304622799846, 0.2350490191834928]
    coming = [1.225910438002448, 0.19478084648750624, 1.197323268166855, 0.2739795762141379]
    assert CDNOW.p_alive(X, TX, T) == pytest.approx(alive, rel=1e-9)
    assert CDNOW.expected(39, X, TX, T) == pytest.approx(coming, rel=1e-9)


def test_for_how_much_and_what_a_year_is_worth() -> None:
    worth = SPENDING.average(np.array([1.0, 4, 0]), np.array([20.0, 50, 0]))
    assert worth == pytest.approx([24.667405258237473, 48.65849248728215, 35.82770312571058], rel=1e-9)
    mean = np.array([25.0, 0, 40, 10])
    value = gamma_gamma.lifetime_value(MASTER, SPENDING.average(X, mean), X, TX, T)
    assert value == pytest.approx(
        [39.8277947789721, 8.73068376087902, 60.201236792951335, 5.93114805971337], rel=1e-9
    )


def simulated(people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Histories and mean values of people who buy as the models say, with CDNOW's parameters; always the same."""
    chance = np.random.default_rng(20260101)
    rate = chance.gamma(CDNOW.r, 1 / CDNOW.alpha, people)
    leaves, life = chance.beta(CDNOW.a, CDNOW.b, people), chance.uniform(60, 104, people)
    x, tx = np.zeros(people), np.zeros(people)
    for one in range(people):
        at = chance.exponential(1 / rate[one])
        while at <= life[one]:
            x[one], tx[one] = x[one] + 1, at
            at = np.inf if chance.random() < leaves[one] else at + chance.exponential(1 / rate[one])
    scale = chance.gamma(SPENDING.q, 1 / SPENDING.v, people)
    return x, tx, life, chance.gamma(SPENDING.p * np.maximum(x, 1)) / scale / np.maximum(x, 1)


def test_the_parameters_that_histories_were_made_with_are_found_again() -> None:
    x, tx, life, mean = simulated(6_000)
    found = bgnbd.fit(x, tx, life)
    assert (found.r, found.alpha) == pytest.approx((CDNOW.r, CDNOW.alpha), rel=0.2)
    assert found.a / (found.a + found.b) == pytest.approx(CDNOW.a / (CDNOW.a + CDNOW.b), rel=0.2)
    spending = gamma_gamma.fit(x, mean)
    assert (spending.p, spending.q, spending.v) == pytest.approx(
        (SPENDING.p, SPENDING.q, SPENDING.v), rel=0.2
    )


def test_no_point_beside_the_fit_is_likelier() -> None:
    x, tx, life, _ = simulated(2_000)
    found = bgnbd.fit(x, tx, life)
    assert bgnbd.fit(x, tx, life) == found  # the same histories, the same parameters to the last digit
    best = bgnbd.log_likelihood(found, x, tx, life).sum()
    for name in ("r", "alpha", "a", "b"):
        for factor in (0.99, 1.01):
            other = {one: getattr(found, one) for one in ("r", "alpha", "a", "b")}
            other[name] *= factor
            assert bgnbd.log_likelihood(BgNbd(**other), x, tx, life).sum() < best


def test_the_slopes_are_what_small_steps_say() -> None:
    step, mean = 1e-6, np.array([25.0, 20, 40, 10])
    for name, slope in zip(("r", "alpha", "a", "b"), bgnbd.slopes(CDNOW, X, TX, T), strict=True):
        up = replace(CDNOW, **{name: getattr(CDNOW, name) + step})
        down = replace(CDNOW, **{name: getattr(CDNOW, name) - step})
        rise = bgnbd.log_likelihood(up, X, TX, T) - bgnbd.log_likelihood(down, X, TX, T)
        assert slope == pytest.approx(rise / (2 * step), rel=1e-5, abs=1e-7)
    for name, slope in zip(("p", "q", "v"), gamma_gamma.slopes(SPENDING, X + 1, mean), strict=True):
        up = replace(SPENDING, **{name: getattr(SPENDING, name) + step})
        down = replace(SPENDING, **{name: getattr(SPENDING, name) - step})
        rise = gamma_gamma.log_likelihood(up, X + 1, mean) - gamma_gamma.log_likelihood(down, X + 1, mean)
        assert slope == pytest.approx(rise / (2 * step), rel=1e-5, abs=1e-7)


def test_a_base_in_which_nobody_leaves_is_a_limit_and_no_trouble() -> None:
    chance = np.random.default_rng(5)
    life = np.full(400, 52.0)
    x = chance.poisson(chance.gamma(2, 1, 400)).astype(float)
    tx = np.where(x > 0, 52 * chance.beta(np.maximum(x, 1), 1), 0)
    found = bgnbd.fit(x, tx, life)
    assert found.a / (found.a + found.b) < 0.05
    assert np.all(np.isfinite(found.expected(13, x, tx, life)))
    assert np.min(found.p_alive(x, tx, life)) > 0.3


@pytest.mark.parametrize("x", [[], [0.0, 0.0], [1.0] * 29])
def test_a_base_in_which_too_few_came_back_tells_nothing(x: list[float]) -> None:
    column = np.array(x)
    with pytest.raises(CannotFit, match="fewer than 30 people have bought twice"):
        bgnbd.fit(column, column, column + 10)
    with pytest.raises(CannotFit, match="fewer than 30 people have bought twice"):
        gamma_gamma.fit(column, column)


def test_people_as_they_are_stored() -> None:
    people = [
        Purchases(3, date(1997, 1, 1), date(1997, 8, 2), Decimal("50.00")),
        Purchases(1, date(1997, 1, 1), date(1997, 1, 1), Decimal(0)),
    ]
    on = date(1997, 9, 30)
    assert predict(people, Models(MASTER, SPENDING), on) == [
        Predicted(0.72939, 0.459003, Decimal("26.87"), Decimal("39.83")),
        Predicted(1.0, 0.071935, Decimal("35.83"), Decimal("8.73")),
    ]
    assert [one.clv for one in predict(people, Models(MASTER), on)] == [None, None]
    assert predict([], Models(MASTER), on) == []
    with pytest.raises(CannotFit):
        fit(base_of(people[1:], on))


def base_of(people: Iterable[Purchases], on: date) -> Base:
    base = Base(on)
    for one in people:
        base.add(one)
    return base


@pytest.mark.parametrize("seed", range(5))
def test_a_base_that_is_counted_as_it_comes_gives_the_parameters_of_all_its_histories(seed: int) -> None:
    """To the last digit those of every history by itself, whatever the order in which people come."""
    chance, on = random.Random(seed), date(2026, 3, 1)
    people = []
    for _ in range(2_000):
        first = on - timedelta(days=chance.randrange(1, 500))
        times = chance.choice((1, 1, 1, 2, 3, 7))
        last = first + timedelta(days=chance.randrange((on - first).days + 3)) if times > 1 else first
        net = Decimal(chance.randrange(-100, 30_000)) / 100 * (times - 1)
        people.append(Purchases(times, first, last, net))
    x, tx, t, m = columns(people, on)
    assert len(base_of(people, on).lives) < len(people)
    whole = Models(bgnbd.fit(x, tx, t), gamma_gamma.fit(x, m))
    chance.shuffle(people)
    assert fit(base_of(iter(people), on)) == whole
    weights = np.unique(np.column_stack([x, tx, t]), axis=0, return_counts=True)[1]
    assert bgnbd.counted(np.column_stack([x, tx, t]), None)[1].tolist() == weights.tolist()
