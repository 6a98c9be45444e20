"""READERS: which segments and live journeys would count otherwise if events were kept so many days only.

The last event of each name of each person stays, so that "ever", "not since" and inactivity are still told rightly.
What counts several, adds them up or asks for one among others does not look back further than events are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from orchestrator.domain.definition import Definition
from orchestrator.domain.definition.entries import DateTrigger, MilestoneTrigger
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.definition.rules import Happened, Rule
from orchestrator.journeys.versions import live
from orchestrator.segments.models import Segment
from orchestrator.segments.refresh import read_stored


@dataclass(frozen=True, slots=True)
class Reader:
    """A segment or journey that looks back further, by its key."""

    kind: str
    id: int
    key: str


def readers(days: int) -> Iterator[Reader]:
    """Those whose answers change, segments first. Two small queries; definitions are parsed once a process."""
    kept = timedelta(days=days)
    for id_, key, plain in Segment.objects.order_by("key").values_list("id", "key", "rule"):
        if (rule := read_stored(plain)) is not None and _looks_back(rule, kept):
            yield Reader("segment", id_, key)
    for one in sorted(live(), key=lambda door: door.key):
        if _reads(one.definition, kept):
            yield Reader("journey", one.journey_id, one.key)


def _reads(definition: Definition, kept: timedelta) -> bool:
    counts = (MilestoneTrigger, ReplenishmentTrigger)
    triggers = definition.entry.triggers
    if any(
        isinstance(one, counts) or (isinstance(one, DateTrigger) and one.anniversary_of) for one in triggers
    ):
        return True
    rules = [*definition.entry.rules(), *definition.exit_when]
    rules += [rule for step in definition.step_ids() for rule in definition.step(step).rules.values()]
    return any(_looks_back(rule, kept) for rule in rules)


def _looks_back(rule: Rule, kept: timedelta) -> bool:
    return any(isinstance(leaf, Happened) and _loses(leaf, kept) for leaf in rule.leaves())


def _loses(leaf: Happened, kept: timedelta) -> bool:
    if leaf.since_entry or leaf.of or (leaf.within is not None and leaf.within.approximate <= kept):
        return False
    return bool(leaf.count or leaf.total or leaf.where)
