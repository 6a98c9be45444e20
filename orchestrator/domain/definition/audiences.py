"""Ways in that are not an event of one person: an audience at a time, a schedule, a segment's door, and a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.schedules import Recurrence
from orchestrator.domain.waves import Pace
from orchestrator.domain.zones import parse_zone

CUSTOMER = "customer"  # the zone of a launch that comes to everybody by their own clock
ENTERED, LEFT = "segment.entered", "segment.left"


@dataclass(frozen=True, slots=True)
class AudienceTrigger:
    """Enters everybody of whom `who` is true on one day at a time of day; `zone` is a name, `customer`, or ours ("")."""

    who: Rule
    on: date
    at: time
    zone: str = ""
    pace: Pace | None = None
    name: str = "audience"

    def next_on(self, after: date) -> date | None:
        """The day, if it lies after `after`."""
        return self.on if self.on > after else None

    def sentence(self) -> str:
        """ "on 2026-03-09 at 10:00, everybody who is in segment club"."""
        pace = f", {self.pace.sentence()}" if self.pace else ""
        return f"on {self.on} at {self.at:%H:%M}{_clock(self.zone)}, everybody of whom {self.who.sentence()}{pace}"


@dataclass(frozen=True, slots=True)
class ScheduleTrigger:
    """Enters everybody of whom `who` is true (all, if None) on days that recur, at a time of day."""

    recurrence: Recurrence
    at: time
    who: Rule | None = None
    zone: str = ""
    name: str = "schedule"

    @property
    def pace(self) -> None:
        """All at once."""
        return None

    def next_on(self, after: date) -> date | None:
        """The first day after `after`."""
        return self.recurrence.next_on(after)

    def sentence(self) -> str:
        """ "every week on monday at 10:00"."""
        who = f", everybody of whom {self.who.sentence()}" if self.who else ""
        return f"{self.recurrence.sentence()} at {self.at:%H:%M}{_clock(self.zone)}{who}"


@dataclass(frozen=True, slots=True)
class SegmentTrigger:
    """Enters whoever comes into a segment, or leaves it: the change, never the membership."""

    segment: str
    enters: bool = True

    @property
    def event(self) -> str:
        """The event that tells of the change."""
        return ENTERED if self.enters else LEFT

    @property
    def where(self) -> tuple[Comparison, ...]:
        """Of which segment it must tell."""
        return (Comparison("segment", "is", self.segment),)

    @property
    def name(self) -> str:
        """What `entered_by` calls this trigger."""
        return self.event

    def sentence(self) -> str:
        """ "when they enter segment vip"."""
        return f"when they {'enter' if self.enters else 'leave'} segment {self.segment}"


@dataclass(frozen=True, slots=True)
class ApiTrigger:
    """Enters whom a program names, each key of the caller's once. `requires`: properties the call must bring."""

    name: str
    requires: tuple[str, ...] = ()

    def sentence(self) -> str:
        """ "when a program calls order_confirmed"."""
        return f"when a program calls {self.name}"


Launched = AudienceTrigger | ScheduleTrigger


def zone_of_launch(trigger: Launched, workspace: str) -> ZoneInfo | None:
    """The zone a launch goes by; None where it is each customer's own."""
    return None if trigger.zone == CUSTOMER else parse_zone(trigger.zone or workspace)


def _clock(zone: str) -> str:
    return " by their own clock" if zone == CUSTOMER else f" ({zone})" if zone else ""
