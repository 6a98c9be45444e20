"""`wait_until: {event: …}` or a rule, `at_most` a time: two arms, `then` and `otherwise`, and never for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from orchestrator.domain.definition.comparison_parser import read_where
from orchestrator.domain.definition.comparisons import all_match
from orchestrator.domain.definition.fields import EventField, KeyField, RuleField, StepsField, WhereField
from orchestrator.domain.definition.problems import DefinitionError
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.journeys.steps.wait import WaitField
from orchestrator.sdk import (
    ArrivedEvent,
    Awaited,
    Enter,
    Outcome,
    Park,
    Path,
    Reference,
    StepFacts,
    StepKind,
    StepParams,
)

EVENT_FORM = frozenset({"event", "of", "where"})


class AwaitedEvent(BaseModel):
    """An event still to come. `of`: about the message of that step. `where`: as in a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: EventField
    of: KeyField = ""
    where: WhereField = {}


def _form(value: Any) -> str:
    if isinstance(value, AwaitedEvent):
        return "event_form"
    plain = isinstance(value, dict) and "event" in value and set(value) <= EVENT_FORM
    return "event_form" if plain else "rule_form"


class WaitUntilParams(StepParams):
    """What is awaited, for how long at most, and the two arms."""

    awaited: Annotated[
        Annotated[AwaitedEvent, Tag("event_form")] | Annotated[RuleField, Tag("rule_form")],
        Discriminator(_form),
    ]
    at_most: WaitField
    then: StepsField = []
    otherwise: StepsField = []


class WaitUntil(StepKind[WaitUntilParams]):
    """Waits for an event or for a rule to become true."""

    name = "wait_until"
    head = "awaited"
    title = "Wait until something happens"
    Params = WaitUntilParams

    def decide(self, params: WaitUntilParams, facts: StepFacts, now: datetime) -> Outcome:
        """Into `then` if it happened by the deadline, into `otherwise` once the deadline is past."""
        deadline = params.at_most.after(facts.arrived_at, facts.zone)
        awaited = params.awaited
        if isinstance(awaited, AwaitedEvent):
            if (
                facts.event is not None
                and _ends(awaited, facts.event)
                and facts.event.occurred_at <= deadline
            ):
                return Enter("then")
            wanted = Awaited(awaited.event, awaited.where, awaited.of)
            return Enter("otherwise") if now >= deadline else Park(deadline, awaited=(wanted,))
        if facts.rules["until"]:
            return Enter("then")
        return Enter("otherwise") if now >= deadline else Park(deadline, any_event=True)

    def arms(self, params: WaitUntilParams) -> Mapping[str, Path]:
        """`then` and `otherwise`, those that are written."""
        return {name: (name,) for name in ("then", "otherwise") if getattr(params, name)}

    def rules(self, params: WaitUntilParams) -> Mapping[str, Path]:
        """The rule, in the rule form."""
        return {} if isinstance(params.awaited, AwaitedEvent) else {"until": ("awaited",)}

    def references(self, params: WaitUntilParams) -> Iterable[Reference]:
        """The step whose message the event is about."""
        if isinstance(params.awaited, AwaitedEvent) and params.awaited.of:
            yield Reference("step", params.awaited.of, ("awaited", "of"))

    def sentence(self, params: WaitUntilParams) -> str:
        """Wait until message.clicked for the message of step hello, at most 3 days."""
        return f"Wait until {_spoken(params.awaited)}, at most {params.at_most}"


def _ends(awaited: AwaitedEvent, event: ArrivedEvent) -> bool:
    return event.name == awaited.event and all_match(read_where(awaited.where), event.properties)


def _spoken(awaited: AwaitedEvent | dict[str, Any]) -> str:
    if isinstance(awaited, AwaitedEvent):
        where = " and ".join(comparison.sentence() for comparison in read_where(awaited.where))
        of = f" for the message of step {awaited.of}" if awaited.of else ""
        return f"{awaited.event} happens{of}" + (f" (where {where})" if where else "")
    try:
        return read_rule(awaited, inside="enrollment").sentence()
    except DefinitionError:  # a word of a plugin, which is not at hand here
        return "its rule is true"
