"""COMPLAINTS: what was called spam is counted by brand and channel, and stops marketing there; a person lets it go on.

`judge` runs with the alarms, and when a complaint has come. `domain/complaints.py` decides. The stops that are open are
written into the workspace's row in the same transaction: the gate reads that row anyway, and asks nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from orchestrator.domain import complaints as rules
from orchestrator.domain.outbox import State
from orchestrator.domain.policy import MARKETING
from orchestrator.messaging.models import ComplaintBreaker, Message, Receipt
from orchestrator.sdk.values import ReceiptKind
from orchestrator.workspace.models import Workspace

log = logging.getLogger(__name__)
Pair = tuple[int, str]  # brand, channel


@dataclass(frozen=True, slots=True)
class Rate:
    """What one brand's marketing by one channel met since then."""

    pair: Pair
    since: datetime
    complained: int
    accepted: int


def judge(now: datetime) -> list[Pair]:
    """Stop what must stop; what was stopped. Two queries, and two for each pair that has enough complaints and is open.

    Accepted messages are counted by an index, and no further than the complaints can reach.
    """
    stopping = [rate for rate in _rates(now) if rules.stops(rate.complained, rate.accepted)]
    return _stop(stopping, now) if stopping else []


def let_go_on(breaker_id: int, who: Any, now: datetime) -> bool:
    """A person lets marketing go on: what is handed off from now on is counted anew. False if somebody had already."""
    with transaction.atomic():
        _lock()
        closed = ComplaintBreaker.objects.filter(pk=breaker_id, closed_at=None).update(
            closed_at=now, closed_by=who
        )
        _write_down()
    return closed == 1


def _rates(now: datetime) -> Iterator[Rate]:
    again = _opened_again(now)
    reports = _complaints(now - rules.WINDOW).values_list("message__brand", "message__channel")
    for brand, channel, complained in reports.annotate(count=Count("message", distinct=True)).order_by():
        pair = (brand, channel)
        if not rules.enough(complained) or (pair in again and again[pair] is None):
            continue
        since = rules.since(now, again.get(pair))
        theirs = _complaints(since).filter(message__brand=brand, message__channel=channel)
        complained = theirs.aggregate(count=Count("message", distinct=True))["count"]
        accepted = Message.objects.filter(
            brand=brand, channel=channel, handed_off_at__gte=since, **_counted()
        ).order_by()[: rules.at_most(complained) + 1]
        yield Rate(pair, since, complained, accepted.count())


def _opened_again(now: datetime) -> dict[Pair, datetime | None]:
    """The pairs that were stopped: None where it still is, or when it was let go on last."""
    lately = ComplaintBreaker.objects.filter(Q(closed_at=None) | Q(closed_at__gt=now - rules.WINDOW))
    found = lately.values_list("brand", "channel").annotate(
        open_=Count("id", filter=Q(closed_at=None)), last=Max("closed_at")
    )
    return {(brand, channel): None if open_ else last for brand, channel, open_, last in found.order_by()}


def _complaints(since: datetime) -> QuerySet[Receipt]:
    """A message can only be called spam after it was handed off, so older reports need not be read."""
    return Receipt.objects.filter(
        kind=ReceiptKind.COMPLAINED,
        received_at__gte=since,
        message__handed_off_at__gte=since,
        **{f"message__{name}": value for name, value in _counted().items()},
    )


def _counted() -> dict[str, Any]:
    return {"state": State.ACCEPTED, "purpose": MARKETING, "test": False}


def _stop(rates: list[Rate], now: datetime) -> list[Pair]:
    with transaction.atomic():
        _lock()
        open_ = set(ComplaintBreaker.objects.filter(closed_at=None).values_list("brand", "channel"))
        fresh = [rate for rate in rates if rate.pair not in open_]
        ComplaintBreaker.objects.bulk_create(
            ComplaintBreaker(
                brand_id=rate.pair[0],
                channel=rate.pair[1],
                complained=rate.complained,
                accepted=rate.accepted,
                since=rate.since,
                opened_at=now,
            )
            for rate in fresh
        )
        _write_down()
    for rate in fresh:
        log.error(
            "marketing of brand %d by %s is stopped: %d of %d messages were called spam",
            *rate.pair, rate.complained, rate.accepted,
        )  # fmt: skip
    return [rate.pair for rate in fresh]


def _lock() -> None:
    """Of those who stop and let go on, one after the other."""
    Workspace.get()
    Workspace.objects.select_for_update().get(pk=1)


def _write_down() -> None:
    rows = ComplaintBreaker.objects.filter(closed_at=None).select_related("brand").order_by("id")
    stopped = {f"{one.brand_id} {one.channel}": _told(one) for one in rows}
    Workspace.objects.filter(pk=1).update(stopped=stopped)


def _told(one: ComplaintBreaker) -> dict[str, Any]:
    return {
        "brand": one.brand.name,
        "channel": one.channel,
        "complained": one.complained,
        "accepted": one.accepted,
        "counted_since": one.since.isoformat(),
        "stopped_at": one.opened_at.isoformat(),
        "breaker": one.pk,
    }
