"""ZONES: a zone that is none is told once, and a zone that changed lets what is held be looked at anew."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from orchestrator.domain.gate_facts import Facts
from orchestrator.domain.outbox import State
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.messaging.facts import read_people, zone_of
from orchestrator.messaging.models import Message
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

REJECTED = "data.zone_rejected"


def tell_rejected(people: Mapping[int, Facts], now: datetime) -> None:
    """An event for each of these people (customer -> facts) whose zone or country is none; for each value once.

    The message goes by the next rung all the same: this is for whoever looks after the data.
    """
    events = [_event(customer, facts, now) for customer, facts in people.items() if facts.zone_rejected]
    if events:
        record_events(events, now)


def _event(customer: int, facts: Facts, now: datetime) -> NewEvent:
    values = list(facts.zone_rejected)
    told = hashlib.sha256("\n".join(values).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    properties = {"rejected": values, "used": facts.zone.key, "known_by": str(facts.zone_rung)}
    return NewEvent(customer, REJECTED, now, f"{REJECTED}:{customer}:{told}", properties=properties)


def look_again(customers: Collection[int], now: datetime) -> int:
    """Messages held by the clock of another zone than their people's are due now; answers how many.

    The gate decides them anew, so what is still not allowed is held on by the right clock, and nothing leaves
    before now. Call it inside a transaction.
    """
    held = _held().rows(customers=customers, now=now)
    if not held:
        return 0
    people, workspace = read_people({customer for _, customer, _ in held}), Workspace.get()
    moved = [id_ for id_, customer, zone in held if zone_of(people.get(customer), workspace).zone.key != zone]
    return Message.objects.filter(id__in=moved, state=State.PLANNED).update(due_at=now)


@prepared
def _held() -> QuerySet[Any]:
    """Locked by id; what a worker has is left to it, since the gate reads the zone anew."""
    held = Message.objects.filter(
        customer_id__among=Given("customers"),
        state=State.PLANNED,
        first_held_at__isnull=False,
        due_at__gt=Given("now"),
    )
    locked = held.order_by("id").select_for_update(skip_locked=True)
    return locked.values_list("id", "customer_id", "zone")
