"""A step whose plugin is no longer on: whoever stands there waits until it is, and everybody else goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import ConfigDict

from orchestrator.sdk import Outcome, Park, StepFacts, StepKind, StepParams

AGAIN = timedelta(minutes=15)


class GoneParams(StepParams):
    """Whatever the plugin's own model would have read."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Gone(StepKind[GoneParams]):
    """Stands in for a kind that nobody registers."""

    name = "gone"
    head = "gone_value"
    title = "Wait for a plugin that is off"
    Params = GoneParams
    reads_reachable = False
    reads_person = False
    reads_bucket = False
    behind: ClassVar[StepKind[Any] | None] = None  # the kind it stands in for, where that is still there

    def decide(self, params: GoneParams, facts: StepFacts, now: datetime) -> Outcome:
        """Stay, and look again soon."""
        return Park(now + AGAIN, note="plugin_gone")

    def rounds(self, params: Any) -> int:
        """As often as the step behind it: who comes back to it from an arm stands here too."""
        return 0 if self.behind is None else self.behind.rounds(params)

    def sentence(self, params: GoneParams) -> str:
        """Wait for a plugin that is off (acme_call)."""
        return f"{self.title} ({self.name})"


def gone(name: str, behind: StepKind[Any] | None = None) -> Gone:
    """The stand-in for this kind. `behind`: the kind itself, if it is there but cannot be asked."""
    kind: Gone = type("Gone", (Gone,), {"name": name, "behind": behind})()
    return kind
