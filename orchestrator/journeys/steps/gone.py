"""A step whose plugin is no longer on: whoever stands there waits until it is, and everybody else goes on."""

from __future__ import annotations

from datetime import datetime, timedelta

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

    def decide(self, params: GoneParams, facts: StepFacts, now: datetime) -> Outcome:
        """Stay, and look again soon."""
        return Park(now + AGAIN, note="plugin_gone")

    def sentence(self, params: GoneParams) -> str:
        """Wait for a plugin that is off (acme_call)."""
        return f"{self.title} ({self.name})"


def gone(name: str) -> Gone:
    """The stand-in for this kind."""
    kind: Gone = type("Gone", (Gone,), {"name": name})()
    return kind
