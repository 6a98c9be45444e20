"""STAND IN: a published definition is read although a plugin it needs is off, or cannot read its own words any more.

Nobody may be led the wrong way for it, and nobody else may stand still:

* a step whose plugin is gone, or that asks a condition which is gone, keeps its people until it is back;
* an entry filter with such a condition lets nobody in: who was to be kept out cannot be told;
* an exit rule with one holds the whole passage: nobody moves, and nothing that is planned is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from orchestrator import registry
from orchestrator.domain.definition import Definition, DefinitionError, Step, from_plain, parse
from orchestrator.domain.definition.rules import AttributeIs, Rule
from orchestrator.domain.shapes import is_ours
from orchestrator.journeys.models import JourneyVersion
from orchestrator.journeys.steps.gone import gone
from orchestrator.journeys.yaml import read as read_yaml
from orchestrator.sdk import ConditionKind, StepKind

log = logging.getLogger(__name__)
MARK = "plugin_that_is_off"  # what a condition that is gone asks, so that it is found
_ROUNDS = 10  # what stands inside something unknown is found once that is known


@dataclass(frozen=True, slots=True)
class Reading:
    """A definition as it can be worked with. `exits_unknown`: an exit rule cannot be asked, so nobody may move."""

    definition: Definition
    exits_unknown: bool = False


class GoneCondition(ConditionKind):
    """Stands in for a condition that nobody registers; whatever asks it is replaced."""

    name = "gone"

    def expand(self, value: Any) -> Mapping[str, Any]:
        """A rule by which it is found."""
        return {"attribute": MARK, "is": "gone"}


@dataclass(frozen=True, slots=True)
class _Kinds:
    steps: Mapping[str, StepKind[Any]]
    conditions: Mapping[str, ConditionKind]

    def less(self, steps: set[str], conditions: set[str]) -> _Kinds:
        """With stand-ins for these."""
        return _Kinds(
            {**self.steps, **{name: gone(name) for name in steps}},
            {**self.conditions, **{name: GoneCondition() for name in conditions}},
        )


def read(row: JourneyVersion) -> Reading:
    """Read a version; raises DefinitionError where not even stand-ins help."""
    known = _Kinds(registry.current().steps, registry.current().conditions)
    tree = from_plain(row.definition)
    try:
        return Reading(parse(tree, known.steps, known.conditions))
    except DefinitionError:
        steps, conditions = _unknown(row, known)
    try:
        less = known.less(steps, conditions)
        definition = parse(tree, less.steps, less.conditions)
    except DefinitionError:
        # A plugin that is on refuses what it took when this was published: of which, nobody can tell.
        steps |= {name for name, kind in known.steps.items() if not is_ours(kind)}
        conditions |= {name for name, kind in known.conditions.items() if not is_ours(kind)}
        less = known.less(steps, conditions)
        definition = parse(tree, less.steps, less.conditions)
    return _held(definition, row, steps, conditions)


def _unknown(row: JourneyVersion, known: _Kinds) -> tuple[set[str], set[str]]:
    """Kinds of steps and conditions that nobody registers; by the text, where a step begins with its kind's name."""
    steps: set[str] = set()
    conditions: set[str] = set()
    for _ in range(_ROUNDS):
        less = known.less(steps, conditions)
        try:
            parse(read_yaml(row.source), less.steps, less.conditions)
        except DefinitionError as error:
            before = len(steps) + len(conditions)
            steps |= _named(error, "unknown_step")
            conditions |= _named(error, "unknown_rule")
            if len(steps) + len(conditions) > before:
                continue
        break
    return steps, conditions


def _named(error: DefinitionError, code: str) -> set[str]:
    names = [problem.path[-1] for problem in error.problems if problem.code == code and problem.path]
    return {name for name in names if isinstance(name, str)}


def _held(definition: Definition, row: JourneyVersion, steps: set[str], conditions: set[str]) -> Reading:
    exits_unknown = any(_asks_gone(rule) for rule in definition.exit_when)
    entry = definition.entry
    shut = entry.only_if is not None and _asks_gone(entry.only_if)
    _tell(row, steps, conditions, shut, exits_unknown)
    if shut:
        # The rule itself, without what stands around it, is true of nobody.
        entry = replace(entry, only_if=next(_gone_leaves(entry.only_if)))  # type: ignore[arg-type]
    kept = tuple(_kept(step, exits_unknown) for step in definition.steps)
    return Reading(replace(definition, entry=entry, steps=kept), exits_unknown)


def _kept(step: Step, everybody: bool) -> Step:
    """The step, keeping its people if it asks what is gone. Recursive: the parser has bounded the nesting.

    Where everybody is kept, whoever comes to a send still plans its message, which the gate holds.
    """
    arms = {
        name: tuple(_kept(child, everybody) for child in children) for name, children in step.arms.items()
    }
    if (everybody and step.kind.name != "send") or any(_asks_gone(rule) for rule in step.rules.values()):
        return replace(step, kind=gone(step.kind.name, step.kind), arms=arms, rules={})
    return replace(step, arms=arms)


def _asks_gone(rule: Rule) -> bool:
    return any(True for _ in _gone_leaves(rule))


def _gone_leaves(rule: Rule) -> Any:
    return (leaf for leaf in rule.leaves() if isinstance(leaf, AttributeIs) and leaf.comparison.name == MARK)


def _tell(
    row: JourneyVersion, steps: set[str], conditions: set[str], shut: bool, exits_unknown: bool
) -> None:
    what = f"journey {row.journey.key}, version {row.number}: no plugin that is on has the"
    if steps:
        log.error("%s steps %s; whoever comes there waits", what, ", ".join(sorted(steps)))
    if conditions:
        whom = "whoever is inside waits" if exits_unknown else "whoever comes to a step that asks them waits"
        door = ", and nobody enters" if shut else ""
        log.error("%s conditions %s; %s%s", what, ", ".join(sorted(conditions)), whom, door)
