"""How people come into a journey: triggers, the filter at the door, and when they may come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Literal

from orchestrator.domain.definition.audiences import (
    ApiTrigger,
    AudienceTrigger,
    Launched,
    ScheduleTrigger,
    SegmentTrigger,
)
from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.limits import Limit
from orchestrator.domain.definition.rearm import NEVER, Rearm
from orchestrator.domain.definition.replenishment import ReplenishmentTrigger
from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.durations import Duration


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """Enters when the event happens and its properties fit `where`."""

    event: str
    where: tuple[Comparison, ...] = ()

    @property
    def name(self) -> str:
        """What `entered_by` calls this trigger."""
        return self.event

    def sentence(self) -> str:
        """ "when order.placed happens"."""
        where = " and ".join(comparison.sentence() for comparison in self.where)
        return f"when {self.event} happens" + (f" with {where}" if where else "")


@dataclass(frozen=True, slots=True)
class InactiveTrigger:
    """Enters when the event has happened, and then not again for `quiet_for`."""

    event: str
    quiet_for: Duration

    @property
    def name(self) -> str:
        """What `entered_by` calls this trigger."""
        return "inactive"

    def sentence(self) -> str:
        """ "when order.placed has not happened for 90 days"."""
        return f"when {self.event} has not happened for {self.quiet_for}"


@dataclass(frozen=True, slots=True)
class MilestoneTrigger:
    """Enters when the count, or the sum of amounts, of an event reaches a mark; each mark once, or as `rearm` says."""

    event: str
    measure: Literal["count", "sum"]
    marks: tuple[int | float, ...]
    name: str
    rearm: Rearm = NEVER

    def key(self, mark: float) -> str:
        """The entry key of a mark: `order_5`."""
        return f"{self.name}_{mark:g}" if mark < 10**6 else f"{self.name}_{int(mark)}"

    def entry_keys(self) -> tuple[str, ...]:
        """The entry keys of all marks."""
        return tuple(self.key(mark) for mark in self.marks)

    def sentence(self) -> str:
        """ "at 1, 5, 10 times order.placed"."""
        marks = ", ".join(f"{mark:g}" for mark in self.marks)
        what = "times" if self.measure == "count" else "spent by"
        again = f", again {self.rearm}" if self.rearm != NEVER else ""
        return f"at {marks} {what} {self.event}{again}"


@dataclass(frozen=True, slots=True)
class DateTrigger:
    """Enters once a year on the day of an attribute, or of the first event of a name, at a local time of day.

    `offset_days` moves the day (-7: a week before). On 29 February of other years `leap` decides. The entry key is
    `<name>:<local year>`, so no edit of the date gives a second entry in one year.
    """

    attribute: str
    anniversary_of: str
    at: time
    name: str
    leap: Literal["feb28", "mar1"] = "feb28"
    offset_days: int = 0

    def sentence(self) -> str:
        """ "every year on birthday at 09:00"."""
        moved = f"{abs(self.offset_days)} days {'before' if self.offset_days < 0 else 'after'} "
        day = self.attribute or f"the anniversary of the first {self.anniversary_of}"
        return f"every year {moved if self.offset_days else 'on '}{day} at {self.at:%H:%M}"


Trigger = (
    EventTrigger
    | InactiveTrigger
    | MilestoneTrigger
    | DateTrigger
    | ReplenishmentTrigger
    | Launched
    | SegmentTrigger
    | ApiTrigger
)


@dataclass(frozen=True, slots=True)
class Reentry:
    """When somebody who was in the journey may enter again, across all its versions.

    `never` | `after_exit` | `after` (an `interval` from the last entry) | `per_property` (once per value of the
    entry event's `property`) | `per_key` (once per entry key) | `always` (even while inside).
    """

    kind: Literal["never", "after_exit", "after", "per_property", "per_key", "always"]
    interval: Duration | None = None
    property: str = ""

    def __str__(self) -> str:
        return {
            "after": f"after {self.interval}",
            "per_property": f"per {self.property}",
        }.get(self.kind, self.kind.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Entry:
    """The door of a journey. `grace`: for how long a failing `only_if` is asked again, since attributes come late.

    `limit`: how many it lets through.
    """

    triggers: tuple[Trigger, ...]
    only_if: Rule | None
    again: Reentry
    grace: Duration | None = None
    limit: Limit | None = None

    def names(self) -> frozenset[str]:
        """All that `entered_by` may name: triggers, and the keys of milestones."""
        marks = (
            key for each in self.triggers if isinstance(each, MilestoneTrigger) for key in each.entry_keys()
        )
        return frozenset(each.name for each in self.triggers) | frozenset(marks)

    def rules(self) -> tuple[Rule, ...]:
        """The rules at the door: who is meant, and who of them may come in."""
        who = (one.who for one in self.triggers if isinstance(one, (AudienceTrigger, ScheduleTrigger)))
        return tuple(rule for rule in (*who, self.only_if) if rule is not None)

    def sentence(self) -> str:
        """ "when customer.signed_up happens, if consented to marketing by email"."""
        return " or ".join(each.sentence() for each in self.triggers) + (
            f", if {self.only_if.sentence()}" if self.only_if else ""
        )


@dataclass(frozen=True, slots=True)
class Goal:
    """What the journey is for: the event, within a time after entry; reaching it ends the passage."""

    event: str
    where: tuple[Comparison, ...] = ()
    within: Duration | None = None
