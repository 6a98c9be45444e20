"""When a live journey lets nobody in for longer than usual: often an event was renamed where it comes from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import pairwise

KNOWN_DAYS = 7  # on fewer days with entries nobody can say what is usual
TIMES_AS_LONG = 2


def silent_for(days: Collection[date], today: date) -> int | None:
    """Answer for how many days nobody entered, if that is more than twice the longest pause there was; else None.

    `days`: those on which somebody entered, of the last weeks. A journey with few of them is never called silent.
    """
    entered = sorted(set(days))
    if len(entered) < KNOWN_DAYS:
        return None
    longest = max((later - earlier).days for earlier, later in pairwise(entered))
    silence = (today - entered[-1]).days
    return silence if silence > TIMES_AS_LONG * longest else None
