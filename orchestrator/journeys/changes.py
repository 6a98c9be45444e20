"""CHANGES: in what two definitions of one journey differ, step by step. Pure."""

from __future__ import annotations

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
    """All differences. Steps by id, with what they do; `renamed`: an added id -> the removed one it looks like."""

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

    @property
    def content(self) -> Any:
        return self.step.content

    @property
    def place(self) -> tuple[str, str]:
        return self.parent, self.arm


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
    return {
        step.id: _Placed(step, parent.id if parent is not None else "", arm)
        for step, parent, arm in walk(definition.steps)
    }


def _differs(old: _Placed, new: _Placed) -> bool:
    return old.content != new.content or old.place != new.place


def _changed(old: _Placed, new: _Placed) -> Changed:
    return Changed(old.step.sentence(), new.step.sentence(), old.place != new.place)


def _renamed(removed: Mapping[str, _Placed], added: Mapping[str, _Placed]) -> dict[str, str]:
    """Added steps that do just what a removed one in the same place did; each removed one serves once."""
    left, answer = dict(removed), {}
    for id_, one in added.items():
        like = next(
            (key for key, gone in left.items() if gone.content == one.content and gone.place == one.place), ""
        )
        if like:
            answer[id_] = like
            del left[like]
    return answer
