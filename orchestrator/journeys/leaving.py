"""LEAVING: people leave a journey together, because somebody says so; what is unsent of theirs is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from orchestrator.domain.outbox import OPEN
from orchestrator.domain.walks import Ended
from orchestrator.journeys.effects import finish
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import Message


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who left, how many of their messages were cancelled, and how many are with a worker just now."""

    enrollments: tuple[int, ...] = ()
    cancelled: int = 0
    under_way: int = 0


def leave(inside: QuerySet[Enrollment], reason: str, now: datetime) -> Leaving:
    """Let these out who are still inside. Locks them by id; call it inside a transaction."""
    ids = list(inside.order_by("id").select_for_update().values_list("id", flat=True))
    before = unsent(ids)
    finish({id_: Ended("exited", reason) for id_ in ids}, now)
    left = unsent(ids)
    return Leaving(tuple(ids), before - left, left)


def unsent(enrollments: Sequence[int]) -> int:
    """Their messages that are not final."""
    return Message.objects.filter(enrollment_id__in=enrollments, state__in=OPEN).count()
