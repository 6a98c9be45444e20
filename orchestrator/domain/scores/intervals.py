"""INTERVALS: how often somebody buys, and when they will again, by the median of their own intervals.

The reckoning is that of replenishment: a purchase is a local date, and two intervals are the fewest that say anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from orchestrator.domain.replenishment import FEWEST_INTERVALS, median


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`days`: the median of so many `intervals`; `next_on`: that long after the last purchase, be it past or ahead."""

    days: int
    intervals: int
    next_on: date


def rhythm(days: Collection[date]) -> Rhythm | None:
    """Of the days on which somebody bought; None where there are fewer than two intervals."""
    ordered = sorted(set(days))
    between = sorted((later - earlier).days for earlier, later in pairwise(ordered))
    if len(between) < FEWEST_INTERVALS:
        return None
    usual = median(between)
    return Rhythm(usual, len(between), ordered[-1] + timedelta(days=usual))


def pause(days: Collection[date]) -> int | None:
    """Days between the last two purchases."""
    ordered = sorted(set(days))
    return (ordered[-1] - ordered[-2]).days if len(ordered) > 1 else None
