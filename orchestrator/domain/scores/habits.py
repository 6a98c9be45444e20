"""HABITS: whether somebody waits for a lower price, and whether they buy in one season alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from orchestrator.domain.scores.orders import Line

FEWEST = 3  # orders that say anything
SEASONS = ("winter", "spring", "summer", "autumn")  # December to February, and so on
SHARE = 0.8  # of the purchases, in one season


def discount_share(orders: Sequence[Line]) -> float | None:
    """The share, 0 to 1, of orders at a lower price; None below three orders."""
    if len(orders) < FEWEST:
        return None
    return round(sum(one.discounted for one in orders) / len(orders), 4)


def season(days: Collection[date]) -> str:
    """The season in which four of five purchases fall, of three at least and in two different years of it; else "".

    December belongs to the winter of the year that follows.
    """
    seen = Counter(SEASONS[day.month % 12 // 3] for day in days)
    if sum(seen.values()) < FEWEST:
        return ""
    name, often = max(seen.items(), key=lambda one: one[1])
    mine = [day for day in days if SEASONS[day.month % 12 // 3] == name]
    years = {day.year + (day.month == 12) for day in mine}
    return name if often >= SHARE * sum(seen.values()) and len(years) > 1 else ""
