"""What a person allowed and forbade, with its proof; and where their addresses must not be used."""

from __future__ import annotations

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.customers.exporting import SECRET, Table, inner, register, same
from orchestrator.customers.models import Address


def handle() -> None:
    """Have the ledger, what follows from it, and suppressions of their own addresses exported."""
    register(
        Table(
            "consents",
            Consent,
            lambda ids: Consent.objects.filter(customer__in=ids),
            {"brand": "brand__name", **same("channel", "purpose", "topic", "state", "changed_at")},
            inner("id customer record"),
        ),
        Table(
            "consent_ledger",
            ConsentRecord,
            lambda ids: ConsentRecord.objects.filter(customer__in=ids),
            {
                "brand": "brand__name",
                **same(
                    "channel", "purpose", "topic", "state", "recorded_at", "text", "text_version", "language",
                    "source", "legal_basis", "proof",
                ),
            },
            inner("id customer number"),
        ),
        Table(
            "suppressions",
            Suppression,
            lambda ids: Suppression.objects.filter(
                digest__in=Address.objects.filter(customer__in=ids).values("digest")
            ),
            same("channel", "reason", "created_at"),
            {
                "digest": SECRET,
                "detail": "a provider's own words, which may speak of others at the address",
                **inner("id brand"),
            },
        ),
    )  # fmt: skip
