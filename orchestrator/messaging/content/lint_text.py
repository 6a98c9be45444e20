"""What is wrong with one text of a template, whatever it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Set

from orchestrator.domain.definition.problems import nearest
from orchestrator.messaging.content.check import Checked, check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.lint_html import Finding


def lint_text(text: str, environment: Sandbox, roots: Set[str]) -> tuple[Checked | None, list[Finding]]:
    """The text read, or None where it cannot be, and the findings. `roots`: the variables there are."""
    try:
        checked = check(environment, text)
        environment.compile(checked.tree)
    except TemplateFault as fault:
        return None, [Finding(fault.line, fault.code, fault.what, fault.mend)]
    except (SyntaxError, RecursionError):
        return None, [Finding(1, "too_deep", "this nests too deep to be compiled.", "Simplify it.")]
    findings = list(_unknown(checked, roots))
    if any("\ud800" <= character <= "\udfff" for character in text):
        findings.append(Finding(1, "surrogate", "this holds half a character.", "Type it again."))
    return checked, findings


def _unknown(checked: Checked, roots: Set[str]) -> Iterator[Finding]:
    for use in checked.uses:
        root = use.name.partition(".")[0]
        if root not in roots:
            mend = nearest(root, roots) or f"Known: {', '.join(sorted(roots))}."
            yield Finding(use.line, "unknown_variable", f"there is no variable {root[:60]!r}.", mend)
