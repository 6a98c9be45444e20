"""What happens at each step of a journey, in numbers: who stands there, went through, left, went which way, and what was not
sent and why. Of a live journey few rows are looked at; of a simulation all that it told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, QuerySet

from orchestrator.domain.outbox import State
from orchestrator.journeys.models import Enrollment, Journey, StepRun
from orchestrator.messaging.models import Message
from orchestrator.studio import words

MOST = 5_000
ARM, LEFT = "arm:", "left"
UNSENT = (
    State.SKIPPED,
    State.EXPIRED,
    State.CANCELLED,
    State.REJECTED,
    State.FAILED,
    State.RENDER_FAILED,
    State.DEAD,
)
Numbers = dict[str, dict[str, Any]]


def of_steps(journey: Journey) -> Numbers:
    """By step id: `inside`, `passed`, `held`, `left`, `arms` by name, `unsent` by reason in words; each among at most five
    thousand, in four queries by index."""
    answer: Numbers = {}
    active = Enrollment.objects.filter(journey=journey, status=Enrollment.Status.ACTIVE)
    entered = Enrollment.objects.filter(journey=journey).order_by()[:MOST]
    passed = StepRun.objects.filter(enrollment_id__in=list(entered.values_list("pk", flat=True)))
    mine = Message.objects.filter(journey=journey.key, test=False)
    waiting = mine.filter(state=State.PLANNED, first_held_at__isnull=False)
    for name, rows in (("inside", _some(active)), ("held", _some(waiting))):
        for step, count in _counted(rows, "step"):
            _at(answer, step)[name] = count
    add_runs(answer, _counted(passed, "step", "outcome"))
    for step, reason, count in _counted(_some(mine.filter(state__in=UNSENT)), "step", "reason"):
        _unsent(answer, step, reason, count)
    answer.pop("", None)
    return answer


def of_simulation(told: Mapping[str, Any]) -> Numbers:
    """The same of what a simulation told; nobody stands anywhere in it, and what was not sent is told for the whole."""
    answer: Numbers = {}
    add_runs(answer, [(one["step"], one["outcome"], one["visits"]) for one in told.get("steps", ())])
    return answer


def add_runs(answer: Numbers, runs: Iterable[tuple[str, str, int]]) -> None:
    """Count visits to steps by what came of them."""
    for step, outcome, count in runs:
        here = _at(answer, step)
        here["passed"] = here.get("passed", 0) + count
        if outcome.startswith(ARM):
            here.setdefault("arms", {})[outcome.removeprefix(ARM)] = count
        elif outcome == LEFT:
            here[LEFT] = count


def _unsent(answer: Numbers, step: str, reason: str, count: int) -> None:
    told = _at(answer, step).setdefault("unsent", {})
    said = words.reason(reason)
    told[said] = told.get(said, 0) + count


def _at(answer: Numbers, step: str) -> dict[str, Any]:
    return answer.setdefault(step, {})


def _some(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.model._default_manager.filter(pk__in=rows.order_by().values("pk")[:MOST])


def _counted(rows: QuerySet[Any], *columns: str) -> list[Any]:
    return list(rows.order_by().values(*columns).annotate(count=Count("pk")).values_list(*columns, "count"))
