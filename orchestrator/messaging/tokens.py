"""TOKENS: the buckets of the rate limits, one row each, for all workers together.

Whoever claims messages of a limited channel leases a token for each, under the bucket's lock, and gives back those of
messages that did not leave after all. A worker that dies gives none back: the bucket fills again by itself. Rows of
limits are locked before messages and never after them, by id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from orchestrator import registry
from orchestrator.domain import rates
from orchestrator.domain.gate_facts import Evidence, Outcome, Verdict
from orchestrator.domain.rates import Bucket, Per, Rate
from orchestrator.messaging.breakers import Breakers
from orchestrator.messaging.models import RateLimit
from orchestrator.store import bulk
from orchestrator.store.prepared import prepared

_COLUMNS = ("id", "channel", "provider", "messages", "per", "burst", "level", "filled_at")


@dataclass(frozen=True, slots=True)
class Limit:
    """An enabled limit with its bucket. `provider`: "" for all of the channel's."""

    id: int
    channel: str
    provider: str
    rate: Rate
    bucket: Bucket | None

    def now(self, now: datetime) -> Bucket:
        """Its bucket, filled up to now."""
        return rates.at(self.bucket, self.rate, now)


class Tokens:
    """What one turn has leased: from each limit, for which messages."""

    def __init__(self) -> None:
        self._leased: dict[int, set[int]] = defaultdict(set)

    def lease(
        self, limits: Mapping[int, Limit], wanted: Mapping[int, Collection[int]], now: datetime
    ) -> None:
        """Take a token for each message, by the limit's id; the limits have been locked, and have so many."""
        _write({id_: rates.taken(limits[id_].now(now), len(ids)) for id_, ids in wanted.items() if ids})
        for id_, ids in wanted.items():
            self._leased[id_].update(ids)

    def admit(self, going: Mapping[int, str], now: datetime) -> dict[int, Verdict]:
        """Messages with the providers they are to go by; answers those that have to wait for one, and until when.

        Mostly all have their tokens since the claim. Whoever goes by another provider than was to be expected then
        needs one of that provider's.
        """
        late = {
            limit.id: [
                id_ for id_, name in going.items() if name == limit.provider and not self._has(limit, id_)
            ]
            for limit in enabled()
            if limit.provider
        }
        if not any(late.values()):
            return {}
        with transaction.atomic():
            limits = locked([id_ for id_, ids in late.items() if ids])
            wanted = {id_: late[id_][: rates.tokens(limit.now(now))] for id_, limit in limits.items()}
            self.lease(limits, wanted, now)
        return {
            one: _turn(limits[id_], place, len(wanted[id_]), now)
            for id_ in limits
            for place, one in enumerate(late[id_][len(wanted[id_]) :], start=1)
        }

    def give_back(self, went: Mapping[int, str], now: datetime) -> None:
        """What was leased for messages that did not leave, or not by the limit's provider."""
        if not any(self._leased.values()):
            return
        with transaction.atomic():
            limits = locked(self._leased)
            unused = {id_: self._unused(limit, went) for id_, limit in limits.items()}
            _write(
                {
                    id_: rates.given_back(limits[id_].now(now), limits[id_].rate, count)
                    for id_, count in unused.items()
                    if count
                }
            )
        self._leased.clear()

    def _has(self, limit: Limit, message: int) -> bool:
        return message in self._leased[limit.id]

    def _unused(self, limit: Limit, went: Mapping[int, str]) -> int:
        used = sum(1 for id_ in self._leased[limit.id] if id_ in went and limit.provider in ("", went[id_]))
        return len(self._leased[limit.id]) - used


def evidence(limit: Limit) -> Evidence:
    """What a message that waits its turn is told by: "10 a second over sms"."""
    told = {"messages": limit.rate.messages, "per": limit.rate.per, "channel": limit.channel}
    return told | ({"provider": limit.provider} if limit.provider else {})


def _turn(limit: Limit, place: int, taken: int, now: datetime) -> Verdict:
    """Held until as many tokens have come as stand before it: one look more, mostly, and not one a second."""
    left = rates.taken(limit.now(now), taken)
    until = left.at + rates.time_for(place, left, limit.rate)
    return Verdict(Outcome.HOLD, "rate_limited", until, evidence(limit), check=14)


def enabled() -> list[Limit]:
    """The limits that hold: one small query."""
    return [_limit(*row) for row in _enabled().rows()]


def locked(ids: Iterable[int]) -> dict[int, Limit]:
    """These limits, locked by id until the transaction ends, as they are once they are."""
    rows = RateLimit.objects.filter(id__in=sorted(ids)).order_by("id").select_for_update()
    return {row[0]: _limit(*row) for row in rows.values_list(*_COLUMNS)}


def over(limits: Iterable[Limit], channel: str, failing: frozenset[str]) -> list[Limit]:
    """Those that a message over this channel is expected to need a token of: the channel's, and its provider's."""
    usual = expected_provider(channel, failing)
    return [one for one in limits if one.channel == channel and one.provider in ("", usual)]


def expected_provider(channel: str, failing: frozenset[str]) -> str:
    """The one that messages over a channel go by just now; "" while most go to the mailbox."""
    if "*" not in {entry.strip() for entry in settings.DELIVERY_ALLOWLIST}:
        return ""
    return registry.current().choose_provider(channel, failing) or ""


def next_tokens(limits: Collection[Limit], channel: str, failing: frozenset[str]) -> datetime | None:
    """When a message over this channel may go at the earliest; None: at once, nothing has been taken."""
    moments = [rates.next_at(one.bucket, one.rate) for one in over(limits, channel, failing) if one.bucket]
    return max(moments, default=None)


def failing_now(limits: Iterable[Limit], now: datetime) -> frozenset[str]:
    """Providers that get nothing just now; not asked where no limit is a provider's."""
    return Breakers.read(now).failing if any(one.provider for one in limits) else frozenset()


def _write(buckets: Mapping[int, Bucket]) -> None:
    rows = [(id_, bucket.level, bucket.at) for id_, bucket in buckets.items()]
    bulk.update(RateLimit, ("level", "filled_at"), rows)


def _limit(
    id_: int,
    channel: str,
    provider: str,
    messages: int,
    per: Per,
    burst: int,
    level: int | None,
    at: datetime | None,
) -> Limit:
    bucket = None if level is None or at is None else Bucket(level, at)
    return Limit(id_, channel, provider, Rate(messages, per, burst), bucket)


@prepared
def _enabled() -> QuerySet[Any]:
    return RateLimit.objects.filter(enabled=True).order_by("id").values_list(*_COLUMNS)
