"""From a tree to an entry: exactly one trigger (or a list of them under `any_of`), a filter, and re-entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from orchestrator.domain import durations
from orchestrator.domain.definition.audience_parser import (
    parse_api,
    parse_audience,
    parse_schedule,
    parse_segment,
)
from orchestrator.domain.definition.audiences import ApiTrigger, AudienceTrigger, ScheduleTrigger
from orchestrator.domain.definition.comparison_parser import where
from orchestrator.domain.definition.entries import (
    DateTrigger,
    Entry,
    EventTrigger,
    Goal,
    MilestoneTrigger,
    Reentry,
    Trigger,
)
from orchestrator.domain.definition.limit_parser import parse_limit
from orchestrator.domain.definition.problems import listed, shown
from orchestrator.domain.definition.reading import (
    PROPERTY,
    Spot,
    duration,
    duration_words,
    event_name,
    lacks,
)
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.definition.replenishment_parser import parse_replenishment
from orchestrator.domain.definition.rule_parser import RuleContext, parse_rule
from orchestrator.domain.definition.trigger_parser import (
    parse_date,
    parse_event,
    parse_inactive,
    parse_milestone,
)

TRIGGERS = (
    "event", "inactive", "milestone", "date", "replenishment", "segment", "audience", "schedule", "api",
)  # fmt: skip
MOST_TRIGGERS = 20
LONGEST_GRACE = timedelta(minutes=30)
AGAIN_MEND = "Write `never`, `after exit`, `after 180 days`, `per cart_id`, `per key` or `always`."
# Ways in whose entries have a key of their own: a mark, a year, a day, a purchase, the caller's.
KEYED = (MilestoneTrigger, DateTrigger, ReplenishmentTrigger, AudienceTrigger, ScheduleTrigger, ApiTrigger)


def parse_entry(spot: Spot, context: RuleContext) -> Entry | None:
    """Read the `entry` of a journey."""
    spots = spot.fields([*TRIGGERS, "any_of", "only_if", "again", "grace", "limit"], "`entry`")
    if spots is None:
        return None
    triggers = _triggers(spot, spots, context)
    only_if = spots.get("only_if")
    rule = parse_rule(only_if.node, context, only_if.path) if only_if else None
    again = _again(spots["again"], triggers) if "again" in spots else _default_again(triggers)
    grace = _grace(spots["grace"]) if "grace" in spots else None
    limit = parse_limit(spots["limit"]) if "limit" in spots else None
    return Entry(triggers, rule, again, grace, limit) if triggers and again else None


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
        else "a `milestone`, `date`, `replenishment`, `audience`, `schedule` or `api`"
    )
    spot.refuse("bad_again", f"`{again}` needs {needs} among the ways in", AGAIN_MEND)
    return None


READERS: dict[str, Callable[[Spot, RuleContext], Trigger | None]] = {
    "event": parse_event,
    "inactive": parse_inactive,
    "milestone": parse_milestone,
    "date": parse_date,
    "replenishment": parse_replenishment,
    "segment": parse_segment,
    "audience": parse_audience,
    "schedule": parse_schedule,
    "api": parse_api,
}
