"""The intervals of shares, against the tables of those who published them."""

from __future__ import annotations

import pytest

from orchestrator.domain.shares import difference, interval

# Newcombe R. G., Statistics in Medicine 17 (1998), 857-872, table I, method 3: hits, of, low, high.
WILSON = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
# The same, 873-890, table II, method 10: hits, of, hits, of, low, high.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("hits", "of", "low", "high"), WILSON)
def test_a_share_is_as_sure_as_it_was_published(hits: int, of: int, low: float, high: float) -> None:
    assert tuple(round(end, 4) for end in interval(hits, of)) == (low, high)


@pytest.mark.parametrize(("hits", "of", "other", "of_other", "low", "high"), NEWCOMBE)
def test_a_difference_is_as_sure_as_it_was_published(
    hits: int, of: int, other: int, of_other: int, low: float, high: float
) -> None:
    assert tuple(round(end, 4) for end in difference(hits, of, other, of_other)) == (low, high)


@pytest.mark.parametrize("row", NEWCOMBE)
def test_a_difference_turned_round_is_its_own_opposite(
    row: tuple[int, int, int, int, float, float],
) -> None:
    hits, of, other, of_other, _, _ = row
    low, high = difference(hits, of, other, of_other)
    assert difference(other, of_other, hits, of) == pytest.approx((-high, -low), abs=1e-12)


def test_of_nobody_everything_is_possible() -> None:
    assert interval(0, 0) == (0.0, 1.0)
    assert difference(0, 0, 5, 10) == difference(5, 10, 0, 0) == (-1.0, 1.0)
