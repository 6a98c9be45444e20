"""CHANGE: set attributes of customers and give or take tags, whatever else is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.customers.locks import lock
from orchestrator.customers.models import Customer
from orchestrator.store import bulk, doorbells
from orchestrator.store.prepared import Given, prepared

TAGS = "tags"


@dataclass(frozen=True, slots=True)
class NewFacts:
    """What becomes true of a customer: attributes (None removes one), tags given and tags taken."""

    customer_id: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


def change(facts: Sequence[NewFacts], now: datetime) -> int:
    """Write these in the order given; answers how many customers are not as they were.

    The customers are locked, by id; erased and merged ones are left alone.
    """
    if not facts:
        return 0
    with transaction.atomic():
        known: dict[int, dict[str, Any]] = dict(
            _attributes().rows(ids=lock({one.customer_id for one in facts}))
        )
        changed = dict(known)
        for one in facts:
            if one.customer_id in changed:
                changed[one.customer_id] = _after(changed[one.customer_id], one)
        rows = [(id_, after, now, True) for id_, after in changed.items() if after != known[id_]]
        bulk.update(Customer, ("attributes", "updated_at", "changed_pending"), rows)
        if rows:
            doorbells.ring(doorbells.WALK)
    return len(rows)


@prepared
def _attributes() -> QuerySet[Any]:
    there = Customer.objects.filter(id__among=Given("ids"), erased_at=None, merged_into=None)
    return there.values_list("id", "attributes")


def _after(attributes: Mapping[str, Any], facts: NewFacts) -> dict[str, Any]:
    after = {**attributes, **facts.attributes}
    if facts.add_tags or facts.remove_tags:
        had = attributes.get(TAGS)
        tags = {str(tag) for tag in had} if isinstance(had, list) else set()
        after[TAGS] = sorted((tags | set(facts.add_tags)) - set(facts.remove_tags)) or None
    return {name: value for name, value in after.items() if value is not None}
