"""LANES: whose turn it is where more wait than a worker takes at once. Nobody's order waits for a campaign.

Transactional messages go first, then those to systems; each has a part of the batch that the others cannot take, and
what is left goes by age alone, so that a campaign never starves behind them either.

Pure: who waits is a fact, loaded lane by lane; `messaging/claim.py` takes what is answered here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

Waiting = tuple[datetime, int]  # (since when it is due, id): the order of age, and a total one

# Tenths of a batch that are a lane's before age counts. What is left goes by age: a fifth, of three or more.
FIRST: Mapping[str, int] = {"transactional": 6, "system": 2}
LANES = (*FIRST, "marketing")


def chosen(waiting: Mapping[str, Sequence[Waiting]], limit: int) -> list[Waiting]:
    """At most `limit` of those who wait, in the order in which they go.

    `waiting`: each lane's, the oldest first; of a lane longer than `limit`, the rest does not matter. As many are
    answered as there are, up to the limit: a place that its lane does not need is not left empty.
    """
    first: list[Waiting] = []
    for lane, tenths in FIRST.items():
        # At least one: of two places, one is not for a campaign either.
        first += waiting.get(lane, ())[: min(max(1, limit * tenths // 10), limit - len(first))]
    taken = set(first)
    others = sorted(one for lane in waiting.values() for one in lane if one not in taken)
    return first + others[: limit - len(first)]
