"""Today by the hour: what went out, what is still planned, and what of it is held."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncHour
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from orchestrator.domain.outbox import State
from orchestrator.messaging.models import Message
from orchestrator.messaging.queues import claimable
from orchestrator.studio.cells import charted
from orchestrator.studio.simulated import Bar

NEWEST = 20_000
MOST = 20_000  # messages still to go that are looked at
_Hour = tuple[datetime, str]  # its beginning; sent, planned or held


@dataclass(frozen=True, slots=True)
class Hours:
    """The day's bars and sums. `going` is what went and what is to go; `sampled`: there may be more than was looked at."""

    bars: list[Bar]
    going: int
    held: int
    more: bool
    sampled: bool


def read(now: datetime) -> Hours:
    """Three queries: the newest messages by number, and those that are due before midnight by the outbox's index."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    newest = Message.objects.aggregate(newest=Max("id"))["newest"] or 0
    counted = Counter[_Hour]()
    sent = Message.objects.filter(id__gt=newest - NEWEST, state=State.ACCEPTED, final_at__gte=midnight)
    for row in _by_hour(sent, "final_at"):
        counted[row["hour"], "sent"] += row["count"]
    tomorrow = (midnight + timedelta(days=1, hours=2)).replace(hour=0)
    due = claimable().filter(due_at__lt=tomorrow).order_by("purpose", "due_at", "id").values("pk")[:MOST]
    this = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    for row in _by_hour(Message.objects.filter(pk__in=due), "due_at"):
        hour = max(row["hour"], this)  # what is late goes now
        counted[hour, "held"] += row["held"]
        counted[hour, "planned"] += row["count"] - row["held"]
    coming = sum(count for (_hour, kind), count in counted.items() if kind != "sent")
    held = sum(count for (_hour, kind), count in counted.items() if kind == "held")
    return Hours(_bars(counted), sum(counted.values()), held, coming >= MOST, newest > NEWEST)


def _by_hour(rows: Any, column: str) -> Any:
    hour = TruncHour(column, tzinfo=timezone.get_current_timezone())
    held = Count("pk", filter=Q(first_held_at__isnull=False))
    return rows.order_by().annotate(hour=hour).values("hour").annotate(count=Count("pk"), held=held)


def _bars(counted: Counter[_Hour]) -> list[Bar]:
    """From the first hour in which there is something to the last."""
    hours = sorted({hour for (hour, _kind), count in counted.items() if count})
    if not hours:
        return []
    sums = {
        hour: {kind: counted[hour, kind] for kind in ("sent", "planned", "held")} for hour in _between(hours)
    }
    told = charted(sums)
    return [
        Bar(
            formats.time_format(timezone.localtime(hour), "TIME_FORMAT"),
            told.say(hour),
            told.length(hour, sums),
            ", ".join(_say(kind, told.say((hour, kind))) for kind, count in kinds.items() if count),
        )
        for hour, kinds in sums.items()
    ]


def _between(hours: list[datetime]) -> list[datetime]:
    span = int((hours[-1] - hours[0]).total_seconds() // 3600)
    return [hours[0] + timedelta(hours=number) for number in range(span + 1)] if span < 30 else hours


def _say(kind: str, count: str) -> str:
    told = {"count": count}
    if kind == "sent":
        return _("%(count)s sent") % told
    return (_("%(count)s planned") if kind == "planned" else _("%(count)s held")) % told
