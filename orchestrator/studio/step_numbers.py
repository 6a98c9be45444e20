"""How many stand at each step of a live journey, went through it, and wait there for a message: few rows looked at."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from orchestrator.domain.outbox import State
from orchestrator.journeys.models import Enrollment, Journey, StepRun
from orchestrator.messaging.models import Message

MOST = 5_000


def of_steps(journey: Journey) -> dict[str, dict[str, int]]:
    """By step id: `inside`, `passed` and `held`; each among at most five thousand, in three queries by index."""
    answer: dict[str, dict[str, int]] = {}
    active = Enrollment.objects.filter(journey=journey, status=Enrollment.Status.ACTIVE)
    entered = Enrollment.objects.filter(journey=journey).order_by()[:MOST]
    passed = StepRun.objects.filter(enrollment_id__in=list(entered.values_list("pk", flat=True)))
    waiting = Message.objects.filter(
        journey=journey.key, state=State.PLANNED, first_held_at__isnull=False, test=False
    )
    for name, rows in (("inside", _some(active)), ("passed", passed), ("held", _some(waiting))):
        for step, count in _by_step(rows):
            if step:
                answer.setdefault(step, {})[name] = count
    return answer


def _some(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.model._default_manager.filter(pk__in=rows.order_by().values("pk")[:MOST])


def _by_step(rows: QuerySet[Any]) -> list[tuple[str, int]]:
    return list(rows.order_by().values("step").annotate(count=Count("pk")).values_list("step", "count"))
