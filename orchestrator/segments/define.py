"""DEFINE: store a segment's rule. An edit re-enters nobody: its members are found anew, in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Node, Problem
from orchestrator.domain.definition.problems import Problems
from orchestrator.domain.definition.rule_parser import RuleContext, parse_rule
from orchestrator.domain.definition.rules import InSegment, Rule
from orchestrator.domain.definition.score_rules import ScoreIs, ScoreRanked
from orchestrator.segments.models import Segment
from orchestrator.segments.scoring.score import want


@dataclass(frozen=True, slots=True)
class Defined:
    """What defining did: the row's id, and whether its rule is another than before."""

    id: int
    changed: bool


def read_segment_rule(tree: Node, key: str, file: str = "") -> Rule:
    """The rule in a tree; DefinitionError with all that is wrong, also for one that leads back to its own segment."""
    problems = Problems(file)
    rule = parse_rule(tree, RuleContext(problems, registry.current().conditions))
    problems.refuse()
    if rule is None:
        raise AssertionError("a rule that cannot be read leaves a problem")
    for name, what in _wrong(key, rule):
        raise DefinitionError(
            [Problem((), tree.line, tree.column, f"bad_{name}", what, "Mend the rule.", file)]
        )
    return rule


def define(key: str, title: str, source: str, rule: Rule, now: datetime) -> Defined:
    """Make the segment or change it; with another rule everybody is looked at anew, from `now` on.

    DefinitionError where the rule leads back to the segment by what others have defined since it was read: all are
    locked, so that two who write at once cannot close a circle between them.
    """
    with transaction.atomic():
        locked = {row.key: row for row in Segment.objects.order_by("id").select_for_update()}
        row = locked.get(key)
        for name, what in _wrong(key, rule):
            raise DefinitionError([Problem((), 0, 0, f"bad_{name}", what, "Mend the rule.")])
        changed = row is None or row.rule != rule.plain()
        row = row or Segment(key=key, changed_at=now, measure_at=now)
        row.title, row.source = title, source
        if changed:
            row.rule, row.changed_at = rule.plain(), now
            row.settled, row.cursor, row.due_at = False, 0, now
        row.save()
        if any(isinstance(leaf, (ScoreIs, ScoreRanked)) for leaf in rule.leaves()):
            want(now)
    return Defined(row.pk, changed)


def _wrong(key: str, rule: Rule) -> Iterator[tuple[str, str]]:
    """Segments it names that are not there, and ways back to itself."""
    rules = {name: plain for name, plain in Segment.objects.values_list("key", "rule") if name != key}
    for name in named(rule):
        if name != key and name not in rules:
            yield "segment", f"there is no segment “{name}”"
    work, seen = list(named(rule)), set[str]()
    while work:
        name = work.pop()
        if name == key:
            yield "circle", f"the rule leads back to the segment “{key}” itself"
            return
        if name not in seen:
            seen.add(name)
            work += _names(rules.get(name))


def named(rule: Rule) -> list[str]:
    """The segments a rule names."""
    return [leaf.segment for leaf in rule.leaves() if isinstance(leaf, InSegment)]


def _names(plain: object) -> Iterator[str]:
    """The segments that a stored rule names."""
    if isinstance(plain, dict):
        if isinstance(plain.get("segment"), str):
            yield plain["segment"]
        for part in plain.values():
            yield from _names(part)
    elif isinstance(plain, list):
        for part in plain:
            yield from _names(part)
