"""MIGRATION: where somebody stands in another version of their journey, or why they stay. Pure. SEMANTICS §5.

A message's key holds the enrollment, the step and the visit, and so does the record of a step. So nobody is put where
the way on leads through a step they have been at already, by its old name or by a new one: they would be sent the same
again, or stand for ever at a message that is not planned twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from orchestrator.domain.advance import following
from orchestrator.domain.definition import Definition, Step
from orchestrator.domain.definition.steps import walk
from orchestrator.domain.visits import round_of
from orchestrator.sdk.steps import Continue, Enter, Outcome, Park, StepFacts

Place = tuple[str, int]  # step, visit


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody on an older version. `runs`, `messages`: places they have been at, and where something was planned.

    `renamed`: the step maps of the moves they have been through before, oldest first.
    """

    id: int
    step: str
    visit: int
    arrived_at: datetime
    entered_at: datetime
    zone: ZoneInfo
    sending: bool = False
    runs: frozenset[Place] = frozenset()
    messages: frozenset[Place] = frozenset()
    renamed: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Moves:
    """They go on from `step` of the new version. `park`: the wait they begin anew; `at_once`: they walk at once.

    With neither, their time and what they await stay as they are.
    """

    step: str
    park: Park | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Stays:
    """They stay on their version, for a reason, because of the step `at`.

    unmappable: the new version has no such step. under_way: a message is on its way. would_resend, would_repeat: the
    way on leads through a step they have been at. waits: their wait has changed. in_repeat: they stand in rounds that
    the new version has not. old_name: a step asks about a message that was sent by another name.
    """

    reason: str
    at: str


@dataclass(frozen=True)
class Route:
    """From one version to another: `steps` maps ids, and those that are in both map to themselves."""

    old: Definition
    new: Definition
    steps: Mapping[str, str] = field(default_factory=dict)
    recompute: bool = False
    _ways: dict[Place, tuple[Place, ...]] = field(default_factory=dict, init=False, repr=False)

    def target(self, step: str) -> str | None:
        """The step of the new version that a step becomes; None if there is none."""
        wanted = self.steps.get(step, step)
        return wanted if wanted in self.new else None

    def onward(self, place: Place) -> tuple[Place, ...]:
        """This place of the new version and all that may follow it, in the order in which they are found."""
        if place not in self._ways:
            self._ways[place] = tuple(_onward(self.new, place))
        return self._ways[place]

    @cached_property
    def rounds(self) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
        """By step, of the old version and of the new: how often each step that repeats, from the top, walks it."""
        return _rounds(self.old), _rounds(self.new)


def move(route: Route, person: Standing) -> Moves | Stays:
    """Where this person goes on, or why not."""
    step = route.target(person.step) if person.step in route.old else None
    if step is None:
        return Stays("unmappable", person.step)
    before, after = route.old.step(person.step), route.new.step(step)
    if person.sending and (before.id != after.id or before.kind.name != after.kind.name):
        return Stays("under_way", person.step)
    if route.rounds[0][before.id] != route.rounds[1][after.id]:
        return Stays("in_repeat", person.step)
    return _been_there(route, person, step) or _goes_on(route, person, before, after)


def _been_there(route: Route, person: Standing, step: str) -> Stays | None:
    """Whether the way on leads through a place they have been at, or asks for a message by a name it never had."""
    here = (person.step, person.visit)
    messages, runs = _names(route, person, person.messages), _names(route, person, person.runs)
    # Where they stand they may go on standing, unless the step's name is now that of another they have been at.
    others = _names(route, person, person.messages - {here}), _names(route, person, person.runs - {here})
    sent = {name for name, _ in person.messages}
    new_names = {name for name, _ in messages} - sent
    for place in route.onward((step, person.visit)):
        sent_there, been_there = others if place == here else (messages, runs)
        if place in sent_there:
            return Stays("would_resend", place[0])
        if place in been_there:
            return Stays("would_repeat", place[0])
        if _asks(route.new, route.new.step(place[0])) & new_names:
            return Stays("old_name", place[0])
    return None


def _goes_on(route: Route, person: Standing, before: Step, after: Step) -> Moves | Stays:
    if person.sending or before.content == after.content:
        return Moves(after.id)
    park = _parks(after, person)
    if park is None or _parks(before, person) is None:
        return Moves(after.id, at_once=True)
    return Moves(after.id, park) if route.recompute else Stays("waits", before.id)


def _parks(step: Step, person: Standing) -> Park | None:
    """The wait of whoever came to this step when they came to theirs, before anything happened; None if it is none."""
    facts = StepFacts(
        arrived_at=person.arrived_at,
        entered_at=person.entered_at,
        zone=person.zone,
        visit=person.visit,
        round=round_of(person.visit, step.rounds),
        rules=dict.fromkeys(step.rules, False),
    )
    try:
        answer: Outcome = step.kind.decide(step.params, facts, person.arrived_at)
    except Exception:  # a plugin's fault: whoever comes there finds it, and is told of
        return None
    return answer if isinstance(answer, Park) else None


def _names(route: Route, person: Standing, places: frozenset[Place]) -> frozenset[Place]:
    """The places by the names they had, have had since, and have now."""
    answer = set(places)
    for name, visit in places:
        for renamed in (*person.renamed, route.steps):
            name = renamed.get(name, name)
            answer.add((name, visit))
    return frozenset(answer)


def _asks(definition: Definition, step: Step) -> set[str]:
    """The steps about whose messages a step asks, or a rule for leaving."""
    named = {one.name for one in step.kind.references(step.params) if one.kind == "step"}
    rules = (*step.rules.values(), *definition.exit_when)
    return named | {str(getattr(leaf, "of", "")) for rule in rules for leaf in rule.leaves()} - {""}


def _onward(definition: Definition, start: Place) -> Iterator[Place]:
    seen, work = {start}, [start]
    while work:
        place = work.pop()
        yield place
        fresh = [one for one in _next(definition, place) if one not in seen]
        seen.update(fresh)
        work.extend(fresh)


def _next(definition: Definition, place: Place) -> Iterator[Place]:
    step, visit = definition.step(place[0]), place[1]
    spent = step.rounds and round_of(visit, step.rounds) >= step.rounds
    ways: list[Continue | Enter] = [Continue(), *(Enter(arm) for arm in step.arms if not spent)]
    found = (following(definition, step, visit, way) for way in ways)
    yield from (one for one in found if one is not None)


def _rounds(definition: Definition) -> dict[str, tuple[int, ...]]:
    answer: dict[str, tuple[int, ...]] = {}
    for step, parent, _ in walk(definition.steps):
        above = answer[parent.id] if parent is not None else ()
        answer[step.id] = (*above, step.rounds) if step.rounds else above
    return answer
