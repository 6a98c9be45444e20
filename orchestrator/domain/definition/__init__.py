"""The journey language: from a tree with places to a `Definition`, or to all that is wrong with it at once.

Start reading at `parser.parse`; the rule language is `rules`, its reader `rule_parser`.
"""

from orchestrator.domain.definition.journey import Definition
from orchestrator.domain.definition.parser import parse
from orchestrator.domain.definition.problems import DefinitionError, Problem, Problems
from orchestrator.domain.definition.rule_parser import RuleContext, parse_rule, read_rule
from orchestrator.domain.definition.schema import journey_schema
from orchestrator.domain.definition.steps import Mention, Step
from orchestrator.domain.definition.tree import Node, from_plain

__all__ = [
    "Definition",
    "DefinitionError",
    "Mention",
    "Node",
    "Problem",
    "Problems",
    "RuleContext",
    "Step",
    "from_plain",
    "journey_schema",
    "parse",
    "parse_rule",
    "read_rule",
]
