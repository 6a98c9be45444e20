"""UNRENDERED: what becomes of messages that could not be rendered.

Somebody who lacks an attribute loses one message. Where a step fails for many people one after the other, its template
is at fault and not they: from then on its messages are held, and one look after the other tries whether it is mended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from orchestrator.domain.gate_facts import Outcome, Verdict
from orchestrator.domain.policy import LOOK_AGAIN
from orchestrator.messaging.content.render import RenderFailure
from orchestrator.messaging.models import StepFault
from orchestrator.messaging.rows import Claimed
from orchestrator.store import bulk
from orchestrator.store.prepared import prepared

IN_A_ROW = 5
HELD = "render_paused"
Step = tuple[str, int, str]  # journey, version, step


def judge(
    rendered: Collection[Claimed], failed: Mapping[int, tuple[Claimed, RenderFailure]], now: datetime
) -> dict[int, Verdict]:
    """A verdict for each message that failed; the steps' counts are kept. Runs inside the caller's transaction."""
    known: dict[Step, int] = {row[:3]: row[3] for row in _faults().rows()}
    well = {step_of(message) for message in rendered if not message.test}
    _forget(well & set(known))
    counts = {step: count for step, count in known.items() if step not in well}
    verdicts, new = dict[int, Verdict](), dict[Step, list[str]]()
    for id_, (message, failure) in failed.items():
        step = step_of(message)
        if message.test:  # tried with words that may not be live at all: it says nothing of the step
            verdicts[id_] = _fail(failure)
            continue
        if counts.get(step, 0) >= IN_A_ROW:
            verdicts[id_] = _hold(message, failure, now)
            continue
        verdicts[id_] = _fail(failure)
        if step not in well:
            counts[step] = counts.get(step, 0) + 1
            new.setdefault(step, []).append(failure.detail[:200])
    _count(new, now)
    return verdicts


def _fail(failure: RenderFailure) -> Verdict:
    return Verdict(Outcome.FAIL, failure.code, evidence={"error": failure.detail}, check=15)


def step_of(message: Claimed) -> Step:
    """The step of one version, which is what its template is pinned to."""
    return message.journey, message.version, message.step


def _hold(message: Claimed, failure: RenderFailure, now: datetime) -> Verdict:
    until = min(now + LOOK_AGAIN, message.expires_at)
    return Verdict(Outcome.HOLD, HELD, until, {"error": failure.detail}, check=15)


@prepared
def _faults() -> QuerySet[Any]:
    return StepFault.objects.values_list("journey", "version", "step", "in_a_row")


def _forget(steps: Collection[Step]) -> None:
    for journey, version, step in sorted(steps):
        StepFault.objects.filter(journey=journey, version=version, step=step).delete()


def _count(new: Mapping[Step, list[str]], now: datetime) -> None:
    rows = [(*step, 0, details[-1], now) for step, details in sorted(new.items())]
    columns = ("journey", "version", "step", "in_a_row", "detail", "since")
    bulk.insert(StepFault, columns, rows, ignore_conflicts=True)
    for (journey, version, step), details in sorted(new.items()):
        faults = StepFault.objects.filter(journey=journey, version=version, step=step)
        faults.update(in_a_row=F("in_a_row") + len(details), detail=details[-1])
