"""From a tree to a definition: all that is wrong with a file is found in one reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orchestrator.domain.definition.campaign import as_journey
from orchestrator.domain.definition.checks import check, mentions
from orchestrator.domain.definition.entry_parser import parse_entry, parse_goal
from orchestrator.domain.definition.header import read_header
from orchestrator.domain.definition.journey import Definition
from orchestrator.domain.definition.problems import Problems
from orchestrator.domain.definition.reading import Spot, lacks
from orchestrator.domain.definition.rule_parser import RuleContext, parse_rule
from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.definition.step_parser import StepParser, freeze, name_drafts
from orchestrator.domain.definition.tree import Node, too_deep
from orchestrator.sdk import ConditionKind, StepKind

DEEPEST = 200
FIELDS = (
    *("journey", "title", "brand", "purpose", "topic", "priority", "expires", "on_cap", "catch_up"),
    *("entry", "goal", "exit_when", "holdout", "steps"),
)


def parse(
    tree: Node,
    kinds: Mapping[str, StepKind[Any]],
    conditions: Mapping[str, ConditionKind] | None = None,
    *,
    file: str = "",
    require_ids: bool = False,
) -> Definition:
    """Read a definition, or a campaign's; raises DefinitionError with all problems, in the order of lines.

    Steps without an id get one made up, listed in `missing_ids`; with `require_ids` each is a problem instead.
    """
    problems = Problems(file)
    spot = Spot(as_journey(tree, problems), (), problems)
    spots = _open(spot)
    context = RuleContext(problems, conditions or {}, "enrollment")
    header = read_header(spot, spots)
    entry = None
    if not lacks(spot, spots, "entry", "a journey"):
        entry = parse_entry(spots["entry"], replace(context, inside="entry"))
    goal = parse_goal(spots["goal"]) if "goal" in spots else None
    exits = _exits(spots["exit_when"], context) if "exit_when" in spots else ()
    steps = StepParser(kinds, context)
    top = []
    if not lacks(spot, spots, "steps", "a journey"):
        top = steps.read_list(spots["steps"])
        if not top and not steps.broken:
            spots["steps"].refuse(
                "no_steps", "a journey needs at least one step", "Add one under `steps`.", key=True
            )
    made_up = name_drafts(steps.drafts)
    check(spot, steps, entry, exits, made_up if require_ids else ())
    problems.refuse()
    if entry is None:
        raise AssertionError("an entry that cannot be read leaves a problem")
    return Definition(
        **header,
        entry=entry,
        goal=goal,
        exit_when=exits,
        steps=freeze(top),
        missing_ids=made_up,
        mentions=mentions(spot, steps.drafts, entry, exits),
    )


def _open(spot: Spot) -> dict[str, Spot]:
    """The top of the file; raises at once for what cannot be looked into at all."""
    deep = too_deep(spot.node, DEEPEST)
    if spot.node.value is None or spot.node.value == {}:
        spot.refuse("empty", "the file is empty", "Start it with `journey:` and a key.")
    elif deep is not None:
        what = f"this is nested more than {DEEPEST} deep"
        Spot(deep, (), spot.problems).refuse("too_deep", what, "Split the journey.")
    spot.problems.refuse()
    spots = spot.fields(FIELDS, "a journey")
    if spots is None:
        spot.problems.refuse()
    return spots or {}


def _exits(spot: Spot, context: RuleContext) -> tuple[Rule, ...]:
    context = replace(context, since_entry=True)
    rules = [parse_rule(item.node, context, item.path) for item in spot.items("`exit_when`") or ()]
    return tuple(rule for rule in rules if rule is not None)
