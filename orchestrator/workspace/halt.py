"""HALT: nothing is sent until somebody decides. One row says it to all workers."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.domain.incarnation import Found, Mark, Why
from orchestrator.store.prepared import prepared
from orchestrator.workspace.models import Halt, Workspace


def halted_at() -> datetime | None:
    """Since when all sending is halted; None where it is not."""
    return next(iter(_open().column()), None)


def current() -> Halt | None:
    """The open halt."""
    return Halt.objects.filter(ended_at=None).first()


def halt(why: Why, found: Found, mark: Mark | None, now: datetime) -> bool:
    """Begin a halt and a new incarnation; what an open one had released waits again.

    Of workers that find the same at once, one does it; answers whether this one did.
    """
    evidence: dict[str, Any] = {
        "number": found.number,
        "number_left": mark.number if mark else None,
        "last_beat": found.last_beat.isoformat() if found.last_beat else None,
        "due_since": found.due_since.isoformat() if found.due_since else None,
    }
    with transaction.atomic():
        ours = Workspace.objects.filter(incarnation=uuid.UUID(found.incarnation))
        if not ours.update(incarnation=uuid.uuid4()):
            return False
        before = sorted({found.incarnation} | ({mark.incarnation} if mark else set()))
        Halt.objects.filter(ended_at=None).update(ended_at=now)
        Halt.objects.create(why=why, before=before, halted_at=now, evidence=evidence)
    return True


def end(now: datetime) -> bool:
    """End it: what waits may leave. Whether there was one."""
    return Halt.objects.filter(ended_at=None).update(ended_at=now) > 0


@prepared
def _open() -> QuerySet[Any]:
    return Halt.objects.filter(ended_at__isnull=True).values_list("halted_at")
