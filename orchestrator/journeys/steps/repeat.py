"""`repeat: 3`: walk the same steps again, a bounded number of times; with `until`, no further once a rule is true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field

from orchestrator.domain.definition.fields import RuleField, StepsField
from orchestrator.sdk import Continue, Enter, Outcome, Path, StepFacts, StepKind, StepParams

MOST_ROUNDS = 50


class RepeatParams(StepParams):
    """`times` rounds at most. `until` is asked before each round, the first one too."""

    times: Annotated[int, Field(strict=True, ge=1, le=MOST_ROUNDS)]
    steps: Annotated[StepsField, Field(min_length=1)]
    until: RuleField | None = None


class Repeat(StepKind[RepeatParams]):
    """Walks its steps round by round. Each round's messages are messages of their own."""

    name = "repeat"
    head = "times"
    title = "Repeat"
    Params = RepeatParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: RepeatParams, facts: StepFacts, now: datetime) -> Outcome:
        """Another round, unless there were enough or the rule is true."""
        if facts.rules.get("until"):
            return Continue(note=f"after {facts.round} of {params.times} rounds: what was waited for is true")
        if facts.round >= params.times:
            return Continue(note=f"after all {params.times} rounds")
        return Enter("steps")

    def rounds(self, params: RepeatParams) -> int:
        """As often as it says."""
        return params.times

    def arms(self, params: RepeatParams) -> Mapping[str, Path]:
        """The steps of a round."""
        return {"steps": ("steps",)}

    def rules(self, params: RepeatParams) -> Mapping[str, Path]:
        """`until`, where it is written."""
        return {"until": ("until",)} if params.until is not None else {}

    def sentence(self, params: RepeatParams) -> str:
        """Repeat at most 3 times."""
        return f"Repeat {'at most ' if params.until is not None else ''}{params.times} times"
