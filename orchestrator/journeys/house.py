"""HOUSE: what is behind a door with a limit, counted while the door is locked."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from orchestrator.domain.definition.limits import Limit
from orchestrator.domain.frequency import frees_at, window_start
from orchestrator.domain.limits import House
from orchestrator.journeys.doorstep import KNOCKS
from orchestrator.journeys.models import Doorstep, Enrollment


def house(journey: int, limit: Limit, zone: ZoneInfo, now: datetime, from_line: bool = False) -> House:
    """What is behind a door that is locked: asked after the lock, in statements of their own."""
    answer = House()
    if limit.at_once is not None:
        inside = Enrollment.objects.filter(journey_id=journey, status=Enrollment.Status.ACTIVE)
        answer.inside = inside.count()
    if limit.entries is not None:
        start = window_start(limit.entries.window, now, zone)
        later = "gt" if limit.entries.rolling else "gte"
        entered = Enrollment.objects.filter(journey_id=journey, **{f"let_in_at__{later}": start})
        answer.entered = entered.count()
    answer.waited_for = not from_line and Doorstep.objects.filter(journey_id=journey, in_line=True).exists()
    return answer


def next_look(journey: int, limit: Limit, there: House, zone: ZoneInfo, now: datetime) -> datetime:
    """When there may be room again: once a minute somebody may have left, and a full window ends by the clock."""
    if limit.entries is None or there.entered < limit.entries.most:
        return now + KNOCKS
    newest = Enrollment.objects.filter(journey_id=journey, let_in_at__isnull=False).order_by("-let_in_at")
    last = newest.values_list("let_in_at", flat=True)[limit.entries.most - 1 : limit.entries.most]
    ats = [at for at in last if at is not None] or [now]  # those of this very batch are not written yet
    return frees_at(limit.entries.window, ats, 1, now, zone) or now + KNOCKS
