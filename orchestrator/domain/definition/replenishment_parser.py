"""From a tree to the way in by replenishment."""

from __future__ import annotations

from datetime import time

from orchestrator.domain.definition.comparison_parser import where
from orchestrator.domain.definition.problems import shown
from orchestrator.domain.definition.reading import PROPERTY, Spot, clock, duration, event_name, key_of, lacks
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.definition.rule_parser import RuleContext
from orchestrator.domain.durations import Unit

FIELDS = ("event", "by", "where", "before", "at", "as")
MOST_DAYS_BEFORE = 180
USUAL_NAME = "replenishment"


def parse_replenishment(spot: Spot, context: RuleContext) -> ReplenishmentTrigger | None:
    """Read `replenishment`."""
    spots = spot.fields(FIELDS, "`replenishment`")
    if spots is None or lacks(spot, spots, "event", "`replenishment`"):
        return None
    event = event_name(spots["event"])
    by = _property(spots["by"]) if "by" in spots else ""
    tests = where(spots["where"]) if "where" in spots else ()
    before = _days(spots["before"]) if "before" in spots else 0
    at = clock(spots["at"]) if "at" in spots else time(9)
    name = key_of(spots["as"], "a name") if "as" in spots else USUAL_NAME
    if event is None or by is None or before is None or at is None or name is None:
        return None
    return ReplenishmentTrigger(event, by, tests, before, at, name)


def _property(spot: Spot) -> str | None:
    value = spot.node.value
    if isinstance(value, str) and PROPERTY.fullmatch(value):
        return value
    what = f"{shown(value)} cannot be the property that purchases are told apart by"
    spot.refuse("bad_name", what, "Write the name of one of the event's properties, such as `category`.")
    return None


def _days(spot: Spot) -> int | None:
    found = duration(spot)
    if found is None:
        return None
    days = found.count * {Unit.DAY: 1, Unit.WEEK: 7}.get(found.unit, MOST_DAYS_BEFORE + 1)
    if days <= MOST_DAYS_BEFORE:
        return days
    what = f"`before` cannot be {shown(spot.node.value)}"
    spot.refuse("bad_before", what, f"Write `3 days` or `1 week`, up to {MOST_DAYS_BEFORE} days.")
    return None
