"""TICKETS: how many matters a helpdesk has open with somebody, as the attribute `open_tickets`; none where there is none.

By it a guard segment holds marketing back, and an agent sees it at once. It is reckoned anew from the person's events
whenever one of a ticket comes in, so that no order of deliveries leaves it wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from orchestrator.customers.change import NewFacts, change
from orchestrator.events.models import Event

OPENED, CLOSED = "ticket.opened", "ticket.closed"
STEPS = (OPENED, CLOSED)
ATTRIBUTE = "open_tickets"


def count(customer_ids: Collection[int], now: datetime) -> None:
    """Reckon and write it for these people, after their events are committed: two queries, and a write if it changed."""
    seen: dict[tuple[int, str], set[str]] = defaultdict(set)
    rows = Event.objects.filter(customer__in=customer_ids, name__in=STEPS)
    for customer, name, properties in rows.values_list("customer", "name", "properties"):
        seen[customer, name].add(str(properties.get("ticket_id", "")))
    left = {id_: len(seen[id_, OPENED] - seen[id_, CLOSED]) for id_ in customer_ids}
    change([NewFacts(id_, {ATTRIBUTE: number or None}) for id_, number in sorted(left.items())], now)
