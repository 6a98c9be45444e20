"""What becomes of two people who turn out to be one: whose values hold, which passage stays, who may not enter again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

TAGS = "tags"
MERGED = "merged"  # why the later of two passages ends
# From the freest to the strictest: who once asked for less goes on getting less.
PERSONALIZATION = ("full", "basic", "none")
OWN_LIMITS = ("", "day", "week", "month")


@dataclass(frozen=True, slots=True)
class Passing:
    """A passage through a journey as merging sees it; `customer_id` is whose it is before the merge."""

    id: int
    journey_id: int
    customer_id: int
    entry_key: str
    once_key: str | None
    active: bool
    entered_at: datetime

    @property
    def age(self) -> tuple[datetime, int]:
        """Smaller entered earlier; a total order."""
        return self.entered_at, self.id


def filled(survivor: Mapping[str, Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    """The survivor's attributes with what only the merged one had; both one's tags."""
    answer = {**merged, **survivor}
    tags = {str(tag) for one in (survivor, merged) for tag in _listed(one.get(TAGS))}
    return answer | ({TAGS: sorted(tags)} if tags else {})


def stricter(one: str, other: str, wishes: Sequence[str] = PERSONALIZATION) -> str:
    """Of two wishes, from the freest to the strictest, the one that allows less."""
    return max(one, other, key=wishes.index)


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Of two moments until which they asked for quiet the later."""
    return max(filter(None, (one, other)), default=None)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """Of two moments since which something holds the earlier."""
    return min(filter(None, (one, other)), default=None)


def doubled(passages: Iterable[Passing], into: Mapping[int, int]) -> set[int]:
    """The active passages that end: of one journey and entry key only the earliest stays."""
    stays: set[tuple[int, int, str]] = set()
    ends: set[int] = set()
    for one in sorted(passages, key=lambda one: one.age):
        place = (into.get(one.customer_id, one.customer_id), one.journey_id, one.entry_key)
        if one.active and place in stays:
            ends.add(one.id)
        elif one.active:
            stays.add(place)
    return ends


def once_keys(passages: Sequence[Passing], into: Mapping[int, int]) -> dict[int, str | None]:
    """The merged ones' passages -> the key by which each goes on to prevent another entry, now the survivor's.

    None where the survivor has such a key already: one is enough, and no two rows may hold it.
    """
    taken = {one.once_key for one in passages if one.customer_id not in into}
    answer: dict[int, str | None] = {}
    for one in sorted(passages, key=lambda one: one.age):
        if one.customer_id in into:
            key = _carried(one, into[one.customer_id])
            answer[one.id] = None if key in taken else key
            taken.add(key)
    return answer


def once_key(journey_id: int, customer_id: int, entry_key: str | None = None) -> str:
    """What no two passages share: the journey and the customer, and the entry where each may be made once."""
    key = f"{journey_id}:{customer_id}"
    return key if entry_key is None else f"{key}:{entry_key}"


def _carried(one: Passing, survivor: int) -> str | None:
    if one.once_key is None:
        return None
    of_merged = once_key(one.journey_id, one.customer_id)
    return once_key(one.journey_id, survivor) + one.once_key.removeprefix(of_merged)


def _listed(tags: Any) -> list[Any]:
    return tags if isinstance(tags, list) else []
