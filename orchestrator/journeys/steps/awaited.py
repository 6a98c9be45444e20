"""What `wait_until` may wait for: an event, told apart by its properties, by the message it is about, by the entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from orchestrator.domain.definition.comparison_parser import read_where
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.definition.fields import EventField, KeyField, Refused, WhereField
from orchestrator.domain.definition.problems import shown
from orchestrator.journeys.steps.wait import WaitField
from orchestrator.sdk import ArrivedEvent, StepFacts

PROPERTY = "^[A-Za-z_][A-Za-z0-9_]{0,62}$"


def _property(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(PROPERTY, value):
        return value
    raise Refused(
        f"{shown(value)} is no name of a property", "Write one that both events have, such as `cart_id`."
    )


PropertyField = Annotated[
    str,
    PlainValidator(_property),
    WithJsonSchema({"type": "string", "pattern": PROPERTY, "description": "A property of the entry event."}),
]


class AwaitedEvent(BaseModel):
    """An event still to come. `of`: about the message of that step. `where`: as in a rule.

    `correlate`: a property which must be what it is in the event they entered by; where that has none, nothing fits.
    `look_back`: an event counts if it happened up to so long before they came to the step, too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: EventField
    of: KeyField = ""
    where: WhereField = {}
    correlate: PropertyField = ""
    look_back: WaitField | None = None

    def fits(self, event: ArrivedEvent, facts: StepFacts) -> bool:
        """Whether it is the awaited one, whenever it happened."""
        return (
            event.name == self.event
            and _about(self.of, event.properties, facts.enrollment)
            and _correlates(self.correlate, event.properties, facts.entry)
            and all_match(read_where(self.where), event.properties)
        )

    def since(self, arrived_at: datetime, zone: ZoneInfo) -> datetime:
        """From when on it counts."""
        return arrived_at if self.look_back is None else self.look_back.before(arrived_at, zone)

    def sentence(self) -> str:
        """message.clicked happens for the message of step hello."""
        where = " and ".join(comparison.sentence() for comparison in read_where(self.where))
        of = f" for the message of step {self.of}" if self.of else ""
        same = f" with the {self.correlate} of the entry" if self.correlate else ""
        back = f", or has in the {self.look_back} before" if self.look_back else ""
        return f"{self.event} happens{of}{same}" + (f" (where {where})" if where else "") + back


class Reset(BaseModel):
    """An event that lets the time run anew. `at_most`: from the arrival, however often that happens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: EventField
    where: WhereField = {}
    correlate: PropertyField = ""
    at_most: WaitField

    def fits(self, event: ArrivedEvent, facts: StepFacts) -> bool:
        """Whether it sets the time anew, if it happened in time."""
        return (
            event.name == self.event
            and _correlates(self.correlate, event.properties, facts.entry)
            and all_match(read_where(self.where), event.properties)
        )


def form_of(value: Any) -> str:
    """Whether what is awaited is an event or a rule, by its words."""
    if isinstance(value, AwaitedEvent):
        return "event_form"
    plain = isinstance(value, dict) and "event" in value and set(value) <= set(AwaitedEvent.model_fields)
    return "event_form" if plain else "rule_form"


def _about(of: str, properties: Mapping[str, Any], enrollment: int) -> bool:
    """An event about a message must be about the step's message of this very enrollment."""
    return not of or (properties.get("enrollment") == enrollment and properties.get("step") == of)


def _correlates(name: str, properties: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    return not name or (entry.get(name) is not None and properties.get(name) == entry.get(name))
