"""RATES: how many messages may leave a second, a minute or an hour, as a bucket of tokens.

A bucket holds at most `burst` tokens and fills at the rate; every message takes one. So within any time no more leave
than rate × time + burst, whoever takes them and however often they ask. Whole numbers all the way: nothing is rounded.

Pure: the bucket and the time are facts; `messaging/tokens.py` keeps them for all workers, one row a bucket.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Per = Literal["second", "minute", "hour"]
MICROSECOND = timedelta(microseconds=1)
SPANS: dict[Per, timedelta] = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
}
# A token in the unit that buckets count in: of every rate, a microsecond fills a whole number of them.
TOKEN = timedelta(hours=1) // MICROSECOND
MOST = 1_000_000  # messages, of a rate and of a burst: a full bucket still fits into 64 bits


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `messages` per second, minute or hour; after a rest, `burst` at once."""

    messages: int
    per: Per
    burst: int

    def __post_init__(self) -> None:
        for what, number in (("messages", self.messages), ("burst", self.burst)):
            if not 1 <= number <= MOST:
                raise ValueError(f"a rate's {what} go from 1 to {MOST}, got {number}")

    @property
    def filling(self) -> int:
        """Units a microsecond."""
        return self.messages * (TOKEN // (SPANS[self.per] // MICROSECOND))


@dataclass(frozen=True, slots=True)
class Bucket:
    """`level`, in units, as it was `at` a moment. One that was never used is full."""

    level: int
    at: datetime


def at(bucket: Bucket | None, rate: Rate, now: datetime) -> Bucket:
    """The bucket as it is now. A clock that is behind the last one fills nothing, and takes nothing away."""
    full = rate.burst * TOKEN
    if bucket is None:
        return Bucket(full, now)
    passed = max((now - bucket.at) // MICROSECOND, 0)
    return Bucket(min(full, bucket.level + passed * rate.filling), max(now, bucket.at))


def tokens(bucket: Bucket) -> int:
    """Whole tokens in it."""
    return max(bucket.level // TOKEN, 0)


def taken(bucket: Bucket, count: int) -> Bucket:
    """With `count` fewer. ValueError where there are not so many: nothing is lent."""
    if not 0 <= count <= tokens(bucket):
        raise ValueError(f"{count} tokens asked of a bucket that has {tokens(bucket)}")
    return replace(bucket, level=bucket.level - count * TOKEN)


def given_back(bucket: Bucket, rate: Rate, count: int) -> Bucket:
    """With `count` more, up to full."""
    return replace(bucket, level=min(rate.burst * TOKEN, bucket.level + count * TOKEN))


def next_at(bucket: Bucket, rate: Rate, count: int = 1) -> datetime:
    """When there will be `count` tokens, at most a full bucket, if nobody takes one before."""
    lacking = min(count, rate.burst) * TOKEN - bucket.level
    return bucket.at + max(-(-lacking // rate.filling), 0) * MICROSECOND


def time_for(count: int, bucket: Bucket, rate: Rate) -> timedelta:
    """How long `count` messages take from the bucket's moment on, if nothing else goes: the last one's wait."""
    lacking = count * TOKEN - bucket.level
    return max(-(-lacking // rate.filling), 0) * MICROSECOND
