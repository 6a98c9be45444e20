"""WHAT IF: a cap, the journey's priority or one of its waits were another. Two simulations side by side say what it changes."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.domain.definition import DefinitionError
from orchestrator.domain.definition.arms import walk_steps
from orchestrator.journeys import yaml_edit
from orchestrator.journeys.folders import Text
from orchestrator.journeys.simulation.asked import Asked, CannotSimulate
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.journeys.yaml import read
from orchestrator.messaging.models import FrequencyCap
from orchestrator.registry import current

MOST = 1_000_000  # messages of a cap


def what_if(asked: Asked) -> None:
    """Set the caps' limits as asked, in the twins. A cap that is not there cannot be another."""
    for name, limit in asked.caps.items():
        if not FrequencyCap.objects.filter(name=name, enabled=True).update(limit=limit):
            known = ", ".join(
                sorted(FrequencyCap.objects.filter(enabled=True).values_list("name", flat=True))
            )
            raise CannotSimulate(f"There is no frequency cap “{name}”; there is {known or 'none'}.")


def rewritten(text: Text, priority: int | None, waits: Mapping[str, str]) -> Text:
    """The journey's text with another priority and other waits, by step. CannotSimulate names a step that has no wait."""
    source = text.text
    if priority is not None:
        source = yaml_edit.change(source, (), {"priority": priority})
    for step, duration in waits.items():
        source = _waiting(source, step, duration)
    return Text(text.file, source)


def _waiting(source: str, step: str, duration: str) -> str:
    kinds = {kind.name: kind for kind in STEP_KINDS} | dict(current().steps)
    try:
        steps = list(walk_steps(read(source).child("steps"), kinds))
    except DefinitionError as error:
        raise CannotSimulate("The journey cannot be read; mend it first.") from error
    for path, node, _kind in steps:
        identity = node.child("id")
        if identity is not None and identity.value == step:
            field = next((name for name in ("wait", "at_most") if node.child(name) is not None), "")
            if not field:
                break
            return yaml_edit.change(source, path, {field: duration})
    raise CannotSimulate(f"The journey has no step “{step}” that waits.")
