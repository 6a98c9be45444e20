"""WITHDRAW: what somebody no longer allows is recorded, and what was waiting under it is cancelled, in one commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from orchestrator.consents.models import ConsentState
from orchestrator.consents.record import Statement, default_brand_id, of_survivors, record_locked
from orchestrator.domain.zones import as_instant
from orchestrator.messaging.cancel import stop

Place = tuple[int | None, str, str, datetime | None]  # brand, channel, topic, when


def record(statements: Sequence[Statement], now: datetime) -> int:
    """Record what people said and cancel at once what they no longer allow; answers how many were cancelled.

    Locks in the order of the house: customers by id, then messages by id. A message that a worker is preparing is
    left to the gate, which waits for the same customers and then sees the withdrawal; one that is with its provider
    has left before it, as their numbers show.
    """
    with transaction.atomic():
        statements = of_survivors(statements)
        record_locked(statements, now)
        return stop(list(_forbidden(statements, now)), now)


def _forbidden(statements: Sequence[Statement], now: datetime) -> Iterator[tuple[Q, str]]:
    """The marketing messages planned before each withdrawal, and the reason to cancel them for."""
    withdrawn: dict[Place, set[int]] = defaultdict(set)
    for one in statements:
        if one.state == ConsentState.WITHDRAWN and one.purpose == "marketing":
            withdrawn[one.brand_id, one.channel, one.topic, one.recorded_at].add(one.customer_id)
    for (brand, channel, topic, said_at), customers in withdrawn.items():
        at = min(as_instant(said_at), now) if said_at else now
        which = Q(
            customer__in=customers,
            brand=brand or default_brand_id(),
            channel=channel,
            purpose="marketing",
            created_at__lte=at,
        )
        if topic:
            yield which & Q(topic=topic), "topic_unsubscribed"
        else:
            yield which, "consent_withdrawn"
