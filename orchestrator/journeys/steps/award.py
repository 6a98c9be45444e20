"""`award: {points: 100}`: points for the person, one entry in the ledger for each visit of the step."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from orchestrator.domain.definition.fields import Refused
from orchestrator.sdk import Act, Award, Outcome, StepFacts, StepKind, StepParams

MOST_POINTS = 1_000_000


def _some(points: int) -> int:
    if points == 0:
        raise Refused("an award of 0 points gives nothing", "Write how many points it gives.")
    return points


class Prize(BaseModel):
    """Points: below zero they are taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: Annotated[int, Field(strict=True, ge=-MOST_POINTS, le=MOST_POINTS), AfterValidator(_some)]


class AwardParams(StepParams):
    """The prize, and a few words for the customer's history."""

    prize: Prize
    why: Annotated[str, Field(max_length=100)] = ""


class AwardStep(StepKind[AwardParams]):
    """Gives points. People held out of the journey get none: what they earn must not depend on it."""

    name = "award"
    head = "prize"
    title = "Award points"
    Params = AwardParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False

    def decide(self, params: AwardParams, facts: StepFacts, now: datetime) -> Outcome:
        """Give them and go on."""
        return Act((Award(params.prize.points, params.why),))

    def sentence(self, params: AwardParams) -> str:
        """Award 100 points."""
        points = params.prize.points
        return f"Award {points} points" if points > 0 else f"Take {-points} points"
