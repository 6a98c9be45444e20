"""ADVANCE: walk one person through the steps of their journey, in memory, until they must stop.

Pure: the truth of rules, the fate of messages and the arrived event are facts. A rule whose truth is not among the
facts ends the walk with `Missing`; the caller loads it for the whole group, and the walk goes on from where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from orchestrator.domain.definition import Definition, Step
from orchestrator.domain.outbox import SENT, State
from orchestrator.domain.outcomes import sound
from orchestrator.domain.splits import bucket
from orchestrator.domain.visits import coming, coming_back, inside, outside, round_of
from orchestrator.domain.walks import (
    COMPUTED_AT,
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
    ArrivedEvent,
    Award,
    Call,
    Continue,
    Enter,
    Leave,
    Outcome,
    Park,
    Past,
    Send,
    Start,
    StepFacts,
    StepKind,
)

FAILED = "step_failed: "  # begins the note of a park at a step that could not decide
UNREADABLE = "plugin_gone"
AFTER_FAILURE = timedelta(minutes=15)
OUTWARD = (Award, Start)  # what a holdout withholds, as it withholds messages
_NONE: frozenset[RuleAsked] = frozenset()
_NOWHERE: frozenset[str] = frozenset()
_FINISHED = SENT | {State.GHOST}
# What the gate cancels a message for when it sees, before the journey has, that the passage is over.
_WAYS_OUT = frozenset({"goal_met", "exit_rule"})


Question = Callable[[Any, StepFacts, datetime], object]  # a method of a step's kind
Ask = Callable[[Question, Step, StepFacts, datetime], object]


def plainly(question: Question, step: Step, facts: StepFacts, now: datetime) -> object:
    """What the step answers, with nothing between it and us."""
    return question(step.params, facts, now)


def advance(
    definition: Definition,
    start: Traveller,
    rules: Mapping[RuleAsked, bool],
    now: datetime,
    ask: Ask = plainly,
    before: tuple[Run, ...] = (),
) -> Walk:
    """Walk from `start` as far as the facts at `now` lead. Ends always: definitions have no way back.

    `ask` asks a step; whoever runs where a plugin could do harm gives one that does not let it. `before`: the runs of
    a walk that ended with `Missing`, and goes on here.
    """
    runs: list[Run] = [*before]
    person = start
    while True:
        if person.step not in definition:  # it stands in an arm that only a plugin which is off can read
            park = Park(now + AFTER_FAILURE, note=UNREADABLE)
            return Walk(tuple(runs), Parked(person.step, person.visit, person.arrived_at, park))
        step = definition.step(person.step)
        missing, unreached = needed(step, person, rules)
        if missing or unreached:
            return Walk(tuple(runs), Missing(person, missing, unreached))
        found = _found_at_gate(person)
        outcome = Leave(found) if found else _decide(definition, step, person, rules, now, ask)
        if isinstance(outcome, Past):
            return Walk(tuple(runs), Missing(person, past=((step.id, person.visit), outcome)))
        if isinstance(outcome, Park):
            return Walk(tuple(runs), Parked(step.id, person.visit, person.arrived_at, outcome))
        if isinstance(outcome, Send | Call):
            return Walk(
                tuple(runs), Sending(step.id, person.visit, person.arrived_at, outcome, person.due_at)
            )
        runs.append(_run(step, person, outcome, rules))
        if isinstance(outcome, Leave):
            return Walk(tuple(runs), Ended("exited", outcome.reason))
        acted = _acted(step, person, outcome) if isinstance(outcome, Act) else ()
        onward = following(definition, step, person.visit, outcome)
        if onward is None:
            return Walk(tuple(runs), Ended("completed", ""), acted)
        left_at, due_at = _left_at(person, now), _due_after(definition, step, person, rules, now, ask)
        if acted:
            # What follows must see what was done: it is looked at afresh, at once.
            return Walk(tuple(runs), Parked(*onward, left_at, Park(due_at or now)), acted)
        person = person.onward(*onward, left_at, due_at)


def needed(
    step: Step, person: Traveller, rules: Mapping[RuleAsked, bool]
) -> tuple[frozenset[RuleAsked], bool]:
    """What must be loaded before a person at a step can take it: rules, and how the person can be reached."""
    return _unasked(step, rules), person.reachable is None and _asks_for_reach(step, person)


def _unasked(step: Step, rules: Mapping[RuleAsked, bool]) -> frozenset[RuleAsked]:
    """The rules of a step whose truth is not known yet."""
    return _NONE if step.asks <= rules.keys() else step.asks - rules.keys()


def _asks_for_reach(step: Step, person: Traveller) -> bool:
    """A message that was sent settles its step, whoever could be reached how."""
    return step.kind.reads_reachable and not any(one.state in SENT for one in person.tried)


def _found_at_gate(person: Traveller) -> str:
    """Why the passage is over, if the gate has found it to be; "" if not."""
    last = person.tried[-1] if person.tried else None
    return last.reason if last and last.state == State.CANCELLED and last.reason in _WAYS_OUT else ""


def _decide(
    definition: Definition,
    step: Step,
    person: Traveller,
    rules: Mapping[RuleAsked, bool],
    now: datetime,
    ask: Ask,
) -> Outcome | Past:
    """The step's outcome, or the past it must see first."""
    facts = _facts(definition, step, person, rules)
    try:
        if _looks_back(step) and (step.id, person.visit) not in person.past:
            past = ask(step.kind.history, step, facts, now)
            if isinstance(past, Past):
                return past
        answer = ask(step.kind.decide, step, facts, now)
    except Exception as error:  # a plugin's fault must not hold up anybody but those who stand at its step
        outcome, fault = None, f"{type(error).__name__}: {error}"
    else:
        templates = () if step.ours else {one.name for one in definition.mentions if one.kind == "template"}
        outcome, fault = sound(answer, templates, now, step.ours)
        if isinstance(outcome, Call) and step.kind.webhook(step.params) is None:
            outcome, fault = None, "it calls, and says neither where nor what"
    return outcome or Park(now + AFTER_FAILURE, note=f"{FAILED}{fault}"[:200])


