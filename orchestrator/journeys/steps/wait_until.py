"""`wait_until: {event: …}` or a rule, `at_most` a time: two arms, `then` and `otherwise`, and never for ever.

Event against time: under the row's lock. Everybody goes on at the deadline itself, and before that every event is
looked at which is there by then, also one that no worker has taken up yet. It ends the wait if it happened by the
deadline. One heard of later than that, by at most five minutes, turns them back while nothing has been sent since;
`journeys/late.py` says how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Discriminator, Tag

from orchestrator.domain.definition.fields import RuleField, StepsField
from orchestrator.domain.definition.problems import DefinitionError
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.journeys.steps.awaited import AwaitedEvent, Reset, form_of
from orchestrator.journeys.steps.wait import WaitField
from orchestrator.sdk import (
    ArrivedEvent,
    Awaited,
    Enter,
    Outcome,
    Park,
    Past,
    Path,
    Reference,
    StepFacts,
    StepKind,
    StepParams,
)


class WaitUntilParams(StepParams):
    """What is awaited, for how long at most, what lets that time run anew, and the two arms."""

    awaited: Annotated[
        Annotated[AwaitedEvent, Tag("event_form")] | Annotated[RuleField, Tag("rule_form")],
        Discriminator(form_of),
    ]
    at_most: WaitField
    reset_by: Reset | None = None
    then: StepsField = []
    otherwise: StepsField = []


class WaitUntil(StepKind[WaitUntilParams]):
    """Waits for an event or for a rule to become true."""

    name = "wait_until"
    head = "awaited"
    title = "Wait until something happens"
    Params = WaitUntilParams
    reads_reachable = False
    reads_bucket = False
    reads_zone = True
    gives_up_into = "otherwise"

    def decide(self, params: WaitUntilParams, facts: StepFacts, now: datetime) -> Outcome:
        """Into `then` if it happened by the deadline, into `otherwise` once the deadline is past."""
        awaited = params.awaited
        deadline = _deadline(params, facts)
        if isinstance(awaited, AwaitedEvent):
            for event in facts.events:
                if event.occurred_at <= deadline and awaited.fits(event, facts):
                    return Enter("then", because=event)
        elif facts.rules["until"]:
            return Enter("then")
        if now >= deadline:
            return Enter("otherwise")
        return Park(deadline, tuple(_wakers(params)), any_event=not isinstance(awaited, AwaitedEvent))

    def history(self, params: WaitUntilParams, facts: StepFacts, now: datetime) -> Past | None:
        """What may end the wait or set its time anew; not where an event has just come, and nothing else counts."""
        awaited, reset = params.awaited, params.reset_by
        names = [reset.event] if reset else []
        since = facts.arrived_at
        if isinstance(awaited, AwaitedEvent):
            names.append(awaited.event)
            since = awaited.since(facts.arrived_at, facts.zone)
        timed_out = now >= params.at_most.after(facts.arrived_at, facts.zone)
        fresh = not facts.events and since < now
        return Past(tuple(names), since) if names and (reset or timed_out or fresh) else None

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
        reset = params.reset_by
        anew = f", anew with each {reset.event} but no longer than {reset.at_most}" if reset else ""
        return f"Wait until {_spoken(params.awaited)}, at most {params.at_most}{anew}"


def _deadline(params: WaitUntilParams, facts: StepFacts) -> datetime:
    """When the time runs out. Only what happened before it did can let it run anew."""
    deadline = params.at_most.after(facts.arrived_at, facts.zone)
    if params.reset_by is None:
        return deadline
    longest = params.reset_by.at_most.after(facts.arrived_at, facts.zone)
    for event in _resets(params.reset_by, facts):
        if event.occurred_at > deadline:
            break
        deadline = max(deadline, params.at_most.after(event.occurred_at, facts.zone))
    return min(deadline, longest)


def _resets(reset: Reset, facts: StepFacts) -> Iterable[ArrivedEvent]:
    return (one for one in facts.events if one.occurred_at >= facts.arrived_at and reset.fits(one, facts))


def _wakers(params: WaitUntilParams) -> Iterable[Awaited]:
    if isinstance(params.awaited, AwaitedEvent):
        yield Awaited(params.awaited.event, params.awaited.where, params.awaited.of)
        if params.reset_by is not None:
            yield Awaited(params.reset_by.event, params.reset_by.where)


def _spoken(awaited: AwaitedEvent | dict[str, Any]) -> str:
    if isinstance(awaited, AwaitedEvent):
        return awaited.sentence()
    try:
        return read_rule(awaited, inside="enrollment").sentence()
    except DefinitionError:  # a word of a plugin, which is not at hand here
        return "its rule is true"
