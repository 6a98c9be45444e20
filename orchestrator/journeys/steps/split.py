"""`split`: shares of people, at random but for ever the same for one person at one step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from orchestrator.domain.definition.fields import KeyField, Refused, ShareField, StepsField
from orchestrator.sdk import Enter, Outcome, Path, StepFacts, StepKind, StepParams

WHOLE = 10_000
MOST_VARIANTS = 10


def _positive(points: int) -> int:
    if points == 0:
        raise Refused("a share of 0% reaches nobody", "Leave the variant out, or give it a share.")
    return points


class Variant(BaseModel):
    """A share in basis points, and the steps of those who fall to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: Annotated[ShareField, AfterValidator(_positive)]
    steps: StepsField


def _whole(variants: dict[str, Variant]) -> dict[str, Variant]:
    if not 2 <= len(variants) <= MOST_VARIANTS:
        raise Refused(f"a split has {len(variants)} variants", f"Give it 2 to {MOST_VARIANTS}.")
    total = sum(variant.share for variant in variants.values())
    if total != WHOLE:
        raise Refused(f"the shares add up to {total / 100:g}%, not 100%", "Change one of them.")
    return variants


class SplitParams(StepParams):
    """Variants by name, in written order."""

    variants: Annotated[dict[KeyField, Variant], AfterValidator(_whole)]


class Split(StepKind[SplitParams]):
    """Parts people by their bucket, by cumulative shares in written order."""

    name = "split"
    head = "variants"
    title = "Split at random"
    Params = SplitParams
    reads_reachable = False
    reads_person = False

    def decide(self, params: SplitParams, facts: StepFacts, now: datetime) -> Outcome:
        """Into the variant the bucket falls to."""
        reached = 0
        for name, variant in params.variants.items():
            reached += variant.share
            if facts.bucket < reached:
                return Enter(name)
        raise ValueError(f"bucket {facts.bucket} is not within 0..{WHOLE - 1}")

    def arms(self, params: SplitParams) -> Mapping[str, Path]:
        """Each variant's steps."""
        return {name: ("variants", name, "steps") for name in params.variants}

    def sentence(self, params: SplitParams) -> str:
        """Split: gift 50%, discount 50%."""
        return "Split: " + ", ".join(
            f"{name} {each.share / 100:g}%" for name, each in params.variants.items()
        )
