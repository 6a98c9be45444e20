"""Through which channels people can be reached: a usable address, consent where it is needed, no suppression."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.consents.models import Consent, ConsentState, Suppression
from orchestrator.customers.models import Address
from orchestrator.store.prepared import Given, prepared


def reachable(customer_ids: Collection[int], brand_id: int, purpose: str) -> dict[int, frozenset[str]]:
    """Channels by customer, as they are now. The gate asks again: this only chooses which channel to try first."""
    addresses = _usable().rows(customers=customer_ids)
    digests = {digest for _, _, digest in addresses}
    channels = {channel for _, channel, _ in addresses}
    suppressed = set(_suppressed().rows(brand=brand_id, channels=channels, digests=digests))
    consented = set(_consented().rows(customers=customer_ids, brand=brand_id, purpose=purpose))
    answer: dict[int, set[str]] = defaultdict(set)
    for customer, channel, digest in addresses:
        allowed = purpose != "marketing" or (customer, channel) in consented
        if allowed and (channel, digest) not in suppressed:
            answer[customer].add(channel)
    return {customer: frozenset(answer[customer]) for customer in customer_ids}


@prepared
def _usable() -> QuerySet[Any]:
    addresses = Address.objects.filter(customer_id__among=Given("customers"), invalid_at=None)
    return addresses.values_list("customer_id", "channel", "digest")


@prepared
def _suppressed() -> QuerySet[Any]:
    everywhere_or_here = Q(brand=None) | Q(brand_id=Given("brand"))
    suppressed = Suppression.objects.filter(
        everywhere_or_here, channel__among=Given("channels"), digest__among=Given("digests")
    )
    return suppressed.values_list("channel", "digest")


@prepared
def _consented() -> QuerySet[Any]:
    granted = Consent.objects.filter(
        customer_id__among=Given("customers"),
        brand_id=Given("brand"),
        purpose=Given("purpose"),
        topic="",
        state=ConsentState.GRANTED,
    )
    return granted.values_list("customer_id", "channel")
