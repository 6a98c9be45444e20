"""CHANGES: in what two definitions of one journey differ, step by step. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.domain.definition import Definition, Step
from orchestrator.domain.definition.steps import walk

HEADER = (
    *("title", "brand", "purpose", "topic", "priority", "expires", "on_cap", "catch_up"),
    *("entry", "goal", "exit_when", "holdout"),
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A step that is in both: what it did, and what it will do; `moved` to another arm."""

    before: str
    after: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """All differences. Steps by id, with what they do; `renamed`: an added id -> the removed one it may be.

    That is a question for the author, who alone knows: the engine takes every new id for a new step.
    """

    header: tuple[str, ...] = ()
    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, Changed] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.header or self.added or self.removed or self.changed or self.reordered)


@dataclass(frozen=True, slots=True)
class _Placed:
    step: Step
    parent: str
    arm: str
    index: int

    @property
    def content(self) -> Any:
        return self.step.content

    @property
    def place(self) -> tuple[str, str]:
        return self.parent, self.arm

    @property
    def templates(self) -> frozenset[str]:
        references = self.step.kind.references(self.step.params)
        return frozenset(one.name for one in references if one.kind == "template")

    def likeness(self, other: _Placed) -> int:
        """How likely this is the other by another name: 0 is not at all."""
        if self.step.kind.name != other.step.kind.name:
            return 0
        same_place = (*self.place, self.index) == (*other.place, other.index)
        return 4 * (self.content == other.content) + 2 * bool(self.templates & other.templates) + same_place


def compare(before: Definition, after: Definition) -> Changes:
    """What became of the journey and of each step."""
    old, new = _placed(before), _placed(after)
    added = {id_: one.step.sentence() for id_, one in new.items() if id_ not in old}
    removed = {id_: one.step.sentence() for id_, one in old.items() if id_ not in new}
    kept = [id_ for id_ in new if id_ in old]
    return Changes(
        tuple(name for name in HEADER if getattr(before, name) != getattr(after, name)),
        added,
        removed,
        {id_: _changed(old[id_], new[id_]) for id_ in kept if _differs(old[id_], new[id_])},
        _renamed({id_: old[id_] for id_ in removed}, {id_: new[id_] for id_ in added}),
        kept != [id_ for id_ in old if id_ in new],
    )


def _placed(definition: Definition) -> dict[str, _Placed]:
    answer: dict[str, _Placed] = {}
    siblings: Counter[tuple[str, str]] = Counter()
    for step, parent, arm in walk(definition.steps):
        place = parent.id if parent is not None else "", arm
        answer[step.id] = _Placed(step, *place, siblings[place])
        siblings[place] += 1
    return answer


def _differs(old: _Placed, new: _Placed) -> bool:
    return old.content != new.content or old.place != new.place


def _changed(old: _Placed, new: _Placed) -> Changed:
    return Changed(old.step.sentence(), new.step.sentence(), old.place != new.place)


def _renamed(removed: Mapping[str, _Placed], added: Mapping[str, _Placed]) -> dict[str, str]:
    """Added steps that may be a removed one: of its kind, with its content, its template or its place.

    The likeliest pair comes first; each removed one serves once.
    """
    pairs = [
        (-one.likeness(gone), place, id_, key)
        for place, (id_, one) in enumerate(added.items())
        for key, gone in removed.items()
    ]
    answer: dict[str, str] = {}
    for likeness, _, id_, key in sorted(pairs, key=lambda pair: pair[:2]):
        if likeness and id_ not in answer and key not in answer.values():
            answer[id_] = key
    return {id_: answer[id_] for id_ in added if id_ in answer}
