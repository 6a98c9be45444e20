"""`choose`: the first case whose rule is true, else `otherwise`, else on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.domain.definition.fields import RuleField, StepsField
from orchestrator.sdk import Continue, Enter, Outcome, Path, StepFacts, StepKind, StepParams

MOST_CASES = 20


class Case(BaseModel):
    """A rule, and the steps for those it is true of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: RuleField
    then: StepsField


class ChooseParams(StepParams):
    """Cases in the order they are asked."""

    cases: Annotated[list[Case], Field(min_length=1, max_length=MOST_CASES)]
    otherwise: StepsField = []


class Choose(StepKind[ChooseParams]):
    """Parts people by what is true of them now. Arms are called 1, 2, … and otherwise."""

    name = "choose"
    head = "cases"
    title = "Choose by what is true"
    Params = ChooseParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: ChooseParams, facts: StepFacts, now: datetime) -> Outcome:
        """Into the first case that is true."""
        for number in range(1, len(params.cases) + 1):
            if facts.rules[str(number)]:
                return Enter(str(number))
        return Enter("otherwise") if params.otherwise else Continue()

    def arms(self, params: ChooseParams) -> Mapping[str, Path]:
        """1, 2, … and `otherwise` if it is written."""
        cases: dict[str, Path] = {str(n + 1): ("cases", n, "then") for n in range(len(params.cases))}
        return cases | ({"otherwise": ("otherwise",)} if params.otherwise else {})

    def rules(self, params: ChooseParams) -> Mapping[str, Path]:
        """The `when` of each case, by the name of its arm."""
        return {str(n + 1): ("cases", n, "when") for n in range(len(params.cases))}

    def sentence(self, params: ChooseParams) -> str:
        """Choose the first of 2 cases that is true."""
        if len(params.cases) == 1:
            return "Choose by one condition"
        return f"Choose the first of {len(params.cases)} cases that is true"
