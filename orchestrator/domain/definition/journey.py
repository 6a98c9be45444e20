"""The definition of a journey: everything the engine needs to walk it, read once and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from orchestrator.domain.definition.entries import Entry, Goal
from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.definition.steps import Mention, Step, walk
from orchestrator.domain.durations import Duration


@dataclass(frozen=True, slots=True)
class Definition:
    """A journey. `title` is by language, "" for a title in no language in particular.

    `catch_up`: a message due longer ago than this is left out (after a pause, after downtime); None: it is sent late.
    `holdout` is in basis points of the people who enter (0..5000). `missing_ids` are ids this reading made up for
    steps that have none in the file: publish only a definition without any. `reads_people`: whether any step asks
    who its people are: what is known of them, or where they live.
    """

    key: str
    title: Mapping[str, str]
    brand: str
    purpose: Literal["marketing", "transactional"]
    topic: str
    priority: int
    expires: Duration
    on_cap: Literal["hold", "skip", "fallback"]
    catch_up: Duration | None
    entry: Entry
    goal: Goal | None
    exit_when: tuple[Rule, ...]
    holdout: int
    steps: tuple[Step, ...]
    missing_ids: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    _steps: dict[str, Step] = field(init=False, repr=False, compare=False)
    _next: dict[str, str | None] = field(init=False, repr=False, compare=False)
    _back: frozenset[str] = field(init=False, repr=False, compare=False)
    _variants: dict[str, str] = field(init=False, repr=False, compare=False)
    _begins: dict[str, tuple[str, str]] = field(init=False, repr=False, compare=False)
    reads_people: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_steps", {step.id: step for step, _, _ in walk(self.steps)})
        object.__setattr__(self, "_next", successors(self.steps))
        object.__setattr__(self, "_back", frozenset(self._ways_back()))
        object.__setattr__(self, "_variants", variants(self.steps))
        begins = {
            arm[0].id: (step.id, name)
            for step in self._steps.values()
            for name, arm in step.arms.items()
            if arm
        }
        object.__setattr__(self, "_begins", begins)
        kinds = [step.kind for step in self._steps.values()]
        object.__setattr__(self, "reads_people", any(one.reads_person or one.reads_zone for one in kinds))

    @property
    def first(self) -> str:
        """The id of the first step."""
        return self.steps[0].id

    def step(self, step_id: str) -> Step:
        """The step of this id; KeyError if there is none."""
        return self._steps[step_id]

    def __contains__(self, step_id: object) -> bool:
        return step_id in self._steps

    def step_ids(self) -> tuple[str, ...]:
        """All ids in written order."""
        return tuple(self._steps)

    def successor(self, step_id: str) -> str | None:
        """The step after this one: the next in its list, else what comes after the list; None at the end.

        After the list that a step repeats comes that step again.
        """
        return self._next[step_id]

    def comes_back(self, step_id: str) -> bool:
        """Whether the step after this one is one above it, which repeats."""
        return step_id in self._back

    def _ways_back(self) -> Iterator[str]:
        above: dict[str, frozenset[str]] = {}
        for step, parent, _ in walk(self.steps):
            above[step.id] = above[parent.id] | {parent.id} if parent else frozenset()
            if self._next[step.id] in above[step.id]:
                yield step.id

    def arm_first(self, step_id: str, arm: str) -> str | None:
        """The first step of an arm; None if the arm is empty or not written."""
        steps = self._steps[step_id].arms.get(arm, ())
        return steps[0].id if steps else None

    def variant(self, step_id: str) -> str:
        """The variant of the split in which a step stands, the innermost; "" outside of all."""
        return self._variants[step_id]

    def begins(self, step_id: str) -> tuple[str, str] | None:
        """The step above and its arm, of which this step is the first; None if it is the first of no arm."""
        return self._begins.get(step_id)

    def rule(self, step_id: str, name: str) -> Rule:
        """The rule a step asks under this name; KeyError if it asks none."""
        return self._steps[step_id].rules[name]

    def references(self) -> list[Mention]:
        """Every name that must exist elsewhere, in written order; the caller that knows them checks."""
        return list(self.mentions)

    def title_in(self, language: str) -> str:
        """The title in a language, else in none in particular, else in the first there is, else the key."""
        return self.title.get(language) or self.title.get("") or next(iter(self.title.values()), self.key)


def successors(steps: tuple[Step, ...]) -> dict[str, str | None]:
    """For each step the one after it, computed level by level without recursion."""
    answer: dict[str, str | None] = {}
    work: list[tuple[tuple[Step, ...], str | None]] = [(steps, None)]
    while work:
        siblings, after = work.pop()
        for index, step in enumerate(siblings):
            answer[step.id] = siblings[index + 1].id if index + 1 < len(siblings) else after
            onward = step.id if step.rounds else answer[step.id]
            work.extend((children, onward) for children in step.arms.values())
    return answer


def variants(steps: tuple[Step, ...]) -> dict[str, str]:
    """For each step the variant of the innermost split around it; "" where there is none."""
    answer: dict[str, str] = {}
    for step, parent, arm in walk(steps):
        above = answer[parent.id] if parent is not None else ""
        answer[step.id] = arm if parent is not None and parent.kind.name == "split" else above
    return answer
