"""From a tree to an entry: exactly one trigger (or a list of them under `any_of`), a filter, and re-entry."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from itertools import pairwise
from typing import Any

from orchestrator.domain import durations
from orchestrator.domain.definition.audience_parser import (
    parse_api,
    parse_audience,
    parse_schedule,
    parse_segment,
)
from orchestrator.domain.definition.audiences import ApiTrigger, AudienceTrigger, ScheduleTrigger
from orchestrator.domain.definition.comparison_parser import where
from orchestrator.domain.definition.comparisons import finite, kind_of
from orchestrator.domain.definition.entries import (
    DateTrigger,
    Entry,
    EventTrigger,
    Goal,
    InactiveTrigger,
    MilestoneTrigger,
    Reentry,
    Trigger,
)
from orchestrator.domain.definition.problems import listed, shown
from orchestrator.domain.definition.reading import (
    PROPERTY,
    Spot,
    choice,
    clock,
    duration,
    duration_words,
    event_name,
    key_of,
    lacks,
)
from orchestrator.domain.definition.rule_parser import RuleContext, parse_rule

TRIGGERS = ("event", "inactive", "milestone", "date", "segment", "audience", "schedule", "api")
MOST_TRIGGERS = 20
MOST_MARKS = 50
LONGEST_GRACE = timedelta(minutes=30)
AGAIN_MEND = "Write `never`, `after exit`, `after 180 days`, `per cart_id`, `per key` or `always`."
# Ways in whose entries have a key of their own: a mark, a year, a day, the caller's.
KEYED = (MilestoneTrigger, DateTrigger, AudienceTrigger, ScheduleTrigger, ApiTrigger)
_OFFSET = re.compile(r"([+-]?)([0-9]{1,3}) (day|week)s?", re.ASCII)


def parse_entry(spot: Spot, context: RuleContext) -> Entry | None:
    """Read the `entry` of a journey."""
    spots = spot.fields([*TRIGGERS, "any_of", "only_if", "again", "grace"], "`entry`")
    if spots is None:
        return None
    triggers = _triggers(spot, spots, context)
    only_if = spots.get("only_if")
    rule = parse_rule(only_if.node, context, only_if.path) if only_if else None
    again = _again(spots["again"], triggers) if "again" in spots else _default_again(triggers)
    grace = _grace(spots["grace"]) if "grace" in spots else None
    return Entry(triggers, rule, again, grace) if triggers and again else None


def parse_goal(spot: Spot) -> Goal | None:
    """Read the `goal` of a journey."""
    spots = spot.fields(["event", "where", "within"], "`goal`")
    if spots is None or lacks(spot, spots, "event", "`goal`"):
        return None
    event = event_name(spots["event"])
    tests = where(spots["where"]) if "where" in spots else ()
    within = duration(spots["within"]) if "within" in spots else None
    return Goal(event, tests, within) if event else None


def _triggers(spot: Spot, spots: dict[str, Spot], context: RuleContext) -> tuple[Trigger, ...]:
    """The triggers of an entry: exactly one of the trigger words, at most once."""
    found = [word for word in (*TRIGGERS, "any_of") if word in spots]
    if not found:
        what = "`entry` does not say how people come in"
        spot.refuse("no_entry", what, f"Add {listed((*TRIGGERS, 'any_of'))}.", key=True)
        return ()
    if len(found) > 1:
        what = f"`entry` has {len(found)} ways in: {' and '.join(shown(word) for word in found)}"
        spots[found[1]].refuse("two_entries", what, "Keep one, or list them under `any_of`.", key=True)
        return ()
    if found != ["any_of"]:
        trigger = READERS[found[0]](spots[found[0]], context)
        return (trigger,) if trigger else ()
    return _any_of(spots["any_of"], context)


def _any_of(spot: Spot, context: RuleContext) -> tuple[Trigger, ...]:
    items = spot.items("`any_of`")
    if items is not None and not 1 <= len(items) <= MOST_TRIGGERS:
        spot.refuse("bad_list", f"`any_of` has {len(items)} ways in", f"Write 1 to {MOST_TRIGGERS}.")
        return ()
    triggers = []
    for item in items or ():
        spots = item.fields(TRIGGERS, "an element of `any_of`")
        if spots is not None and len(spots) != 1:
            item.refuse(
                "two_entries", "an element of `any_of` has exactly one way in", f"Use {listed(TRIGGERS)}."
            )
        elif spots:
            ((word, inner),) = spots.items()
            triggers.append(READERS[word](inner, context))
    kept = tuple(trigger for trigger in triggers if trigger)
    names = [trigger.name for trigger in kept]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        spot.refuse(
            "duplicate_entry", f"two ways in are both called {shown(twice)}", "Name one of them with `as`."
        )
    return kept


def _event(spot: Spot, context: RuleContext) -> Trigger | None:
    if not isinstance(spot.node.value, dict):
        name = event_name(spot)
        return EventTrigger(name) if name else None
    spots = spot.fields(["name", "where"], "`event`") or {}
    if lacks(spot, spots, "name", "`event`"):
        return None
    name = event_name(spots["name"])
    tests = where(spots["where"]) if "where" in spots else ()
    return EventTrigger(name, tests) if name else None


def _inactive(spot: Spot, context: RuleContext) -> Trigger | None:
    spots = spot.fields(["event", "for"], "`inactive`")
    if spots is None or lacks(spot, spots, "event", "`inactive`") or lacks(spot, spots, "for", "`inactive`"):
        return None
    event, quiet = event_name(spots["event"]), duration(spots["for"])
    return InactiveTrigger(event, quiet) if event and quiet else None


def _milestone(spot: Spot, context: RuleContext) -> Trigger | None:
    spots = spot.fields(["event", "count", "sum", "as"], "`milestone`")
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
    if not event or not marks or ("as" in spots and not name):
        return None
    usual = (event.rsplit(".", 1)[0].rsplit(".", 1)[-1]) if measure == "count" else "spent"
    return MilestoneTrigger(event, measure, marks, name or usual)


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


def _date(spot: Spot, context: RuleContext) -> Trigger | None:
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


def _grace(spot: Spot) -> durations.Duration | None:
    grace = duration(spot)
    if grace and grace.approximate > LONGEST_GRACE:
        spot.refuse("long_grace", f"a `grace` of {grace} is longer than 30 minutes", "Shorten it.")
    return grace


def _default_again(triggers: tuple[Trigger, ...]) -> Reentry:
    keyed = any(isinstance(trigger, KEYED) for trigger in triggers)
    return Reentry("per_key" if keyed else "after_exit")


def _again(spot: Spot, triggers: tuple[Trigger, ...]) -> Reentry | None:
    """Read `again`; a re-entry per property needs an event to take the property from."""
    value = spot.node.value
    words = value.split() if isinstance(value, str) else []
    match words:
        case ["never"]:
            return Reentry("never")
        case ["always"]:
            return Reentry("always")
        case ["after", "exit"]:
            return Reentry("after_exit")
        case ["after", *rest] if rest:
            return _after(spot, " ".join(rest))
        case ["per", "key"]:
            return _per(spot, Reentry("per_key"), triggers, KEYED)
        case ["per", name] if PROPERTY.fullmatch(name):
            return _per(spot, Reentry("per_property", property=name), triggers, (EventTrigger,))
    spot.refuse("bad_again", f"{shown(value)} does not say when people may enter again", AGAIN_MEND)
    return None


def _after(spot: Spot, text: str) -> Reentry | None:
    try:
        return Reentry("after", durations.parse(text))
    except ValueError:
        spot.refuse("bad_duration", *duration_words(text))
        return None


def _per(
    spot: Spot, again: Reentry, triggers: tuple[Trigger, ...], kinds: tuple[type, ...]
) -> Reentry | None:
    if not triggers or any(isinstance(trigger, kinds) for trigger in triggers):
        return again
    needs = (
        "an `event`"
        if again.kind == "per_property"
        else "a `milestone`, `date`, `audience`, `schedule` or `api`"
    )
    spot.refuse("bad_again", f"`{again}` needs {needs} among the ways in", AGAIN_MEND)
    return None


READERS: dict[str, Callable[[Spot, RuleContext], Trigger | None]] = {
    "event": _event,
    "inactive": _inactive,
    "milestone": _milestone,
    "date": _date,
    "segment": parse_segment,
    "audience": parse_audience,
    "schedule": parse_schedule,
    "api": parse_api,
}
