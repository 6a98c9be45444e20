"""MIGRATE: people on older versions of a journey go on in the current one. Facts -> decide -> effects, batch by batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orchestrator.domain.definition.entries import Goal
from orchestrator.domain.migration import Moves, Place, Route, Standing, Stays, move
from orchestrator.journeys.effects import awaits_of
from orchestrator.journeys.enroll import LONGEST_PASSAGE
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion, StepRun
from orchestrator.journeys.versions import Live, version
from orchestrator.messaging.facts import read_people, zone_of
from orchestrator.messaging.models import Message
from orchestrator.store import bulk, doorbells
from orchestrator.workspace.models import Workspace

BATCH = 1000
MIGRATED = "migrated"
_COLUMNS = (
    "id", "customer_id", "step", "visit", "arrived_at", "entered_at", "expires_at", "due_at", "awaits", "sending",
    "goal_until",
)  # fmt: skip


@dataclass(slots=True)
class Migrated:
    """What a migration did, or would do: moved by (version, old step, new step); stayed by (version, step, why, at)."""

    number: int
    moved: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    stayed: Counter[tuple[int, str, str, str]] = field(default_factory=Counter)

    @property
    def looked_at(self) -> int:
        """How many people it has decided about."""
        return self.moved.total() + self.stayed.total()


def migrate(
    row: Journey,
    older: Sequence[JourneyVersion],
    steps: Mapping[str, str],
    now: datetime,
    *,
    recompute: bool = False,
    dry: bool = False,
    most: int | None = None,
) -> Migrated:
    """Move the people of these versions to the current one, by this map of step ids; `dry` only counts.

    `most`: it ends after the batch in which it has looked at so many people; whoever asks again goes on with others.
    Each batch is one transaction, and whoever has moved is no longer on an older version: killed in the middle and
    run again, it goes on with the others.
    """
    assert row.current_id is not None
    new = version(row.current_id)
    done = Migrated(new.number)
    for one in older:
        old = version(one.pk)
        route = Route(old.definition, new.definition, steps, recompute)
        last: int | None = 0
        while last is not None and (most is None or done.looked_at < most):
            with transaction.atomic():
                last = _batch(old, new, route, last, now, done, dry)
    return done


def _batch(
    old: Live, new: Live, route: Route, last: int, now: datetime, done: Migrated, dry: bool
) -> int | None:
    """Decide the next people by id, and move them; answers the last one's id, None if there was nobody."""
    rows = list(_rows(old, last, dry))
    if not rows:
        return None
    people = _people(rows)
    answers = {one.id: move(route, one) for one in people}
    for one in people:
        answer = answers[one.id]
        if isinstance(answer, Moves):
            done.moved[old.number, one.step, answer.step] += 1
        else:
            done.stayed[old.number, one.step, answer.reason, answer.at] += 1
    if not dry:
        _apply(rows, people, answers, old, new, route, now)
    return int(rows[-1]["id"])


def _rows(old: Live, last: int, dry: bool) -> Iterator[dict[str, Any]]:
    """The next active people on a version; locked, so that nobody walks them meanwhile."""
    inside = Enrollment.objects.filter(
        journey=old.journey_id, version=old.id, status=Enrollment.Status.ACTIVE, id__gt=last
    ).order_by("id")
    locked: QuerySet[Enrollment] = inside if dry else inside.select_for_update()
    yield from locked.values(*_COLUMNS)[:BATCH]


def _people(rows: Sequence[dict[str, Any]]) -> list[Standing]:
    ids = [row["id"] for row in rows]
    workspace = Workspace.get()
    customers = read_people({row["customer_id"] for row in rows})
    messages = _places(
        Message.objects.filter(enrollment_id__in=ids).values_list("enrollment_id", "step", "visit")
    )
    runs = StepRun.objects.filter(enrollment__in=ids).order_by("id")
    visited = _places(runs.exclude(outcome=MIGRATED).values_list("enrollment_id", "step", "visit"))
    renamed: dict[int, list[dict[str, str]]] = defaultdict(list)
    for id_, evidence in runs.filter(outcome=MIGRATED).values_list("enrollment_id", "evidence"):
        renamed[id_].append(evidence.get("renamed", {}))
    return [
        Standing(
            row["id"],
            row["step"],
            row["visit"],
            row["arrived_at"] or row["entered_at"],
            row["entered_at"],
            zone_of(customers.get(row["customer_id"]), workspace).zone,
            row["sending"],
            frozenset(visited[row["id"]]),
            frozenset(messages[row["id"]]),
            tuple(renamed[row["id"]]),
        )
        for row in rows
    ]


def _places(found: QuerySet[Any, tuple[Any, ...]]) -> dict[int, set[Place]]:
    answer: dict[int, set[Place]] = defaultdict(set)
    for enrollment, step, visit in found:
        answer[enrollment].add((step, visit))
    return answer


def _apply(
    rows: Sequence[dict[str, Any]],
    people: Sequence[Standing],
    answers: Mapping[int, Moves | Stays],
    old: Live,
    new: Live,
    route: Route,
    now: datetime,
) -> None:
    """Put them there, each with a line in their history."""
    placed, told = [], []
    for row, one in zip(rows, people, strict=True):
        answer = answers[one.id]
        if isinstance(answer, Stays):
            continue
        due_at, awaits = _time(row, answer, now)
        until = _goal_until(row, one, old.definition.goal, new.definition.goal)
        placed.append((one.id, new.id, answer.step, due_at, awaits, until))
        evidence = _evidence(old, new, route, one, answer)
        told.append((one.id, f"→ v{new.number}", 1, now, now, MIGRATED, "", evidence))
    bulk.update(Enrollment, ("version", "step", "due_at", "awaits", "goal_until"), placed)
    columns = ("enrollment", "step", "visit", "entered_at", "left_at", "outcome", "reason", "evidence")
    bulk.insert(StepRun, columns, told)
    if placed:
        doorbells.ring(doorbells.WALK)


def _time(row: Mapping[str, Any], answer: Moves, now: datetime) -> tuple[datetime | None, str]:
    """When they move on, and what they await."""
    if answer.park is not None:
        return min(answer.park.until, row["expires_at"]), awaits_of(answer.park)
    return (now, "") if answer.at_once else (row["due_at"], row["awaits"])


def _goal_until(
    row: Mapping[str, Any], one: Standing, before: Goal | None, after: Goal | None
) -> datetime | None:
    """Until when the goal can be met: counted anew from their entry where the new version's goal is another."""
    if before == after or after is None:
        return row["goal_until"] if after is not None else None
    return after.within.after(one.entered_at, one.zone) if after.within else one.entered_at + LONGEST_PASSAGE


def _evidence(old: Live, new: Live, route: Route, one: Standing, answer: Moves) -> dict[str, Any]:
    told: dict[str, Any] = {
        "from_version": old.number,
        "from_step": one.step,
        "to_version": new.number,
        "to_step": answer.step,
    }
    if route.steps:
        told["renamed"] = dict(route.steps)
    if answer.park is not None:
        told["until"] = answer.park.until.isoformat()
    return told