def _looks_back(step: Step) -> bool:
    """Whether its kind has anything to say about the past; nearly all have not, and need not be asked."""
    return type(step.kind).history is not StepKind.history


def _facts(
    definition: Definition, step: Step, person: Traveller, rules: Mapping[RuleAsked, bool]
) -> StepFacts:
    """What the step may know. Each person comes by here at each step: what nobody has, or reads, is not worked out."""
    kind, past = step.kind, person.past.get((step.id, person.visit), ()) if person.past else ()
    return StepFacts(
        arrived_at=person.arrived_at,
        entered_at=person.entered_at,
        zone=person.zone,
        visit=person.visit,
        round=round_of(person.visit, step.rounds),
        bucket=bucket(person.salt, step.id, str(person.customer)) if kind.reads_bucket else 0,
        rules={name: rules[step.id, name] for name in step.rules},
        attributes=person.attributes,
        reachable=person.reachable or _NOWHERE,
        tried=person.tried,
        events=_by_time(past, person.events),
        entry=person.entry,
        enrollment=person.enrollment,
        on_cap=definition.on_cap,
    )


def _by_time(past: tuple[ArrivedEvent, ...], events: tuple[ArrivedEvent, ...]) -> tuple[ArrivedEvent, ...]:
    if not past and not events:
        return ()
    return tuple(sorted((*past, *events), key=lambda event: event.occurred_at))


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
        evidence["rules"] = {words: rules[step.id, name] for name, words in step.rule_words.items()}
    if step.scores:
        evidence["scores"] = {name: person.scores.get(name) for name in step.scores}
        evidence["scores_computed_at"] = person.scores.get(COMPUTED_AT)
    if person.tried:
        evidence["messages"] = [f"{one.channel}: {one.state}" for one in person.tried]
    if step.kind.reads_zone and person.zone_rung:
        evidence |= {"zone": person.zone.key, "zone_known_by": str(person.zone_rung)}
    if isinstance(outcome, Enter) and outcome.because is not None:
        evidence["event"] = outcome.because.name
        evidence["event_at"] = outcome.because.occurred_at.isoformat()
    if isinstance(outcome, Leave):
        return Run(step.id, person.visit, person.arrived_at, "left", outcome.reason, evidence)
    if person.held_out and isinstance(outcome, Act) and any(isinstance(e, OUTWARD) for e in outcome.effects):
        evidence["held_out"] = True
    name = f"arm:{outcome.arm}" if isinstance(outcome, Enter) else "done"
    return Run(step.id, person.visit, person.arrived_at, name, outcome.note, evidence)


def following(
    definition: Definition, step: Step, visit: int, outcome: Continue | Enter | Act
) -> tuple[str, int] | None:
    """The next step and its visit for whoever leaves a step like this; None at the end."""
    first = definition.arm_first(step.id, outcome.arm) if isinstance(outcome, Enter) else None
    if first is not None:
        inner = inside(visit, step.rounds)
        return first, coming(inner, definition.step(first).rounds)
    onward, visit = definition.successor(step.id), outside(visit, step.rounds)
    if onward is None:
        return None
    rounds = definition.step(onward).rounds
    return onward, coming_back(visit, rounds) if definition.comes_back(step.id) else coming(visit, rounds)


def _due_after(
    definition: Definition,
    step: Step,
    person: Traveller,
    rules: Mapping[RuleAsked, bool],
    now: datetime,
    ask: Ask,
) -> datetime | None:
    """When the walk could have gone on after this step: at the end of its wait, if whoever came here had to wait."""
    if person.due_at is None:
        return None
    at_first = _decide(definition, step, person, rules, person.arrived_at, ask)
    return max(person.due_at, min(at_first.until, now)) if isinstance(at_first, Park) else person.due_at


def _left_at(person: Traveller, now: datetime) -> datetime:
    """Waits after a send count from its acceptance, not from when somebody noticed it."""
    if not person.tried:
        return now
    sent = [one.final_at for one in person.tried if one.state in _FINISHED]
    return sent[-1] if sent else now
