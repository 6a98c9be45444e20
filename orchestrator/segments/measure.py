"""MEASURE: once a day how large each segment is, so that a trend can be drawn; what is older than a year goes with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, QuerySet

from orchestrator.domain.zones import local, resolve
from orchestrator.segments.models import Membership, Segment, SegmentSize, Transition
from orchestrator.store import bulk
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

BATCH = 1  # segments a turn: a million members are counted in a tenth of a second
KEPT = timedelta(days=400)  # of comings and goings: a year can still be compared with the one before
FORGOTTEN_AT_ONCE = 20_000


def measure(now: datetime, limit: int = BATCH) -> int:
    """Write down the size of segments that have found their members, at most `limit`; answers of how many.

    The first look on a day counts, mostly just after its midnight; a day without a worker has no row.
    """
    zone = ZoneInfo(Workspace.get().time_zone)
    with transaction.atomic():
        ids = _due(limit).column(now=now)
        today = local(now, zone).date()
        bulk.insert(
            SegmentSize,
            ("segment", "on", "members"),
            [(id_, today, _size(id_)) for id_ in ids],
            ignore_conflicts=True,
        )
        tomorrow = datetime.combine(today + timedelta(days=1), datetime.min.time())
        Segment.objects.filter(id__among=ids).update(measure_at=resolve(tomorrow, zone))
        for id_ in ids:
            _forget(id_, now - KEPT)
    return len(ids)


@prepared
def _due(limit: int) -> QuerySet[Any]:
    due = Segment.objects.filter(settled=True, measure_at__lte=Given("now")).order_by("measure_at", "id")
    return due.select_for_update(skip_locked=True).values_list("id")[:limit]


def _size(segment: int) -> int:
    counted = _members().column(segment=segment)
    return int(counted[0]) if counted else 0


@prepared
def _members() -> QuerySet[Any]:
    members = Membership.objects.filter(segment_id=Given("segment")).order_by()
    return members.values("segment_id").annotate(members=Count("pk")).values_list("members")


def _forget(segment: int, before: datetime) -> None:
    """Comings and goings of long ago go, so many a day."""
    old = Transition.objects.filter(segment=segment, at__lt=before).order_by("at")
    Transition.objects.filter(id__among=list(old.values_list("id", flat=True)[:FORGOTTEN_AT_ONCE])).delete()
