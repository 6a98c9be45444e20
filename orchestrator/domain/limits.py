"""LIMITS: whether there is room for one more in a journey. Pure; what it is asked of is counted under the door's lock."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.definition.limits import Limit

ENTRIES, AT_ONCE, IN_LINE = "entries", "at_once", "in_line"
PER_CUSTOMER, MOST_JOURNEYS = "per_customer", "most_journeys"
WAITED, STOPPED, FILTER = "waited", "journey_stopped", "only_if"
# What many compete for: they stand in one line, first come first served. The rest is between one person and the door.
OF_ALL = frozenset({ENTRIES, AT_ONCE, IN_LINE})


@dataclass(slots=True)
class House:
    """A journey behind its door: how many are inside, how many have come in its window, and whether others wait."""

    inside: int = 0
    entered: int = 0
    waited_for: bool = False

    def room(self, limit: Limit | None) -> int | None:
        """How many more may come in now; None for any number."""
        if limit is None:
            return None
        rooms = [limit.at_once - self.inside] if limit.at_once else []
        rooms += [limit.entries.most - self.entered] if limit.entries else []
        return max(0, min(rooms)) if rooms else None

    def take(self) -> None:
        """One more is inside."""
        self.inside, self.entered = self.inside + 1, self.entered + 1


def stopped_by(limit: Limit | None, house: House, theirs: int, most_journeys: int, journeys: int) -> str:
    """What keeps one person out, gravest first; "" if nothing does.

    `theirs`: how often they have come in, in the window of `per_customer`; `journeys`: how many others they are in.
    """
    if limit is not None and limit.per_customer is not None and theirs >= limit.per_customer.most:
        return PER_CUSTOMER
    if most_journeys and journeys >= most_journeys:
        return MOST_JOURNEYS
    if limit is None or house.room(limit) is None:
        return ""
    if limit.entries is not None and house.entered >= limit.entries.most:
        return ENTRIES
    if limit.at_once is not None and house.inside >= limit.at_once:
        return AT_ONCE
    return IN_LINE if house.waited_for else ""
