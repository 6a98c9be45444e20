"""What an erased person allowed remains as the ledger's bare rows; their addresses are never used again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from orchestrator.consents.models import Consent, ConsentRecord, Suppression, SuppressionReason
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.erasing import Handler, register
from orchestrator.customers.models import Address


def handle() -> None:
    """Have the ledger emptied in an erasure, and the addresses suppressed."""
    models = ("consents.Consent", "consents.ConsentRecord", "consents.Suppression")
    register("consents", Handler(models, erase))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """Proofs and people's own words go; that, when and to what was consented is kept, for whoever must show it."""
    _suppress(customer_ids, now)
    Consent.objects.filter(customer__in=customer_ids).delete()
    ConsentRecord.objects.filter(customer__in=customer_ids).update(text="", proof={})


def _suppress(customer_ids: Collection[int], now: datetime) -> None:
    """Before the addresses go. A row that is there for another reason stays; its detail may quote the address."""
    rows = Address.objects.filter(customer__in=customer_ids).values_list("channel", "digest")
    places = set(rows)
    suppress([Entry(channel, digest, SuppressionReason.ERASURE) for channel, digest in places], now)
    Suppression.objects.filter(digest__in={digest for _, digest in places}).update(detail="")
