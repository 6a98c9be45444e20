"""RFM: how recently, how often and for how much somebody bought, each as a fifth of the base, and a name for the three.

Recency is by the last purchase's date, so that it ages by itself; frequency is the number of purchases; monetary is the
net sum. 5 is best. The name goes by recency and by the mean of the other two, rounded up: GROUPS is the whole table.
After Hughes, "Strategic Database Marketing" (1994); the names are those in common use, and where their borders lie is
ours to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orchestrator.domain.scores.cuts import cut, part

NAMES = (
    "champions", "loyal", "potential_loyalist", "new", "promising", "need_attention", "about_to_sleep", "at_risk",
    "cant_lose", "hibernating", "lost",
)  # fmt: skip
# By recency, and from the left by the mean of frequency and monetary: 1, 2, 3, 4, 5.
GROUPS: dict[int, tuple[str, ...]] = {
    5: ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
    4: ("promising", "potential_loyalist", "loyal", "loyal", "champions"),
    3: ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "at_risk"),
    1: ("lost", "lost", "at_risk", "cant_lose", "cant_lose"),
}


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the base of buyers is cut: four dates, four numbers of purchases, four sums; empty without a buyer."""

    recency: Sequence[date] = ()
    frequency: Sequence[int] = ()
    monetary: Sequence[Decimal] = ()


@dataclass(frozen=True, slots=True)
class Rfm:
    """The three fifths, 1 to 5, and the group's name."""

    recency: int
    frequency: int
    monetary: int

    @property
    def group(self) -> str:
        """One of NAMES."""
        return group(self.recency, self.frequency, self.monetary)


def group(recency: int, frequency: int, monetary: int) -> str:
    """The name for three fifths."""
    return GROUPS[recency][(frequency + monetary + 1) // 2 - 1]


def score(last_on: date, purchases: int, net: Decimal, cuts: Cuts) -> Rfm:
    """Where somebody who has bought stands. With cuts of another day: as they would have stood on it."""
    return Rfm(part(last_on, cuts.recency), part(purchases, cuts.frequency), part(net, cuts.monetary))


def cuts_of(buyers: Sequence[tuple[date, int, Decimal]]) -> Cuts:
    """Where a base is cut: (last purchase, purchases, net) of everybody in it."""
    if not buyers:
        return Cuts()
    recency, frequency, monetary = (sorted(column) for column in zip(*buyers, strict=True))
    return Cuts(cut(recency), cut(frequency), cut(monetary))
