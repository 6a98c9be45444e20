"""CLAIM: take due messages for one worker. The first of the three commits of a delivery.

Without rate limits, the oldest of each lane are asked for and `domain/lanes.py` chooses. With one, every channel is
asked for no more than it has tokens for: what there is no token for is not claimed, stays due, and costs nothing.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from orchestrator.domain import rates
from orchestrator.domain.lanes import LANES, Waiting, chosen
from orchestrator.domain.outbox import State
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.messaging.rows import Claimed, read
from orchestrator.messaging.tokens import Limit, Tokens, enabled, failing_now, locked, over
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.halt import halted_at

LEASE = timedelta(seconds=60)
CRASHES_BEFORE_ALONE = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """When a claim is made, since when all sending is halted (None: it is not), and whether suspects may be taken."""

    now: datetime
    since: datetime | None
    suspects: bool

    @property
    def halted(self) -> bool:
        """Whether only what has been released since may go."""
        return self.since is not None

    @property
    def given(self) -> dict[str, datetime | None]:
        """As the statements ask for it."""
        return {"now": self.now, "since": self.since}


def claim(now: datetime, limit: int, tokens: Tokens | None = None, suspects: bool = True) -> list[Claimed]:
    """Lease at most `limit` due messages, each with a new fence; transactional ones first. `tokens`: the turn's.

    While all sending is halted, only those that somebody has released since. A message whose preparation has killed
    a worker before is taken alone, so that it can only hurt itself; without `suspects`, it is not taken at all.
    """
    with transaction.atomic():
        limits, asked = enabled(), Asked(now, halted_at(), suspects)
        ids = _limited(limits, asked, limit, tokens or Tokens()) if limits else _unlimited(asked, limit)
        if not ids:
            return []
        Message.objects.filter(id__among=ids).update(
            state=State.LEASED, fence=F("fence") + 1, claim=uuid.uuid4(), lease_until=now + LEASE
        )
        return read(ids)


def _unlimited(asked: Asked, limit: int) -> list[int]:
    # What a lane offers and does not get is free again with this commit: the price of choosing among locked rows.
    waiting = {lane: _safe(lane, limit, asked.halted).rows(**asked.given) for lane in LANES}
    found = chosen(waiting, limit)
    if not found and asked.suspects:
        found = _oldest(_suspect(lane, asked.halted).rows(**asked.given) for lane in LANES)
    return _ids(found)


def _limited(limits: Sequence[Limit], asked: Asked, limit: int, tokens: Tokens) -> list[int]:
    """Under the locks of the buckets: nobody else takes from them until this claim is committed."""
    now = asked.now
    failing, held = failing_now(limits, now), locked(one.id for one in limits)
    channels = queues.channels()
    over_channel = {channel: over(held.values(), channel, failing) for channel in channels}
    rooms = {channel: _room(over_channel[channel], now, limit) for channel in channels}
    taken = _by_channel(rooms, asked, limit) or (_one_suspect(rooms, asked) if asked.suspects else {})
    wanted: dict[int, list[int]] = defaultdict(list)
    for channel, ids in taken.items():
        for one in over_channel[channel]:
            wanted[one.id] += ids
    tokens.lease(held, wanted, now)
    return [id_ for ids in taken.values() for id_ in ids]


def _room(limits: Collection[Limit], now: datetime, limit: int) -> int:
    """How many messages of a channel may be claimed."""
    return min([limit, *(rates.tokens(one.now(now)) for one in limits)])


def _by_channel(rooms: Mapping[str, int], asked: Asked, limit: int) -> dict[str, list[int]]:
    """First each channel's choice among its own, no more than it has room for; of those, the batch."""
    channel_of: dict[Waiting, str] = {}
    offered: dict[str, list[Waiting]] = {lane: [] for lane in LANES}
    for channel, room in rooms.items():
        if not room:
            continue
        statements = {lane: _safe_over(lane, _rounded(room), asked.halted) for lane in LANES}
        waiting = {lane: one.rows(**asked.given, channel=channel)[:room] for lane, one in statements.items()}
        best = set(chosen(waiting, room))
        channel_of |= dict.fromkeys(best, channel)
        for lane, ones in waiting.items():
            offered[lane] += [one for one in ones if one in best]
    taken: dict[str, list[int]] = defaultdict(list)
    for one in chosen({lane: sorted(ones) for lane, ones in offered.items()}, limit):
        taken[channel_of[one]].append(one[1])
    return taken


def _rounded(room: int) -> int:
    """A power of two that is enough: a statement is prepared for each number, so there are to be few."""
    return 1 << (room - 1).bit_length()


def _one_suspect(rooms: Mapping[str, int], asked: Asked) -> dict[str, list[int]]:
    for channel, room in rooms.items():
        suspects = (_suspect_over(lane, asked.halted).rows(**asked.given, channel=channel) for lane in LANES)
        found = room and _oldest(suspects)
        if found:
            return {channel: _ids(found)}
    return {}


def _oldest(lanes: Any) -> list[Waiting]:
    return sorted(one for found in lanes for one in found)[:1]


def _ids(ones: Sequence[Waiting]) -> list[int]:
    return [id_ for _, id_ in ones]


@prepared
def _safe(lane: str, limit: int, halted: bool) -> QuerySet[Any]:
    return _due(queues.lane(lane), halted).filter(crash_count__lt=CRASHES_BEFORE_ALONE)[:limit]


@prepared
def _suspect(lane: str, halted: bool) -> QuerySet[Any]:
    return _due(queues.lane(lane), halted)[:1]


@prepared
def _safe_over(lane: str, limit: int, halted: bool) -> QuerySet[Any]:
    waiting = _due(queues.of_channel(Given("channel"), lane), halted)
    return waiting.filter(crash_count__lt=CRASHES_BEFORE_ALONE)[:limit]


@prepared
def _suspect_over(lane: str, halted: bool) -> QuerySet[Any]:
    return _due(queues.of_channel(Given("channel"), lane), halted)[:1]


def _due(rows: QuerySet[Message], halted: bool) -> QuerySet[Any]:
    due = rows.filter(due_at__lte=Given("now")).order_by("due_at", "id")
    if halted:
        due = due.filter(released_at__isnull=False, released_at__gte=Given("since"))
    return due.select_for_update(skip_locked=True).values_list("due_at", "id")
