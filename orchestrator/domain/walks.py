"""WALKS: what the walk of a person through their journey is made of. `advance` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.sdk.steps import ArrivedEvent, Call, Effect, Park, Past, Send, Tried
from orchestrator.sdk.value import value

COMPUTED_AT = "computed_at"  # among the scores of a traveller: when they were made
RuleAsked = tuple[str, str]  # (step id, the step kind's name for the rule)
Visited = tuple[str, int]  # (step id, visit)


@value
class Traveller:
    """A person at a step: where, since when, and what is known of them.

    `events`: those that woke them at this step. `past`: what visits of steps asked to see of the past.
    """

    enrollment: int
    customer: int
    salt: str
    step: str
    visit: int
    arrived_at: datetime
    entered_at: datetime
    zone: ZoneInfo
    zone_rung: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    reachable: frozenset[str] | None = frozenset()  # None: not loaded yet
    tried: tuple[Tried, ...] = ()
    events: tuple[ArrivedEvent, ...] = ()
    entry: Mapping[str, Any] = field(default_factory=dict)
    past: Mapping[Visited, tuple[ArrivedEvent, ...]] = field(default_factory=dict)
    held_out: bool = False
    due_at: datetime | None = None  # since when they could have walked; None: nobody asks how late it is
    scores: Mapping[str, Any] = field(
        default_factory=dict
    )  # those that rules have asked for, and when they were made

    def onward(
        self, step: str, visit: int, arrived_at: datetime, due_at: datetime | None = None
    ) -> Traveller:
        """The same person at another step. Written out, since `replace` takes six times as long for each."""
        return Traveller(
            self.enrollment,
            self.customer,
            self.salt,
            step,
            visit,
            arrived_at,
            self.entered_at,
            self.zone,
            self.zone_rung,
            self.attributes,
            self.reachable,
            (),
            (),
            self.entry,
            self.past,
            self.held_out,
            due_at,
            self.scores,
        )

    def reached(self, channels: frozenset[str]) -> Traveller:
        """The same person, whom these channels reach."""
        return Traveller(
            self.enrollment,
            self.customer,
            self.salt,
            self.step,
            self.visit,
            self.arrived_at,
            self.entered_at,
            self.zone,
            self.zone_rung,
            self.attributes,
            channels,
            self.tried,
            self.events,
            self.entry,
            self.past,
            self.held_out,
            self.due_at,
            self.scores,
        )


@value
class Run:
    """A step that was left behind, with what came of it and on what evidence."""

    step: str
    visit: int
    entered_at: datetime
    outcome: str
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@value
class Parked:
    """Stopped at a step until a time or an event."""

    step: str
    visit: int
    arrived_at: datetime
    park: Park


@value
class Sending:
    """Stopped at a step that sends or calls until its message is final."""

    step: str
    visit: int
    arrived_at: datetime
    send: Send | Call
    due_at: datetime | None = None


@value
class Ended:
    """The passage is over: `completed` at the last step, or `exited` by a step."""

    status: str
    reason: str


@value
class Missing:
    """What must be loaded before the walk can go on: the truth of rules, how the person can be reached, past events.

    `at`: the person where they stand meanwhile; the walk goes on from there.
    """

    at: Traveller
    rules: frozenset[RuleAsked] = frozenset()
    reach: bool = False
    past: tuple[Visited, Past] | None = None


@value
class Acted:
    """An effect of a visit to a step; `number` tells it from the visit's other effects."""

    step: str
    visit: int
    number: int
    effect: Effect


@value
class Walk:
    """The steps left behind, in order, where it ended, and what must be done for it."""

    runs: tuple[Run, ...]
    end: Parked | Sending | Ended | Missing
    acted: tuple[Acted, ...] = ()
