"""ADVANCE: walk one person through the steps of their journey, in memory, until they must stop.

Pure: the truth of rules, the fate of messages and the arrived event are facts. A rule whose truth is not among the
facts ends the walk with `Missing`; the caller loads it for the whole group and walks again from the same start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from orchestrator.domain.definition import Definition, Step
from orchestrator.domain.outbox import SENT, State
from orchestrator.domain.splits import bucket
from orchestrator.domain.visits import coming, coming_back, inside, outside, round_of
from orchestrator.domain.walks import (
    Acted,
    Ended,
    Missing,
    Parked,
    RuleAsked,
    Run,
    Sending,
    Traveller,
    Walk,
)
from orchestrator.sdk.steps import (
    Act,
    Award,
    Call,
    Continue,
    Enter,
    Leave,
    Outcome,
    Park,
    Send,
    Start,
    StepFacts,
)

FAILED = "step_failed: "  # begins the note of a park at a step that could not decide
AFTER_FAILURE = timedelta(minutes=15)
OUTWARD = (Award, Start)  # what a holdout withholds, as it withholds messages
_FINISHED = SENT | {State.GHOST}
# What the gate cancels a message for when it sees, before the journey has, that the passage is over.
_WAYS_OUT = frozenset({"goal_met", "exit_rule"})


def advance(definition: Definition, start: Traveller, rules: Mapping[RuleAsked, bool], now: datetime) -> Walk:
    """Walk from `start` as far as the facts at `now` lead. Ends always: definitions have no way back."""
    runs: list[Run] = []
    person = start
    while True:
        step = definition.step(person.step)
        missing = frozenset((step.id, name) for name in step.rules if (step.id, name) not in rules)
        unreached = person.reachable is None and _asks_for_reach(step, person)
        if missing or unreached:
            return Walk(tuple(runs), Missing(missing, unreached))
        found = _found_at_gate(person)
        outcome = Leave(found) if found else _decide(step, person, rules, now, definition.on_cap)
        if isinstance(outcome, Park):
            return Walk(tuple(runs), Parked(step.id, person.visit, person.arrived_at, outcome))
        if isinstance(outcome, (Send, Call)):
            return Walk(tuple(runs), Sending(step.id, person.visit, person.arrived_at, outcome))
        runs.append(_run(step, person, outcome, rules))
        if isinstance(outcome, Leave):
            return Walk(tuple(runs), Ended("exited", outcome.reason))
        acted = _acted(step, person, outcome) if isinstance(outcome, Act) else ()
        following = _following(definition, step, person.visit, outcome)
        if following is None:
            return Walk(tuple(runs), Ended("completed", ""), acted)
        left_at = _left_at(person, now)
        if acted:
            # What follows must see what was done: it is looked at afresh, at once.
            return Walk(tuple(runs), Parked(*following, left_at, Park(now)), acted)
        step_id, visit = following
        person = replace(person, step=step_id, visit=visit, arrived_at=left_at, tried=(), event=None)


def _asks_for_reach(step: Step, person: Traveller) -> bool:
    """A message that was sent settles its step, whoever could be reached how."""
    return step.kind.reads_reachable and not any(one.state in SENT for one in person.tried)


def _found_at_gate(person: Traveller) -> str:
    """Why the passage is over, if the gate has found it to be; "" if not."""
    last = person.tried[-1] if person.tried else None
    return last.reason if last and last.state == State.CANCELLED and last.reason in _WAYS_OUT else ""


def _decide(
    step: Step, person: Traveller, rules: Mapping[RuleAsked, bool], now: datetime, on_cap: str
) -> Outcome:
    facts = StepFacts(
        arrived_at=person.arrived_at,
        entered_at=person.entered_at,
        zone=person.zone,
        visit=person.visit,
        round=round_of(person.visit, step.rounds),
        bucket=bucket(person.salt, step.id, str(person.customer)),
        rules={name: rules[step.id, name] for name in step.rules},
        attributes=person.attributes,
        reachable=person.reachable or frozenset(),
        tried=person.tried,
        event=person.event,
        on_cap=on_cap,
    )
    try:
        answer: object = step.kind.decide(step.params, facts, now)
    except Exception as error:  # a plugin's fault must not hold up anybody but those who stand at its step
        return Park(now + AFTER_FAILURE, note=f"{FAILED}{type(error).__name__}: {error}"[:200])
    if not isinstance(answer, Outcome):
        return Park(now + AFTER_FAILURE, note=f"{FAILED}its answer is a {type(answer).__name__}")
    if isinstance(answer, Call) and step.kind.webhook(step.params) is None:
        return Park(now + AFTER_FAILURE, note=f"{FAILED}it calls, and says neither where nor what")
    return answer


def _acted(step: Step, person: Traveller, outcome: Act) -> tuple[Acted, ...]:
    """What is done of it: for a held-out person nothing that reaches outward, so that they can be compared."""
    return tuple(
        Acted(step.id, person.visit, number, effect)
        for number, effect in enumerate(outcome.effects)
        if not (person.held_out and isinstance(effect, OUTWARD))
    )


def _run(
    step: Step,
    person: Traveller,
    outcome: Continue | Enter | Act | Leave,
    rules: Mapping[RuleAsked, bool],
) -> Run:
    evidence: dict[str, Any] = {}
    if step.rules:
        evidence["rules"] = {rule.sentence(): rules[step.id, name] for name, rule in step.rules.items()}
    if person.tried:
        evidence["messages"] = [f"{one.channel}: {one.state}" for one in person.tried]
    if person.event is not None:
        evidence["event"] = person.event.name
        evidence["event_at"] = person.event.occurred_at.isoformat()
    if isinstance(outcome, Leave):
        return Run(step.id, person.visit, person.arrived_at, "left", outcome.reason, evidence)
    if person.held_out and isinstance(outcome, Act) and any(isinstance(e, OUTWARD) for e in outcome.effects):
        evidence["held_out"] = True
    name = f"arm:{outcome.arm}" if isinstance(outcome, Enter) else "done"
    return Run(step.id, person.visit, person.arrived_at, name, outcome.note, evidence)


def _following(
    definition: Definition, step: Step, visit: int, outcome: Continue | Enter | Act
) -> tuple[str, int] | None:
    """The next step and its visit; None at the end."""
    first = definition.arm_first(step.id, outcome.arm) if isinstance(outcome, Enter) else None
    if first is not None:
        inner = inside(visit, step.rounds)
        return first, coming(inner, definition.step(first).rounds)
    onward, visit = definition.successor(step.id), outside(visit, step.rounds)
    if onward is None:
        return None
    rounds = definition.step(onward).rounds
    return onward, coming_back(visit, rounds) if definition.comes_back(step.id) else coming(visit, rounds)


def _left_at(person: Traveller, now: datetime) -> datetime:
    """Waits after a send count from its acceptance, not from when somebody noticed it."""
    sent = [one.final_at for one in person.tried if one.state in _FINISHED]
    return sent[-1] if sent else now
