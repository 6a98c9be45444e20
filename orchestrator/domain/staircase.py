"""STAIRCASE: how many of an audience a message would reach, and where the others stop. Asks what the gate asks.

One step after another: in the audience, let in by the filter, allowed by consent, reachable, not held out, not capped;
and those who are left by the hour at which they would get it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.domain.gate_facts import Candidate, Facts, Outcome
from orchestrator.domain.policy import CHECKS, decide, held_out

STEPS = ("audience", "let_in", "consented", "reachable", "not_held_out", "not_capped")
_CAPPED = frozenset({"capped", "minimum_gap", "outranked"})
_BY_NAME = dict(CHECKS)


@dataclass
class Staircase:
    """`steps`: people left after each step. `gets_at`: by local date and hour ("2026-03-09 08"); `channels`: by which.

    `kept`: people by the reason for which they would get nothing.
    """

    steps: Counter[str] = field(default_factory=Counter)
    gets_at: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)

    def add(self, person: Person) -> None:
        """Count one person of the audience."""
        for step in STEPS[: STEPS.index(person.reached) + 1]:
            self.steps[step] += 1
        if person.reason:
            self.kept[person.reason] += 1
        else:
            self.channels[person.channel] += 1
            self.gets_at[person.gets_at] += 1


@dataclass(frozen=True, slots=True)
class Person:
    """The last step a person reaches; why no further, or by which channel and when they get it."""

    reached: str
    reason: str = ""
    channel: str = ""
    gets_at: str = ""


Option = tuple[Candidate, Facts]


def climb(options: Sequence[Option], at: datetime) -> Person:
    """How far one person comes who was let in. `options`: the message by each channel, the first one preferred."""
    consented, reason = _left(options, ("consent",), at)
    if not consented:
        return Person("let_in", reason)
    reachable, reason = _left(consented, ("customer", "address", "suppression"), at)
    if not reachable:
        return Person("consented", reason)
    message, facts = reachable[0]
    if held_out(message, facts):
        return Person("reachable", "holdout")
    verdict = decide(message, facts, at)
    if verdict.reason in _CAPPED:
        return Person("not_held_out", verdict.reason)
    if verdict.outcome not in (Outcome.ALLOW, Outcome.HOLD):
        return Person("not_held_out", verdict.reason)
    gets_at = (verdict.until or at).astimezone(facts.zone)
    return Person("not_capped", "", message.channel, f"{gets_at:%Y-%m-%d %H}")


def _left(options: Sequence[Option], checks: Iterable[str], at: datetime) -> tuple[list[Option], str]:
    """The options against which none of these checks stands; and why not the first, if none is left."""
    left, reasons = [], []
    for message, facts in options:
        found = next((said for name in checks if (said := _BY_NAME[name](message, facts, at))), None)
        if found is None:
            left.append((message, facts))
        else:
            reasons.append(found.reason)
    return left, reasons[0] if reasons and not left else ""
