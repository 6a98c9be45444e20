"""TURNS: what is due and may go, where rate limits say that not all of it may; and when the next of it may.

Read without a lock, to know whether looking is worth it: who claims decides anew, under the buckets' locks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.domain import rates
from orchestrator.domain.lanes import LANES
from orchestrator.messaging import queues
from orchestrator.messaging.models import Message
from orchestrator.messaging.tokens import Limit, enabled, failing_now, next_tokens, over
from orchestrator.store.prepared import Given, prepared

MOST_COUNTED = 1_000_000


def ready_lanes(now: datetime) -> frozenset[str]:
    """The lanes of which something is due over a channel that has tokens, or needs none."""
    limits = enabled()
    failing = failing_now(limits, now)
    open_ = [channel for channel in queues.channels() if _room(limits, channel, failing, now) != 0]
    found = {lane: [at for channel in open_ for at in _first(lane).column(channel=channel)] for lane in LANES}
    return frozenset(lane for lane, moments in found.items() if moments and min(moments) <= now)


def ready_count(now: datetime, most: int) -> int:
    """How many messages may be claimed now, counted no further than `most`."""
    limits = enabled()
    if not limits:
        return queues.due(now)[:most].count()
    failing, count = failing_now(limits, now), 0
    for channel in queues.channels():
        room = _room(limits, channel, failing, now)
        bound = most if room is None else min(most, room)
        count += queues.count_over(channel, now, bound)
    return min(count, most)


def next_turn() -> datetime | None:
    """When the next message may be claimed, due or still to come due; None where none is waiting.

    As if no provider were down: where one is, another may take its messages sooner.
    """
    limits, moments = enabled(), list[datetime]()
    for channel in queues.channels():
        due = [at for lane in LANES for at in _first(lane).column(channel=channel)]
        tokens = next_tokens(limits, channel, frozenset())
        if due:
            moments.append(min(due) if tokens is None else max(min(due), tokens))
    return min(moments, default=None)


@dataclass(frozen=True, slots=True)
class Turn:
    """Why a message that is due has not been claimed: the limit, and how many go before it or with it."""

    limit: Limit
    place: int
    expected_at: datetime


def turn_of(message: Message, now: datetime) -> Turn | None:
    """The turn that a due message waits for; None where no limit keeps it. Counted no further than `MOST_COUNTED`."""
    if message.state not in queues.CLAIMABLE or message.due_at > now:
        return None
    limits = enabled()
    holding = over(limits, message.channel, failing_now(limits, now)) if limits else []
    if not holding:
        return None
    earlier = Q(due_at__lt=message.due_at) | Q(due_at=message.due_at, id__lte=message.pk)
    lanes = LANES[: LANES.index(message.purpose)]
    before = queues.over(message.channel, now).filter(
        Q(purpose__in=lanes) | (earlier & Q(purpose=message.purpose))
    )
    place = before[:MOST_COUNTED].count()
    waits = [(one.now(now), one) for one in holding]
    expected, limit = max(
        ((bucket.at + rates.time_for(place, bucket, one.rate), one) for bucket, one in waits),
        key=lambda pair: pair[0],
    )
    return Turn(limit, place, expected) if expected > now else None


@dataclass(frozen=True, slots=True)
class Line:
    """What waits for a limit: how many messages, counted no further than `MOST_COUNTED`, and when the last is gone."""

    count: int
    gone_at: datetime


def line_of(limit: Limit, now: datetime) -> Line:
    """Everything that is due over the limit's channel."""
    count = queues.count_over(limit.channel, now, MOST_COUNTED)
    bucket = limit.now(now)
    return Line(count, bucket.at + rates.time_for(count, bucket, limit.rate))


def _room(limits: list[Limit], channel: str, failing: frozenset[str], now: datetime) -> int | None:
    """Tokens there are for a channel; None where it needs none."""
    return min((rates.tokens(one.now(now)) for one in over(limits, channel, failing)), default=None)


@prepared
def _first(lane: str) -> QuerySet[Any]:
    return queues.of_channel(Given("channel"), lane).order_by("due_at", "id").values_list("due_at")[:1]
