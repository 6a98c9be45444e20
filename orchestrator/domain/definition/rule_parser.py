"""From a tree to a rule. Everything wrong with it is noted; a rule that could not be read is None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.domain.definition import rules
from orchestrator.domain.definition.comparison_parser import bounds, comparisons, where
from orchestrator.domain.definition.problems import Problems, listed, nearest, shown
from orchestrator.domain.definition.reading import Spot, choice, duration, event_name, key_of
from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.definition.score_parser import read_score
from orchestrator.domain.definition.tree import Node, from_plain, too_deep
from orchestrator.sdk import ConditionKind, Path

DEEPEST = 20
MOST_PARTS = 500
EXPANSIONS = 10
PURPOSES = ("marketing", "transactional")


@dataclass(slots=True)
class Budget:
    """How many rules one definition may still read; shared, so that nothing expands without end."""

    left: int = MOST_PARTS


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What a rule may speak of. `inside`: "enrollment" (all), "" (a segment: the customer).

    `since_entry`: events without a window count only after the enrollment began, as in `exit_when`.
    """

    problems: Problems
    conditions: Mapping[str, ConditionKind] = field(default_factory=dict)
    inside: str = ""
    since_entry: bool = False
    depth: int = 0
    expansions: int = 0
    budget: Budget = field(default_factory=Budget)


def parse_rule(node: Node, context: RuleContext, path: Path = ()) -> Rule | None:
    """Read a rule; problems go to `context.problems`."""
    spot = Spot(node, path, context.problems)
    if context.depth > DEEPEST:
        spot.refuse(
            "rule_too_deep", f"a rule may be nested {DEEPEST} deep, no deeper", "Make a segment of a part."
        )
        return None
    context.budget.left -= 1
    if context.budget.left < 0:
        if context.budget.left == -1:
            spot.refuse(
                "rule_too_long", f"a rule may have {MOST_PARTS} parts, no more", "Make a segment of a part."
            )
        return None
    word = _word(spot, context)
    if word is None:
        return None
    reader = READERS.get(word)
    return reader(spot, context) if reader else _expanded(spot, context, word)


def read_rule(value: Any, conditions: Mapping[str, ConditionKind] | None = None, inside: str = "") -> Rule:
    """Read a rule from plain values; raises DefinitionError."""
    problems = Problems()
    rule = parse_rule(from_plain(value), RuleContext(problems, conditions or {}, inside))
    problems.refuse()
    if rule is None:
        raise AssertionError("a rule that cannot be read leaves a problem")
    return rule


def _word(spot: Spot, context: RuleContext) -> str | None:
    """The word that says what kind of rule this is."""
    value = spot.node.value
    known = [*READERS, *context.conditions]
    if not isinstance(value, dict):
        spot.refuse("not_a_rule", f"a rule must be a mapping, not {shown(value)}", f"Use {listed(known)}.")
        return None
    words = [key for key in value if key in known]
    if len(words) == 1:
        return words[0]
    if words:
        what = f"a rule says one thing, and this says {' and '.join(shown(word) for word in words)}"
        spot.refuse("two_rules", what, "Put them in a list under `all` or `any`.")
        return None
    first = next(iter(value), None)
    mend = (nearest(first, known) if first else "") or f"Use {listed(known)}."
    what = f"there is no rule {shown(first)}" if first else "a rule is empty"
    (spot.child(first) or spot if first else spot).refuse("unknown_rule", what, mend, key=True)
    return None


def _parts(spot: Spot, context: RuleContext, word: str) -> tuple[Rule, ...] | None:
    spots = spot.fields([word], f"`{word}`") or {}
    items = spots[word].items(f"`{word}`") if word in spots else None
    if items is None:
        return None
    if not items:
        spots[word].refuse("empty_rule", f"`{word}` has no rules in its list", "Write at least one.")
    inner = replace(context, depth=context.depth + 1)
    parts = [parse_rule(item.node, inner, item.path) for item in items]
    kept = tuple(part for part in parts if part is not None)
    return kept if kept and len(kept) == len(parts) else None


def _all(spot: Spot, context: RuleContext) -> Rule | None:
    parts = _parts(spot, context, "all")
    return rules.AllOf(parts) if parts else None


def _any(spot: Spot, context: RuleContext) -> Rule | None:
    parts = _parts(spot, context, "any")
    return rules.AnyOf(parts) if parts else None


def _not(spot: Spot, context: RuleContext) -> Rule | None:
    inner = (spot.fields(["not"], "`not`") or {})["not"]
    part = parse_rule(inner.node, replace(context, depth=context.depth + 1), inner.path)
    return rules.Not(part) if part else None


def _attribute(spot: Spot, context: RuleContext) -> Rule | None:
    node = spot.node
    name = key_of(spot.child("attribute") or spot, "an attribute's name")
    rest = {key: child for key, child in node.value.items() if key != "attribute"}  # type: ignore[union-attr]
    tests = comparisons(Spot(replace(node, value=rest), spot.path, spot.problems), name or "attribute")
    if name is None or not tests:
        return None
    return (
        rules.AttributeIs(tests[0]) if len(tests) == 1 else rules.AllOf(tuple(map(rules.AttributeIs, tests)))
    )


