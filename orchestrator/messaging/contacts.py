"""CONTACTS: what scores need of messages, which stand above them: how many reached whom, and what a channel costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from orchestrator import registry
from orchestrator.domain.outbox import SENT
from orchestrator.messaging.models import Message, PastMessage, Price
from orchestrator.segments.scoring.histories import bring
from orchestrator.store.prepared import Given, prepared


def handle() -> None:
    """Let scores know."""
    bring(sent, cheapest)


def sent(customers: Collection[int], now: datetime) -> Mapping[int, Mapping[str, int]]:
    """How many messages were handed over by `now`, by customer and channel; trials are none.

    What the system before us has sent is among them: its answers are among the events, and a rate needs both.
    """
    answer: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for query in (_sent(), _sent_before_us()):
        for customer, channel, count in query.rows(customers=customers, now=now):
            answer[customer][channel] += count
    return answer


def cheapest() -> Sequence[str]:
    """The channels in the order of their least price; one without a price costs nothing."""
    least = dict(Price.objects.order_by("-amount").values_list("channel", "amount"))
    channels = {*registry.current().channels, *least}
    return sorted(channels, key=lambda name: (least.get(name, Decimal(0)), name))


@prepared
def _sent() -> QuerySet[Any]:
    messages = Message.objects.filter(
        customer_id__among=Given("customers"),
        state__in=list(SENT),
        handed_off_at__lte=Given("now"),
        test=False,
    )
    return messages.order_by().values_list("customer_id", "channel").annotate(count=Count("id"))


@prepared
def _sent_before_us() -> QuerySet[Any]:
    past = PastMessage.objects.filter(customer_id__among=Given("customers"), sent_at__lte=Given("now"))
    return past.order_by().values_list("customer_id", "channel").annotate(count=Count("id"))
