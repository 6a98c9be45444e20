"""What we hold of deliveries that were not taken, as a person is told of it."""

from __future__ import annotations

from orchestrator.customers.exporting import SECRET, Table, inner, register, same
from orchestrator.ingest.erasing import theirs
from orchestrator.sources.models import KeptDelivery


def handle() -> None:
    """Have them exported."""
    columns = same("received_at", "topic", "payload", "reason", "words", "replayed_at")
    hashes = dict.fromkeys(("user_mark", "browser_mark", "mark"), SECRET)
    register(
        Table(
            "deliveries_not_taken", KeptDelivery, lambda ids: theirs(KeptDelivery, ids), columns,
            {**inner("id connection"), **hashes},
        ),
    )  # fmt: skip
