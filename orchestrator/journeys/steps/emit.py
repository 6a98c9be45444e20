"""`emit: onboarding.finished`: an event that rules, goals and other journeys see like any other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from orchestrator.domain.definition.fields import EventField
from orchestrator.sdk import Act, Emit, Outcome, StepFacts, StepKind, StepParams


class EmitParams(StepParams):
    """The event's name and what it says."""

    event: EventField
    properties: dict[str, Any] = Field(default_factory=dict)


class EmitStep(StepKind[EmitParams]):
    """Records an event for the person, once for each visit of the step."""

    name = "emit"
    head = "event"
    title = "Record an event"
    Params = EmitParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: EmitParams, facts: StepFacts, now: datetime) -> Outcome:
        """Record it and go on."""
        return Act((Emit(params.event, params.properties),))

    def sentence(self, params: EmitParams) -> str:
        """Record the event onboarding.finished."""
        return f"Record the event {params.event}"
