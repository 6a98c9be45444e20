"""CALLS: what steps post to systems of the company's own, checked and prepared when a journey is published.

A call's body is pinned to the version like a template, under the step's name instead of a template's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from orchestrator import registry
from orchestrator.domain import outbound
from orchestrator.domain.definition import Definition, Node, Problem, Step
from orchestrator.messaging.content import webhook
from orchestrator.messaging.content.check import Checked
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.lint_html import Finding
from orchestrator.messaging.content.lint_text import lint_text
from orchestrator.messaging.memberships import known_segments, no_segment
from orchestrator.sdk import Path, Webhook

CHANNEL = "webhook"
CONTEXT_ROOTS = ("customer", "event", "entry", "brand", "journey", "shop", "currency")
_PIN = "step:"  # no template is called so: a key has no colon
_KEY_LENGTH = 63


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call as it is pinned. `key` has a hyphen, which no template's key may have; `source` is for people to read."""

    key: str
    source: str
    prepared: Mapping[str, Any]


def pin_of(step_id: str) -> str:
    """Under which name a version pins the call of a step."""
    return f"{_PIN}{step_id}"


def without_calls(pinned: Mapping[str, int]) -> list[int]:
    """The template versions among what a version pins."""
    return [version for name, version in pinned.items() if not name.startswith(_PIN)]


def prepared_calls(definition: Definition) -> Iterator[tuple[str, Prepared]]:
    """Every call of a checked journey, by the name it is pinned under."""
    filters = registry.current().filters
    for step, called in _calls(definition):
        key = f"call-{step.id}"[:_KEY_LENGTH]
        body = standard_body(definition, step, called) if called.body is None else called.body
        made = webhook.prepare(key, called.event, body, filters)
        yield pin_of(step.id), Prepared(key, webhook.spelled(body), made)


def standard_body(definition: Definition, step: Step, called: Webhook) -> dict[str, Any]:
    """What is posted where the author wrote no body: which event of which journey, and of whom by their id alone."""
    return {
        "type": called.event,
        "data": {"customer": "{{ customer.external_id }}", "journey": definition.key, "step": step.id},
    }


def problems_of_calls(definition: Definition, tree: Node, file: str) -> Iterator[Problem]:
    """What is wrong with where calls go and what they say, at its line."""
    sandbox = Sandbox(html=False, filters=registry.current().filters)
    for step, called in _calls(definition):
        place = _place(step, tree, called.url_at)
        try:
            outbound.check(called.url, settings.OUTBOUND_ALLOWLIST)
        except outbound.Forbidden as error:
            yield _problem(tree, place, "bad_url", error.what, error.mend, file)
        for path in webhook.template_keys(called.body):
            place = (*_place(step, tree, called.body_at), *path)
            what = "the name of a field cannot hold a template"
            yield _problem(tree, place, "template_in_key", what, "Write it out.", file)
        for path, text in webhook.texts(called.body):
            checked, findings = lint_text(text, sandbox, frozenset(CONTEXT_ROOTS))
            findings += _unknown_segments(checked)
            place = (*_place(step, tree, called.body_at), *path)
            yield from (_found(tree, place, one, file) for one in findings)


def _unknown_segments(checked: Checked | None) -> Iterator[Finding]:
    asked = checked.segments if checked is not None else ()
    known = known_segments() if asked else set()
    for use in asked:
        if use.name not in known:
            yield Finding(use.line, "unknown_segment", *no_segment(use.name, known))


def _calls(definition: Definition) -> Iterator[tuple[Step, Webhook]]:
    for step_id in definition.step_ids():
        step = definition.step(step_id)
        called = step.kind.webhook(step.params)
        if called is not None:
            yield step, called


def _place(step: Step, tree: Node, path: Path) -> Path:
    """Where a path of the params stands in the file: the head's under the kind's name."""
    if path[:1] == (step.kind.head,) and tree.at(step.path).child(step.kind.head) is None:
        path = (step.kind.name, *path[1:])
    return (*step.path, *path)


def _found(tree: Node, place: Path, finding: Finding, file: str) -> Problem:
    return _problem(tree, place, finding.code, finding.what, finding.mend, file, finding.line - 1)


def _problem(tree: Node, place: Path, code: str, what: str, mend: str, file: str, below: int = 0) -> Problem:
    node = tree.at(place)
    return Problem(place, node.line + below, node.column, code, what, mend, file)
