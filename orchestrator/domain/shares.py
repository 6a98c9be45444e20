"""How far a share seen in a sample may be from the share of all."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959964


def interval(hits: int, of: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's interval of a share, from 0 to 1, which 95 samples of 100 keep; of nothing, everything is possible."""
    if of <= 0:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return (0.0 if hits == 0 else max(middle - half, 0.0)), (1.0 if hits == of else min(middle + half, 1.0))


def difference(hits: int, of: int, other_hits: int, of_other: int, z: float = Z95) -> tuple[float, float]:
    """The interval of one share less another, from -1 to 1, of two samples that have nothing to do with each other.

    Newcombe's hybrid of two Wilson intervals: Newcombe R. G., "Interval estimation for the difference between
    independent proportions", Statistics in Medicine 17 (1998), 873-890, method 10.
    """
    low, high = interval(hits, of, z)
    other_low, other_high = interval(other_hits, of_other, z)
    if of <= 0 or of_other <= 0:
        return -1.0, 1.0
    one, other = hits / of, other_hits / of_other
    below = sqrt((one - low) ** 2 + (other_high - other) ** 2)
    above = sqrt((high - one) ** 2 + (other - other_low) ** 2)
    return max(one - other - below, -1.0), min(one - other + above, 1.0)
