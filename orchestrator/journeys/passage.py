"""What the gate asks the journeys: is this passage paused, is its goal met, has an exit opened?

Events that nobody has pulled yet count: the rules are asked of the events themselves, in the gate's own transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from orchestrator.domain.catch_up import stale_before
from orchestrator.domain.definition.rules import Happened, Rule
from orchestrator.domain.gate_facts import Passage
from orchestrator.journeys.exits import since_entry
from orchestrator.journeys.models import Enrollment, Journey, JourneyVersion
from orchestrator.journeys.versions import Live, versions
from orchestrator.messaging.models import Decision
from orchestrator.messaging.rows import Claimed
from orchestrator.segments.compile import ENROLLMENTS, Scope
from orchestrator.segments.matching import matching
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace


def passages(messages: Sequence[Claimed], now: datetime) -> Mapping[int, Passage]:
    """Passages by message id, for those messages that belong to an enrollment."""
    by_enrollment = {message.enrollment_id: message.id for message in messages if message.enrollment_id}
    rows = _standing().rows(ids=by_enrollment)
    answer: dict[int, Passage] = {}
    active: dict[int, list[int]] = defaultdict(list)
    wished: dict[int, datetime | None] = {}
    for id_, version_id, status, reason, journey, stopped_at, too_late in rows:
        paused = journey == Journey.Status.PAUSED
        ended = reason or "journey_ended" if status in ("exited", "failed") else ""
        if journey == Journey.Status.STOPPED or stopped_at is not None:
            ended = ended or "version_stopped"
        answer[id_] = Passage(paused, ended)
        if status == Enrollment.Status.ACTIVE and not ended:
            active[version_id].append(id_)
            wished[id_] = too_late
    live = versions(active)
    limits = {id_: before for one in active for id_, before in _limits(live[one], active[one], wished, now)}
    paused = _paused_at(messages, limits)
    for id_, before in limits.items():
        answer[id_] = replace(answer[id_], stale_before=before, paused_at=paused.get(by_enrollment[id_]))
    for version_id, ids in active.items():
        if live[version_id].exits_unknown:  # whoever should have left must not be written to meanwhile
            answer |= {id_: Passage(paused=True) for id_ in ids}
            continue
        for id_, reason in _open_exits(live[version_id], ids, now).items():
            answer[id_] = replace(answer[id_], ended=reason)
    missing = Passage(ended="journey_ended")
    return {message: answer.get(enrollment, missing) for enrollment, message in by_enrollment.items()}


def stopped(messages: Sequence[Claimed]) -> frozenset[int]:
    """Those of which somebody has stopped the journey, or the version."""
    gone = set(_stopped().rows(journeys={one.journey for one in messages}, stopped=Journey.Status.STOPPED))
    return frozenset(one.id for one in messages if (one.journey, one.version) in gone) if gone else _NONE


_NONE: frozenset[int] = frozenset()


@prepared
def _stopped() -> QuerySet[Any]:
    over = Q(journey__status=Given("stopped")) | Q(stopped_at__isnull=False)
    versions = JourneyVersion.objects.filter(over, journey__key__among=Given("journeys"))
    return versions.values_list("journey__key", "number")


@prepared
def _standing() -> QuerySet[Any]:
    journey = Journey.objects.filter(pk=OuterRef("journey"))
    version = JourneyVersion.objects.filter(pk=OuterRef("version"))
    asked = {
        "journey_status": Subquery(journey.values("status")),  # not joined, as in `due.moving`
        "stopped_at": Subquery(version.values("stopped_at")),
        "too_late": Subquery(journey.values("stale_before")),
    }
    found = Enrollment.objects.filter(id__among=Given("ids")).annotate(**asked)
    return found.values_list("id", "version_id", "status", "reason", *asked)


def _limits(
    live: Live, ids: Sequence[int], wished: Mapping[int, datetime | None], now: datetime
) -> Iterator[tuple[int, datetime]]:
    """Before when it is too late, for those of whose journeys somebody asks that."""
    catch_up = live.definition.catch_up
    if catch_up is None and not any(wished[id_] for id_ in ids):
        return
    zone = ZoneInfo(Workspace.get().time_zone)
    for id_ in ids:
        before = stale_before(catch_up, wished[id_], zone, now)
        if before is not None:
            yield id_, before


def _paused_at(messages: Sequence[Claimed], limits: Mapping[int, datetime]) -> dict[int, datetime]:
    """When a pause began to hold each message that it still held at the last look: the last decision says so."""
    held = [one.id for one in messages if one.reason == "paused" and one.enrollment_id in limits]
    if not held:
        return {}
    decided = Decision.objects.filter(message_id__in=held, reason="paused").order_by()
    return dict(decided.values_list("message_id").annotate(at=Max("decided_at")))


def _open_exits(live: Live, ids: Sequence[int], now: datetime) -> dict[int, str]:
    """The goal is asked first, then each exit rule; one query a rule for the whole group."""
    definition = live.definition
    asked: list[tuple[Rule, str]] = [(since_entry(rule), "exit_rule") for rule in definition.exit_when]
    if definition.goal is not None:
        goal = Happened(definition.goal.event, where=definition.goal.where, since_entry=True)
        asked.insert(0, (goal, "goal_met"))
    if not asked:
        return {}
    scope = Scope(ENROLLMENTS, now, ZoneInfo(Workspace.get().time_zone), live.brand_id)
    answer: dict[int, str] = {}
    for rule, reason in asked:
        for id_ in matching(Enrollment, ids, rule, scope):
            answer.setdefault(id_, reason)
    return answer
