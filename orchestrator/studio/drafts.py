"""What is wrong with a draft, line by line."""

from __future__ import annotations

from django.utils.translation import gettext as _

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Problem, parse
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.journeys.yaml import read


def problems(text: str) -> list[str]:
    """All problems of a journey's YAML, in the order of its lines; [] for a sound one."""
    known = registry.current()
    try:
        tree = read(text)
        parse(tree, {kind.name: kind for kind in STEP_KINDS} | known.steps, known.conditions)
    except DefinitionError as error:
        return [told(problem) for problem in error.problems]
    return []


def told(problem: Problem) -> str:
    """The problem with its line, for the page."""
    words = problem.what.rstrip(".") + "." + (f" {problem.mend}" if problem.mend else "")
    words = words[:1].upper() + words[1:]
    if not problem.line:
        return words
    return _("Line %(line)s: %(words)s") % {"line": problem.line, "words": words}
