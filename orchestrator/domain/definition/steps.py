"""One step of a journey as it stands in a definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.definition.score_rules import asked_scores
from orchestrator.domain.shapes import is_ours
from orchestrator.sdk import Path, StepKind, StepParams


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its kind, what the author wrote in it, and its arms in written order.

    `rules` are those whose truth its kind asks for, by the kind's own names, and `rule_words` the same in words.
    `path` leads to it in the tree. `rounds`: how often at most the walk comes back to it from an arm; 0 for all but
    those that repeat. `ours`: its kind is of our own package. `asks`: its rules, each with the step's own id. `scores`:
    the names of those that its rules ask for. All of these are needed for each person, and so are worked out here, once.
    """

    id: str
    kind: StepKind[Any]
    params: StepParams
    arms: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    line: int = 0
    column: int = 0
    path: Path = ()
    rule_words: Mapping[str, str] = field(init=False, repr=False, compare=False)
    rounds: int = field(init=False, repr=False, compare=False)
    ours: bool = field(init=False, repr=False, compare=False)
    asks: frozenset[tuple[str, str]] = field(init=False, repr=False, compare=False)
    scores: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = {name: rule.sentence() for name, rule in self.rules.items()}
        object.__setattr__(self, "rule_words", words)
        object.__setattr__(self, "rounds", self.kind.rounds(self.params))
        object.__setattr__(self, "ours", is_ours(self.kind))
        object.__setattr__(self, "asks", frozenset((self.id, name) for name in self.rules))
        object.__setattr__(self, "scores", asked_scores(self.rules.values()))

    @property
    def content(self) -> Any:
        """What it does, to be compared with another: its kind, its rules, and what is written in it but for its arms."""
        params = self.params.model_dump(warnings=False)
        for path in self.kind.arms(self.params).values():
            holder: Any = params
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = None
        return self.kind.name, params, dict(self.rules)

    def sentence(self) -> str:
        """What the step does, in words."""
        return self.kind.sentence(self.params)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name a definition uses that must exist elsewhere, and where it is used; `step` is "" for the journey itself.

    `kind` is template, channel, topic, brand, segment, journey, or what a step's plugin calls it.
    """

    kind: str
    name: str
    step: str
    line: int = 0
    column: int = 0
    path: Path = ()


def walk(steps: tuple[Step, ...]) -> Iterator[tuple[Step, Step | None, str]]:
    """Every step in written order, with the step and the arm it stands in (None and "" at the top)."""
    work: list[tuple[Step, Step | None, str]] = [(step, None, "") for step in reversed(steps)]
    while work:
        step, parent, arm = work.pop()
        yield step, parent, arm
        below = [(child, step, name) for name, children in step.arms.items() for child in children]
        work.extend(reversed(below))
