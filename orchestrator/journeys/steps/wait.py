"""`wait: 2 days`: stay, then go on; with `until`, on to the next time the clock shows that hour."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from orchestrator.domain.definition.fields import ClockField, DurationField, Refused
from orchestrator.domain.durations import Duration
from orchestrator.domain.zones import next_local_time
from orchestrator.sdk import Continue, Outcome, Park, StepFacts, StepKind, StepParams

LONGEST_DAYS = 366


def within_a_year(duration: Duration) -> Duration:
    """A passage ends after a year, so a longer wait would never come to its end."""
    if duration.approximate.days > LONGEST_DAYS:
        raise Refused(
            f"`{duration}` is longer than a year", "A passage through a journey ends after 365 days."
        )
    return duration


WaitField = Annotated[DurationField, AfterValidator(within_a_year)]


class WaitParams(StepParams):
    """`until`: a local time of day, "09:00"."""

    duration: WaitField
    until: ClockField | None = None


class Wait(StepKind[WaitParams]):
    """Waits from the arrival; after a send that is when the message was accepted."""

    name = "wait"
    head = "duration"
    title = "Wait"
    Params = WaitParams
    reads_reachable = False
    reads_bucket = False
    reads_zone = True

    def decide(self, params: WaitParams, facts: StepFacts, now: datetime) -> Outcome:
        """Park until the time has come."""
        until = params.duration.after(facts.arrived_at, facts.zone)
        if params.until is not None:
            until = next_local_time(until, params.until, facts.zone)
        return Park(until) if now < until else Continue()

    def sentence(self, params: WaitParams) -> str:
        """Wait 2 days, then until 09:00."""
        return f"Wait {params.duration}" + (f", then until {params.until:%H:%M}" if params.until else "")
