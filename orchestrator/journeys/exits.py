"""EXITS: leave people out whose exit has opened: at once, in mid-wait too. The gate asks once more before each send.

A plain event in `exit_when` is told by the event itself (`opens_exit`). All other rules are asked of the database,
whenever something of the person has changed and before they take a step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from orchestrator.domain.definition import Definition
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.definition.rules import Happened, Rule
from orchestrator.domain.walks import Ended
from orchestrator.journeys.effects import finish
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.versions import Live, versions
from orchestrator.segments.compile import ENROLLMENTS, Scope
from orchestrator.segments.matching import matching
from orchestrator.store.prepared import Given, prepared
from orchestrator.workspace.models import Workspace

if TYPE_CHECKING:
    from orchestrator.journeys.pull import Happening


def opens_exit(definition: Definition, happening: Happening, properties: dict[str, Any]) -> bool:
    """Whether an exit rule names this event plainly."""
    return any(
        isinstance(rule, Happened)
        and is_plain(rule)
        and rule.event == happening.name
        and all_match(rule.where, properties)
        for rule in definition.exit_when
    )


def is_plain(rule: Rule) -> bool:
    """Whether the event alone says that the rule is true."""
    return isinstance(rule, Happened) and not (rule.count or rule.total or rule.of or rule.within)


def since_entry(rule: Rule) -> Rule:
    """A plain event in `exit_when` means: once it happens after entry."""
    if isinstance(rule, Happened) and is_plain(rule):
        return Happened(rule.event, where=rule.where, since_entry=True)
    return rule


def let_out(standing: Iterable[tuple[int, int]], now: datetime) -> set[int]:
    """End the passages whose exits are open; (enrollment, version) of people locked by the caller. Answers who left."""
    by_version: dict[int, list[int]] = defaultdict(list)
    for enrollment, version_id in standing:
        by_version[version_id].append(enrollment)
    live = versions(by_version)
    left = {id_ for version_id, ids in by_version.items() for id_ in _open(live[version_id], ids, now)}
    finish({id_: Ended("exited", "exit_rule") for id_ in left}, now)
    return left


def let_out_changed(customer_ids: Collection[int], now: datetime) -> None:
    """Something of these customers has changed: ask the exits of all their passages."""
    let_out(_inside().rows(customers=customer_ids), now)


@prepared
def _inside() -> QuerySet[Any]:
    theirs = Enrollment.objects.filter(customer_id__among=Given("customers"), status=Enrollment.Status.ACTIVE)
    return theirs.order_by("id").select_for_update(of=("self",)).values_list("id", "version_id")


def _open(live: Live, ids: Sequence[int], now: datetime) -> set[int]:
    asked = [rule for rule in live.definition.exit_when if not is_plain(rule)]
    if not asked:
        return set()
    scope = Scope(ENROLLMENTS, now, ZoneInfo(Workspace.get().time_zone), live.brand_id)
    return {id_ for rule in asked for id_ in matching(Enrollment, ids, rule, scope)}
