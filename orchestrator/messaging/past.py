"""PAST: what the system before us has sent to people; stored once, and counted by the gate as what we have sent.

A row has no state that could change, so nobody has to lock one. The customers are locked when rows are stored, as with
everything that changes what somebody may get: a hand-off has seen them, or was before them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, CharField, ExpressionWrapper, F, QuerySet, Value

from orchestrator.consents.record import default_brand_id
from orchestrator.customers.addresses import digest
from orchestrator.customers.survivors import lock_survivors
from orchestrator.domain.frequency import Counted
from orchestrator.domain.policy import MARKETING
from orchestrator.messaging.models import PastMessage
from orchestrator.sdk.value import value
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared


@value
class NewPast:
    """One message as the old system tells of it. `name`: what names it there for good, of which a keyed hash is kept."""

    customer_id: int
    system: str
    name: str
    channel: str
    sent_at: datetime
    address_digest: str = ""
    purpose: str = MARKETING
    topic: str = ""
    title: str = ""
    brand_id: int | None = None


def key_of(system: str, name: str) -> str:
    """By what a message of an old system is known again, and from which nobody can guess whom it was for."""
    return digest("past message", f"{system}\0{name}")


def record(messages: Sequence[NewPast], now: datetime) -> int:
    """Store these; answers how many were new. One that is stored already, or comes of later than now, is left out.

    Of somebody merged meanwhile it is their survivor's. In one transaction: in that of your own, save people before.
    """
    with transaction.atomic():
        known = lock_survivors({one.customer_id for one in messages})
        brand = default_brand_id() if messages else 0
        rows = {
            key: (
                key, known[one.customer_id], one.brand_id or brand, one.system, one.channel, one.purpose, one.topic,
                one.title[:200], one.sent_at, one.address_digest, now,
            )
            for one in messages
            if one.customer_id in known and one.sent_at <= now
            for key in [key_of(one.system, one.name)]
        }  # fmt: skip
        ordered = [rows[key] for key in sorted(rows)]
        return len(bulk.insert(PastMessage, _COLUMNS, ordered, ignore_conflicts=True, returning=("id",)))


_COLUMNS = (
    "key", "customer", "brand", "system", "channel", "purpose", "topic", "title", "sent_at", "address_digest", "stored_at",
)  # fmt: skip


def counted(customers: Collection[int], since: datetime) -> Iterator[tuple[int, Counted]]:
    """What counts of these people, for whoever shows how full a cap is."""
    rows = _counted_since().rows(customers=customers, since=since)
    for _id, customer, _address, at, channel, topic, brand, system in rows:
        yield customer, Counted(at, channel, topic, str(brand), system)


@prepared
def _counted_since() -> QuerySet[Any]:
    return past_counted().filter(customer_id__among=Given("customers"))


OURS = Value("", CharField())  # in the place of the system that sent it: we did


def past_counted() -> QuerySet[Any]:
    """What counts since `since`, in the columns of the gate's own count. Its numbers are below 0: no message of ours has them."""
    past = PastMessage.objects.filter(sent_at__gt=Given("since"), purpose=MARKETING)
    number = ExpressionWrapper(F("id") * -1, BigIntegerField())
    columns = ("customer_id", "address_digest", "sent_at", "channel", "topic", "brand_id", "system")
    return past.values_list(number, *columns)
