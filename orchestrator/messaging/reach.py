"""Through which channels people can be reached: a usable address, consent where it is needed, no suppression."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from orchestrator.consents.models import Consent, ConsentState, Suppression
from orchestrator.customers.models import Address


def reachable(customer_ids: Collection[int], brand_id: int, purpose: str) -> dict[int, frozenset[str]]:
    """Channels by customer, as they are now. The gate asks again: this only chooses which channel to try first."""
    addresses = list(
        Address.objects.filter(customer_id__in=customer_ids, invalid_at=None).values_list(
            "customer_id", "channel", "digest"
        )
    )
    digests = {digest for _, _, digest in addresses}
    channels = {channel for _, channel, _ in addresses}
    suppressed = set(
        Suppression.objects.filter(
            Q(brand=None) | Q(brand_id=brand_id), channel__in=channels, digest__in=digests
        ).values_list("channel", "digest")
    )
    consented = _consented(customer_ids, brand_id, purpose)
    answer: dict[int, set[str]] = defaultdict(set)
    for customer, channel, digest in addresses:
        allowed = purpose != "marketing" or (customer, channel) in consented
        if allowed and (channel, digest) not in suppressed:
            answer[customer].add(channel)
    return {customer: frozenset(answer[customer]) for customer in customer_ids}


def _consented(customer_ids: Collection[int], brand_id: int, purpose: str) -> set[tuple[int, str]]:
    rows = Consent.objects.filter(
        customer_id__in=customer_ids, brand_id=brand_id, purpose=purpose, topic="", state=ConsentState.GRANTED
    )
    return set(rows.values_list("customer_id", "channel"))
