"""AHEAD: what lies before somebody who stands at a step, as far as nothing has yet to be decided. Pure, and read-only.

From a step lead one or several ways: the arms of a wait, or simply on. Each is followed up to the next message, to the
next step that decides or waits, or to the end. `foresee` asks of an imagined message what the gate would ask now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from orchestrator.domain.advance import following
from orchestrator.domain.definition import Definition, Step
from orchestrator.domain.gate_facts import Candidate, Facts, Verdict
from orchestrator.domain.policy import CHECKS, decide
from orchestrator.sdk.steps import Continue, Enter
from orchestrator.sdk.value import value

ONWARD = ""  # the way of a step that has no arm to choose
MOST_STEPS = 20  # of one way; what lies beyond is not told
# What stands in the way of one channel, so that a send goes on to the next one: its address and what was said of it.
_OF_CHANNEL = ("consent", "customer", "address", "suppression")
_BY_NAME = dict(CHECKS)


@value
class Way:
    """One way on. `steps`: those passed on it, in order; the last of them is where it stops to be told.

    `sends`: that one sends a message. `ends`: the way leads to the end of the journey.
    """

    arm: str
    steps: tuple[str, ...] = ()
    sends: bool = False
    ends: bool = False


@value
class Foreseen:
    """By which channel a message would leave as of now, and what the gate would say; `closed`: channels passed over."""

    channel: str
    verdict: Verdict
    closed: tuple[tuple[str, Verdict], ...] = ()


Option = tuple[Candidate, Facts]


def ways(definition: Definition, step_id: str, visit: int = 1) -> tuple[Way, ...]:
    """The ways on from a step; none from one that the definition does not know."""
    if step_id not in definition:
        return ()
    step = definition.step(step_id)
    return tuple(_follow(definition, step, visit, arm) for arm in arms(step))


def arms(step: Step) -> tuple[str, ...]:
    """The names of a step's ways: a wait for something has two, written or not; others their arms, and on."""
    if step.kind.gives_up_into:
        return ("then", step.kind.gives_up_into)
    named = tuple(step.arms)
    closed = step.kind.name == "split" or "otherwise" in named
    return named if named and closed else (*named, ONWARD)


def sends(step: Step) -> bool:
    """Whether a step sends a message to the person."""
    return bool(getattr(step.params, "template", "")) and bool(getattr(step.params, "via", ()))


def _follow(definition: Definition, step: Step, visit: int, arm: str) -> Way:
    passed: list[str] = []
    onward = following(definition, step, visit, Enter(arm) if arm else Continue())
    while onward is not None and len(passed) < MOST_STEPS:
        here = definition.step(onward[0])
        passed.append(here.id)
        if sends(here):
            return Way(arm, tuple(passed), sends=True)
        if _stops(here):
            return Way(arm, tuple(passed), ends=here.kind.name == "exit")
        onward = following(definition, here, onward[1], Continue())
    return Way(arm, tuple(passed), ends=onward is None)


def _stops(step: Step) -> bool:
    """Whether it is decided only there what follows it. A plain wait decides nothing: what comes after it is known."""
    return bool(step.arms) or bool(step.kind.gives_up_into) or step.kind.name == "exit"


def foresee(options: Sequence[Option], now: datetime) -> Foreseen:
    """What would become of a message that left now. `options`: it by each channel, the preferred one first.

    Where no channel is open, the first one's refusal is the answer, as it would be in truth.
    """
    closed = list(_closed(options, now))
    shut = {channel for channel, _verdict in closed}
    open_ = next((one for one in options if one[0].channel not in shut), None)
    if open_ is None:
        channel, verdict = closed[0]
        return Foreseen(channel, verdict, tuple(closed[1:]))
    message, facts = open_
    before = [one[0].channel for one in options[: options.index(open_)]]
    passed = tuple(one for one in closed if one[0] in before)
    return Foreseen(message.channel, decide(message, facts, now), passed)


def _closed(options: Sequence[Option], now: datetime) -> Iterator[tuple[str, Verdict]]:
    for message, facts in options:
        said = (_BY_NAME[name](message, facts, now) for name in _OF_CHANNEL)
        verdict = next((one for one in said if one is not None), None)
        if verdict is not None:
            yield message.channel, verdict
