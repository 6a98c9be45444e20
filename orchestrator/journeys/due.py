"""DUE: move everybody whose time has come. One transaction a batch; customers are never locked here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.domain.advance import Ended
from orchestrator.journeys.effects import finish
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.journeys.travel import COLUMNS, Passenger, travel
from orchestrator.messaging.models import Message

BATCH = 1000


def moving() -> QuerySet[Enrollment]:
    """Enrollments with a time to move on at. Nobody moves in a paused journey, however long their time has come."""
    active = Enrollment.objects.filter(status=Enrollment.Status.ACTIVE, due_at__isnull=False)
    return active.exclude(journey__status=Journey.Status.PAUSED)


def move_due(now: datetime, limit: int = BATCH) -> int:
    """Claim at most `limit` due enrollments and walk them; answers how many."""
    with transaction.atomic():
        due = moving().filter(due_at__lte=now).order_by("due_at")
        due = due.select_for_update(skip_locked=True, of=("self",))
        passengers = [Passenger(*row) for row in due.values_list(*COLUMNS)[:limit]]
        late = {one.id: Ended("exited", "timed_out") for one in passengers if one.expires_at <= now}
        finish(late, now)
        travel([one for one in passengers if one.id not in late], now)
    return len(passengers)


def wake_senders(now: datetime, limit: int = BATCH) -> int:
    """Messages that became final make their enrollments due; answers how many messages were noticed."""
    with transaction.atomic():
        final = Message.objects.filter(wake_pending=True).order_by("id").select_for_update(skip_locked=True)
        rows = list(final.values_list("id", "enrollment_id")[:limit])
        if not rows:
            return 0
        senders = {row[1] for row in rows if row[1]}
        waiting = Enrollment.objects.filter(id__in=senders, status="active", sending=True).order_by("id")
        # By id, as an event's arrival locks them: an UPDATE alone would take them as it finds them.
        ids = list(waiting.select_for_update().values_list("id", flat=True))
        Enrollment.objects.filter(id__in=ids).update(due_at=now)
        Message.objects.filter(id__in=[row[0] for row in rows]).update(wake_pending=False)
    return len(rows)
