"""`wait_for_window: {days: [mon, fri], from: "09:00", to: "17:00"}`: stay until the person's own clock is in it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from orchestrator.domain.definition.fields import ClockField, Refused
from orchestrator.domain.quiet import EVERY_DAY, LONGEST_SEARCH, QuietHours, Range, holidays_of, next_allowed
from orchestrator.sdk import Continue, Outcome, Park, StepFacts, StepKind, StepParams

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)
_MIDNIGHT = time(0)


def _country(value: str) -> str:
    try:
        holidays_of(value, 2026)
    except ValueError as error:
        raise Refused(str(error), "Write a country's code, such as `PL`.") from None
    return value


class Window(BaseModel):
    """Days of the week and hours of the day; left out: every day, the whole day. `not_holidays_of`: a country."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=7)] = DAYS
    from_: Annotated[ClockField, Field(alias="from")] = _MIDNIGHT
    to: ClockField = _MIDNIGHT
    not_holidays_of: Annotated[str, AfterValidator(_country)] | None = None

    @model_validator(mode="after")
    def _is_some_time(self) -> Window:
        if self.from_ == self.to != _MIDNIGHT:
            raise ValueError(f"the window begins and ends at {self.to:%H:%M}; write two different times")
        return self

    def outside(self) -> QuietHours:
        """All that is not in the window, as a rule of quiet hours."""
        ranges = () if self.from_ == self.to else (Range(EVERY_DAY, self.to, self.from_),)
        return QuietHours(ranges, self.not_holidays_of, frozenset(map(DAYS.index, self.days)))


class WaitForWindowParams(StepParams):
    """The window."""

    window: Window


class WaitForWindow(StepKind[WaitForWindowParams]):
    """Goes on at once in the window, else at its next opening, by the clock of where the person lives."""

    name = "wait_for_window"
    head = "window"
    title = "Wait for a time window"
    Params = WaitForWindowParams
    reads_reachable = False
    reads_bucket = False
    reads_zone = True

    def decide(self, params: WaitForWindowParams, facts: StepFacts, now: datetime) -> Outcome:
        """Park until it opens; where it does not for a week of holidays, look again then."""
        opens = next_allowed(now, (params.window.outside(),), facts.zone)
        if opens is None:
            return Park(now + LONGEST_SEARCH)
        return Park(opens) if now < opens else Continue()

    def sentence(self, params: WaitForWindowParams) -> str:
        """Wait for mon, fri, 09:00–17:00."""
        window = params.window
        days = "any day" if len(set(window.days)) == len(DAYS) else ", ".join(window.days)
        hours = "" if window.from_ == window.to else f", {window.from_:%H:%M}–{window.to:%H:%M}"
        holidays = f", no holiday of {window.not_holidays_of}" if window.not_holidays_of else ""
        return f"Wait for {days}{hours}{holidays}"
