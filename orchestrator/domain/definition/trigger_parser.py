"""From a tree to a trigger that one person's doings or days set off: an event, silence, a milestone, a date."""

from __future__ import annotations

import re
from datetime import time
from itertools import pairwise
from typing import Any

from orchestrator.domain.definition.comparison_parser import where
from orchestrator.domain.definition.comparisons import finite, kind_of
from orchestrator.domain.definition.entries import (
    DateTrigger,
    EventTrigger,
    InactiveTrigger,
    MilestoneTrigger,
    Trigger,
)
from orchestrator.domain.definition.problems import shown
from orchestrator.domain.definition.reading import Spot, choice, clock, duration, event_name, key_of, lacks
from orchestrator.domain.definition.rearm import NEVER, Rearm
from orchestrator.domain.definition.rule_parser import RuleContext

MOST_MARKS = 50
_OFFSET = re.compile(r"([+-]?)([0-9]{1,3}) (day|week)s?", re.ASCII)
_BELOW = re.compile(r"below ([0-9]{1,12}(?:\.[0-9]{1,2})?)", re.ASCII)
_PER = re.compile(r"per (day|week|month|year)", re.ASCII)


def parse_event(spot: Spot, context: RuleContext) -> Trigger | None:
    if not isinstance(spot.node.value, dict):
        name = event_name(spot)
        return EventTrigger(name) if name else None
    spots = spot.fields(["name", "where"], "`event`") or {}
    if lacks(spot, spots, "name", "`event`"):
        return None
    name = event_name(spots["name"])
    tests = where(spots["where"]) if "where" in spots else ()
    return EventTrigger(name, tests) if name else None


def parse_inactive(spot: Spot, context: RuleContext) -> Trigger | None:
    spots = spot.fields(["event", "for"], "`inactive`")
    if spots is None or lacks(spot, spots, "event", "`inactive`") or lacks(spot, spots, "for", "`inactive`"):
        return None
    event, quiet = event_name(spots["event"]), duration(spots["for"])
    return InactiveTrigger(event, quiet) if event and quiet else None


def parse_milestone(spot: Spot, context: RuleContext) -> Trigger | None:
    spots = spot.fields(["event", "count", "sum", "rearm", "as"], "`milestone`")
    if spots is None or lacks(spot, spots, "event", "`milestone`"):
        return None
    measures = [word for word in ("count", "sum") if word in spots]
    if len(measures) != 1:
        spot.refuse(
            "bad_milestone", "`milestone` needs `count` or `sum`, one of them", "Write `count: [1, 5, 10]`."
        )
        return None
    measure: Any = measures[0]
    event, marks = event_name(spots["event"]), _marks(spots[measure], measure)
    name = key_of(spots["as"], "a milestone's name") if "as" in spots else None
    rearm = _rearm(spots["rearm"]) if "rearm" in spots else NEVER
    if not event or not marks or rearm is None or ("as" in spots and not name):
        return None
    usual = (event.rsplit(".", 1)[0].rsplit(".", 1)[-1]) if measure == "count" else "spent"
    return MilestoneTrigger(event, measure, marks, name or usual, rearm)


def _rearm(spot: Spot) -> Rearm | None:
    """`never`, `below 100` or `per month`."""
    value = spot.node.value
    words = value if isinstance(value, str) else ""
    if words == "never":
        return NEVER
    if below := _BELOW.fullmatch(words):
        return Rearm(below=float(below[1]))
    if per := _PER.fullmatch(words):
        return Rearm(per=per[1])  # type: ignore[arg-type]
    mend = "Write `never`, `below 100`, or `per day`, `per week`, `per month`, `per year`."
    spot.refuse("bad_rearm", f"{shown(value)} cannot be `rearm`", mend)
    return None


def _marks(spot: Spot, measure: str) -> tuple[int | float, ...]:
    items = spot.items(f"`{measure}`")
    if items is None:
        return ()
    values: list[Any] = [item.node.value for item in items]
    kinds = (int,) if measure == "count" else (int, float)
    for item in items:
        value: Any = item.node.value
        if kind_of(value) != "number" or not isinstance(value, kinds) or not finite(value) or value <= 0:
            mend = "Use a whole number above 0." if measure == "count" else "Use a number above 0."
            item.refuse("bad_mark", f"{shown(value)} cannot be a mark of a milestone", mend)
            return ()
    if not 1 <= len(values) <= MOST_MARKS or any(a >= b for a, b in pairwise(values)):
        spot.refuse(
            "bad_marks", f"the marks of `{measure}` must go up", f"Write 1 to {MOST_MARKS}, like [1, 5, 10]."
        )
        return ()
    return tuple(values)


def parse_date(spot: Spot, context: RuleContext) -> Trigger | None:
    spots = spot.fields(["attribute", "anniversary_of", "at", "leap", "offset", "as"], "`date`")
    if spots is None:
        return None
    days = [word for word in ("attribute", "anniversary_of") if word in spots]
    if len(days) != 1:
        what = "`date` needs `attribute` or `anniversary_of`, one of them"
        spot.refuse("bad_date", what, "Write `attribute: birthday`.")
        return None
    attribute = key_of(spots["attribute"], "an attribute's name") if "attribute" in spots else ""
    event = event_name(spots["anniversary_of"]) if "anniversary_of" in spots else ""
    at = clock(spots["at"]) if "at" in spots else time(9)
    leap: Any = choice(spots["leap"], ("feb28", "mar1"), "`leap`") if "leap" in spots else "feb28"
    offset = _offset(spots["offset"]) if "offset" in spots else 0
    name = key_of(spots["as"], "a name") if "as" in spots else attribute or (event or "").rsplit(".", 1)[0]
    if None in (attribute, event, at, leap, offset, name):
        return None
    return DateTrigger(
        attribute or "", event or "", at or time(9), (name or "").replace(".", "_"), leap, offset or 0
    )


def _offset(spot: Spot) -> int | None:
    value = spot.node.value
    parts = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    days = int(parts[2]) * (7 if parts[3] == "week" else 1) if parts else 0
    if parts is None or days > 180:
        spot.refuse(
            "bad_offset",
            f"{shown(value)} cannot be an `offset`",
            "Write `-7 days` or `2 weeks`, up to 180 days.",
        )
        return None
    return -days if parts[1] == "-" else days