def _event(spot: Spot, context: RuleContext) -> Rule | None:
    spots = spot.fields(["event", "within", "where", "count", "sum", "since", "of"], "an event rule") or {}
    name = event_name(spots["event"])
    within = duration(spots["within"]) if "within" in spots else None
    since = choice(spots["since"], ["entry"], "`since`") if "since" in spots else None
    of = key_of(spots["of"], "a step's id") if "of" in spots else None
    for word in ("since", "of"):
        _needs_passage(spots.get(word), context, f"`{word}`")
    tests = where(spots["where"]) if "where" in spots else ()
    count = bounds(spots["count"], "count", whole=True) if "count" in spots else ()
    total = bounds(spots["sum"], "sum", whole=False) if "sum" in spots else ()
    if name is None:
        return None
    since_entry = bool(since) or (context.since_entry and within is None)
    return rules.Happened(name, tests, within, count, total, since_entry, of or "")


def _received(spot: Spot, context: RuleContext) -> Rule | None:
    outer = spot.fields(["received"], "`received`") or {}
    spots = outer["received"].fields(["journey", "step", "within"], "`received`")
    if spots is None:
        return None
    if not spots:
        outer["received"].refuse(
            "empty_rule", "`received` asks for nothing", "Give a journey, a step or `within`."
        )
        return None
    if "step" in spots and "journey" not in spots:
        what = "`received` needs the `journey` of its `step`"
        outer["received"].refuse("missing_field", what, "Add `journey`.")
        return None
    journey = key_of(spots["journey"], "a journey's key") if "journey" in spots else None
    step = key_of(spots["step"], "a step's id") if "step" in spots else None
    within = duration(spots["within"]) if "within" in spots else None
    return rules.Received(journey or "", step or "", within)


def _consent(spot: Spot, context: RuleContext) -> Rule | None:
    inner = (spot.fields(["consent"], "`consent`") or {})["consent"]
    if not isinstance(inner.node.value, dict):
        channel = key_of(inner, "a channel")
        return rules.Consented(channel) if channel else None
    spots = inner.fields(["channel", "purpose"], "`consent`") or {}
    if "channel" not in spots:
        inner.refuse("missing_field", "`consent` needs a `channel`", "Write `{consent: email}`.")
        return None
    channel = key_of(spots["channel"], "a channel")
    purpose = choice(spots["purpose"], PURPOSES, "a purpose") if "purpose" in spots else None
    return rules.Consented(channel, purpose or "marketing") if channel else None


def _segment(spot: Spot, context: RuleContext) -> Rule | None:
    segment = key_of((spot.fields(["segment"], "`segment`") or {})["segment"], "a segment's key")
    return rules.InSegment(segment) if segment else None


def _score(spot: Spot, context: RuleContext) -> Rule | None:
    return read_score(spot)


def _entered_by(spot: Spot, context: RuleContext) -> Rule | None:
    inner = (spot.fields(["entered_by"], "`entered_by`") or {})["entered_by"]
    _needs_passage(inner, context, "`entered_by`")
    value = inner.node.value
    name = event_name(inner) if isinstance(value, str) and "." in value else key_of(inner, "an entry's name")
    return rules.EnteredBy(name) if name else None


def _needs_passage(spot: Spot | None, context: RuleContext, what: str) -> None:
    if spot is not None and context.inside != "enrollment":
        where_ = "in the steps, goal or exits of a journey"
        spot.refuse("out_of_place", f"{what} has a meaning only {where_}", "Leave it out here.", key=True)


def _expanded(spot: Spot, context: RuleContext, word: str) -> Rule | None:
    """Spell a registered condition out, and read what it answers; the author is shown their own line."""
    inner = (spot.fields([word], f"`{word}`") or {})[word]
    if context.expansions >= EXPANSIONS:
        inner.refuse("expands_for_ever", f"`{word}` expands more than {EXPANSIONS} times", "Mend its plugin.")
        return None
    try:
        tree = from_plain(
            context.conditions[word].expand(inner.node.plain()), inner.node.line, inner.node.column
        )
    except ValueError as error:
        inner.refuse("bad_condition", f"`{word}`: {error}")
        return None
    except (Exception, SystemExit) as error:  # a plugin's fault is named, whatever it is
        inner.refuse(
            "condition_failed", f"condition `{word}` failed: {type(error).__name__}", "Mend its plugin."
        )
        return None
    if too_deep(tree, 2 * DEEPEST):
        inner.refuse(
            "condition_failed", f"condition `{word}` answers a rule too deep to read", "Mend its plugin."
        )
        return None
    return parse_rule(tree, replace(context, expansions=context.expansions + 1), inner.path)


READERS: dict[str, Callable[[Spot, RuleContext], Rule | None]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "attribute": _attribute,
    "event": _event,
    "received": _received,
    "consent": _consent,
    "segment": _segment,
    "score": _score,
    "entered_by": _entered_by,
}
