"""CUTS: where a base is cut into equal parts, kept as values, so that one person is placed without looking at others.

The cut at a share is the smallest value that at least this share of the base does not exceed. Equal values are never
parted: whoever has the same stands in the same part, the lowest that one of them would be in. The price: parts are as
equal as the values let them be, and where half of all bought once, the second part of five may be empty.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

FIFTHS = (20, 40, 60, 80)  # percent
WHOLE = tuple(range(1, 100))


def rank(percent: int, count: int) -> int:
    """The place, from 1, of the value at which `percent` of `count` values in rising order are cut."""
    return max(1, -(-percent * count // 100))


def cut(ordered: Sequence[Any], percents: Sequence[int] = FIFTHS) -> tuple[Any, ...]:
    """The cuts of values in rising order; none of an empty base."""
    return tuple(ordered[rank(percent, len(ordered)) - 1] for percent in percents) if ordered else ()


def part(value: Any, cuts: Sequence[Any]) -> int:
    """Which part the value is in, from 1 to one more than there are cuts: how many cuts lie below it, and one."""
    return bisect_left(cuts, value) + 1
