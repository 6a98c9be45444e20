"""`exit: reason`: the passage ends here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from orchestrator.domain.definition.fields import KEY_PATTERN, KeyField
from orchestrator.sdk import Leave, Outcome, StepFacts, StepKind, StepParams

USUAL = "exit_step"
SHAPE = {"anyOf": [{"type": "string", "pattern": KEY_PATTERN}, {"const": True}]}


def _usual(value: object) -> object:
    return USUAL if value is True else value


class ExitParams(StepParams):
    """`reason`: a short code, kept with the enrollment; `true` or nothing means `exit_step`."""

    reason: Annotated[KeyField, BeforeValidator(_usual), WithJsonSchema(SHAPE)] = USUAL


class Exit(StepKind[ExitParams]):
    """Ends the enrollment."""

    name = "exit"
    head = "reason"
    title = "Leave the journey"
    Params = ExitParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: ExitParams, facts: StepFacts, now: datetime) -> Outcome:
        """Leave."""
        return Leave(params.reason)

    def sentence(self, params: ExitParams) -> str:
        """Leave the journey (no_interest)."""
        return self.title if params.reason == USUAL else f"{self.title} ({params.reason})"
