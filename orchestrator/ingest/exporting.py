"""What we hold of calls that were not taken, as a person is told of it."""

from __future__ import annotations

from orchestrator.customers.exporting import SECRET, Table, inner, register, same
from orchestrator.ingest.erasing import theirs
from orchestrator.ingest.models import DeadLetter, LiveCall


def handle() -> None:
    """Have them exported."""
    columns = same("received_at", "kind", "payload", "reason", "words")
    hashes = dict.fromkeys(("user_mark", "browser_mark"), SECRET)
    register(
        Table(
            "calls_not_taken",
            DeadLetter,
            lambda ids: theirs(DeadLetter, ids),
            columns | same("replayed_at"),
            {**inner("id key"), **hashes, "mark": SECRET},
        ),
        Table(
            "calls_seen_live",
            LiveCall,
            lambda ids: theirs(LiveCall, ids),
            columns | same("became"),
            {**inner("id key"), **hashes},
        ),
    )
