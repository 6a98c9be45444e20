"""EXAMPLES: a few people, step by step: one of each way through the journey, then more of the commonest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.journeys.simulation.twins import NEW
from orchestrator.messaging.models import Message

MOST, LOOKED_AT = 10, 2_000


@dataclass(frozen=True, slots=True)
class Happened:
    """Something on somebody's way: a step they left, or what became of a message."""

    at: str
    step: str
    what: str
    reason: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """One passage of somebody. `customer`: their external id; `person`: our own of them."""

    person: int
    customer: str
    entered_at: str
    status: str
    reason: str
    held_out: bool
    happened: tuple[Happened, ...]


def examples(key: str) -> tuple[Example, ...]:
    """At most ten, those of the rarest ways among them."""
    rows = Enrollment.objects.filter(journey__key=key, id__gte=NEW).order_by("id")
    columns = ("id", "customer", "customer__external_id", "entered_at", "status", "reason", "held_out")
    people = list(rows.values_list(*columns)[:LOOKED_AT])
    ways = _ways([row[0] for row in people])
    return tuple(
        Example(person, str(who), at.isoformat(), status, reason, held_out, tuple(ways[id_]))
        for id_, person, who, at, status, reason, held_out in _chosen(people, ways)
    )


def _ways(ids: Sequence[int]) -> dict[int, list[Happened]]:
    answer: dict[int, list[Happened]] = defaultdict(list)
    runs = StepRun.objects.filter(enrollment_id__among=ids)
    for id_, at, step, outcome, reason in runs.values_list(
        "enrollment", "left_at", "step", "outcome", "reason"
    ):
        answer[id_].append(Happened(at.isoformat(), step, outcome, reason))
    told = Message.objects.filter(enrollment_id__among=ids).values_list(
        "enrollment_id", "final_at", "due_at", "step", "state", "reason", "channel"
    )
    for passage, final_at, due_at, step, state, reason, channel in told:
        assert passage is not None
        answer[passage].append(Happened((final_at or due_at).isoformat(), step, state, reason, channel))
    for happened in answer.values():
        happened.sort(key=lambda one: (one.at, not one.channel))
    return answer


def _chosen(people: Sequence[Any], ways: dict[int, list[Happened]]) -> list[Any]:
    """One of each way, the rarest first, then whoever comes next."""
    by_way: dict[Any, list[Any]] = defaultdict(list)
    for row in people:
        by_way[row[4:6], tuple((one.step, one.what, one.reason) for one in ways[row[0]])].append(row)
    groups = sorted(by_way.values(), key=len)
    first = [group[0] for group in groups]
    more = [row for group in groups[::-1] for row in group[1:]]
    return sorted([*first, *more][:MOST], key=lambda row: (row[3], row[0]))
