"""What people bought, by group: one statement for a batch of customers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.replenishment import groups
from orchestrator.events.models import Event
from orchestrator.events.net import net
from orchestrator.journeys.history import with_amount
from orchestrator.store.prepared import Given, prepared

REMEMBERED = timedelta(days=730)  # habits change; and nobody's purchases are read without end


@dataclass(slots=True)
class Bought:
    """One person's purchases of one group: when, and the properties of the last."""

    times: list[datetime] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)


def purchases(
    trigger: ReplenishmentTrigger, customers: Collection[int], now: datetime
) -> dict[tuple[int, str], Bought]:
    """By customer and group, those of the last two years that stand. A negative amount is a return, and no purchase."""
    answer: dict[tuple[int, str], Bought] = {}
    rows = _events().rows(customers=list(customers), event=trigger.event, now=now, since=now - REMEMBERED)
    found = net(trigger.event, customers, now)
    for customer, id_, at, plain, amount in rows:
        properties = with_amount(plain, found.worth(id_, amount))
        if not found.stands(id_) or not all_match(trigger.where, properties):
            continue
        for part in groups(properties.get(trigger.by)) if trigger.by else ("",):
            bought = answer.setdefault((customer, part), Bought())
            bought.times.append(at)
            bought.properties = properties
    return answer


@prepared
def _events() -> QuerySet[Any]:
    """Oldest first, so that the last one read is the last."""
    named = Event.objects.filter(
        Q(amount=None) | Q(amount__gte=0),
        customer_id__among=Given("customers"),
        name=Given("event"),
        occurred_at__gte=Given("since"),
        occurred_at__lte=Given("now"),
    )
    return named.order_by("occurred_at", "id").values_list(
        "customer_id", "id", "occurred_at", "properties", "amount"
    )
