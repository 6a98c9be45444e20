"""AUDIT: one line of who did what, each holding the one before it (`domain/audit.py`).

An entry commits with the deed it tells of, or not at all. Whoever writes one waits for those who wrote and have not
committed: numbers are without holes and in the order of commits. So the audit's lock is the LAST of all locks
(customers, subjects, messages, audit): note at the end of a deed, after everything that may wait for somebody. The price:
those who note queue, from here to their commit; never note once for each message or event, but once for the batch.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from orchestrator.domain.audit import NOTHING, Entry, digest, plain, text
from orchestrator.workspace.actions import Action
from orchestrator.workspace.models import AuditEntry
from orchestrator.workspace.who import Who, named

# Any number that nobody else locks by.
LOCK = 0x6175646974
# Models whose rows name nobody: alone these entries carry a title. Who registers one has asked customers/personal.py.
TITLED: set[str] = {"auth.User", "auth.Group"}


def note(
    action: Action, by: Any, subject: models.Model | None = None, now: datetime | None = None, **details: Any
) -> AuditEntry:
    """Write one entry, in the caller's transaction or in one of its own.

    `by`: a user, a `Who` of `workspace/who.py`, or None for the system itself. `details`: counts, keys, [before, after];
    never a customer's name, address, attribute or word.
    """
    at = now or timezone.now()
    with transaction.atomic(savepoint=False):
        number, previous = _head()
        row = AuditEntry(**_said(action, named(by), subject, details), number=number + 1, at=at)
        row.previous = previous
        row.hash = digest(row.entry())
        row.save(force_insert=True)
    return row


def _said(action: Action, who: Who, subject: models.Model | None, details: dict[str, Any]) -> dict[str, Any]:
    return {
        "who": who.kind,
        "who_id": text(who.id)[:64],
        "who_name": text(who.name)[:150],
        "action": Action(action).value,
        "subject": subject._meta.label_lower if subject is not None else "",
        "subject_id": text(subject.pk)[:64] if subject is not None else "",
        "title": text(subject)[:200] if subject is not None and subject._meta.label in TITLED else "",
        "details": plain(details),
    }


def _head() -> tuple[int, str]:
    """The last entry's number and hash, with the right to write the next. On SQLite the transaction is that right."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    # A statement of its own, after the lock: it sees what whoever held it has committed.
    last = AuditEntry.objects.order_by("-number").values_list("number", "hash").first()
    return last or (0, NOTHING)


__all__ = ["LOCK", "TITLED", "Action", "Entry", "note"]
