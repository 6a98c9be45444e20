"""GROUPS: which messages pass the gate together, and how many of them are at their provider at a time.

What the gate asks and the settlement writes is mostly for the whole group, so a group is as large as can be handed off
while the gate's word is fresh. To a class N provider it goes in parts, each noted before the next leaves: whoever dies
leaves one part in doubt, whatever the group's size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from orchestrator import registry
from orchestrator.domain.outbox import ProviderClass, Settle
from orchestrator.messaging.gate import Ready
from orchestrator.messaging.handoff import FRESH_FOR, group_size
from orchestrator.messaging.settle import class_of, wish
from orchestrator.sdk.value import value

AT_MOST = 500
# A kill leaves at most so many messages of a class N provider unknown; where a message is rather sent twice than not
# at all, one is in doubt.
CLASS_N_PART = 50
UNTRIED = 50  # of a provider whose pace is not known yet
# Of the time for which the gate's word is fresh, as much is planned for; what takes longer is asked about again.
PLANNED_FOR = FRESH_FOR / 2


@value
class Group:
    """Messages for one provider that are gated together, and how many of them it is given at a time."""

    provider: str
    part: int
    members: list[Ready]


class Pace:
    """How long the provider's last group took for a message, in this process: what slow ones get is gated in small groups."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def took(self, provider: str, messages: int, seconds: float) -> None:
        """So many messages were handed off in as many seconds."""
        if messages:
            self._seconds[provider] = seconds / messages

    def room(self, provider: str, part: int) -> int:
        """How many to gate together, a part at least."""
        each = self._seconds.get(provider)
        if each is None:
            return max(part, UNTRIED)
        return max(part, min(AT_MOST, int(PLANNED_FOR / each)) if each else AT_MOST)


def groups(ready: Sequence[Ready], pace: Pace) -> Iterator[Group]:
    """By provider and by what is wished of it, in order; the pace is asked for each group when its turn has come."""
    by_kind: dict[tuple[str, Settle], list[Ready]] = defaultdict(list)
    for one in ready:
        by_kind[one.provider, wish(one.message.purpose)].append(one)
    for (provider, kind), members in by_kind.items():
        part, start = part_size(provider, kind), 0
        while start < len(members):
            size = pace.room(provider, part)
            yield Group(provider, part, members[start : start + size])
            start += size


def part_size(provider: str, kind: Settle) -> int:
    """How many messages a provider is given at a time: what it takes at once, and no more than its class allows."""
    found = registry.current().providers.get(provider)
    if class_of(found) is not ProviderClass.NEITHER:
        return group_size(found)
    return min(group_size(found), most_in_doubt(kind))


def most_in_doubt(kind: Settle) -> int:
    """How many of a class N provider's messages a dead worker may have been handing off."""
    return 1 if kind is Settle.AT_LEAST_ONCE else CLASS_N_PART
