"""HEARTBEATS: each worker says every few seconds that it lives, in the database, where everybody can see it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orchestrator.domain.liveness import KEPT, AtWork, Beat, at_work
from orchestrator.workspace import sequence
from orchestrator.workspace.models import Heartbeat

MOST = 1000


def beat(worker: str, kind: str, started_at: datetime, doing: str, now: datetime) -> int:
    """Write one worker's row; answers a number drawn in the same commit, so that a beat is never behind its mark."""
    row = Heartbeat(worker=worker, kind=kind, started_at=started_at, beat_at=now, doing=doing, ended_at=None)
    with transaction.atomic():
        Heartbeat.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["worker"],
            update_fields=["beat_at", "doing", "ended_at"],
        )
        return sequence.take(1)[0]


def end(worker: str, now: datetime) -> None:
    """Say goodbye."""
    Heartbeat.objects.filter(worker=worker).update(beat_at=now, ended_at=now, doing="")


def prune(now: datetime) -> int:
    """Forget workers of long ago, but for the last one heard; answers how many."""
    newest = last_beat()
    return Heartbeat.objects.filter(beat_at__lt=now - KEPT).exclude(beat_at=newest or now).delete()[0]


def last_beat() -> datetime | None:
    """When any worker was last heard."""
    return Heartbeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()


def read(now: datetime) -> AtWork:
    """Who works now: one query of the newest rows, more than there are ever workers."""
    newest = Heartbeat.objects.order_by("-beat_at").values_list("beat_at", "ended_at")[:MOST]
    return at_work([Beat(*row) for row in newest], now)
