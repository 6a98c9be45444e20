"""`start: second_order`: let the person into another journey, if its door lets them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from orchestrator.domain.definition.fields import KeyField
from orchestrator.sdk import Act, Outcome, Reference, Start, StepFacts, StepKind, StepParams


class StartParams(StepParams):
    """The journey. `key`: as in `again: per <key>`, where the other journey tells passages apart by it."""

    journey: KeyField
    key: Annotated[str, Field(max_length=100)] = ""


class StartStep(StepKind[StartParams]):
    """Lets people into another journey; one chain of journeys that start one another is at most five long."""

    name = "start"
    head = "journey"
    title = "Start another journey"
    Params = StartParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: StartParams, facts: StepFacts, now: datetime) -> Outcome:
        """Let them in and go on."""
        return Act((Start(params.journey, params.key),))

    def references(self, params: StartParams) -> Iterable[Reference]:
        """The journey."""
        yield Reference("journey", params.journey, ("journey",))

    def sentence(self, params: StartParams) -> str:
        """Start the journey “second_order”."""
        return f"Start the journey “{params.journey}”"
