"""TOGETHER: check several journeys as they would be published at once: they may name one another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from orchestrator.domain.definition import DefinitionError, Problem
from orchestrator.journeys.check import Checked, check
from orchestrator.journeys.folders import Folder
from orchestrator.journeys.yaml import read


@dataclass
class Together:
    """Folders that may be published, with what was read of them, and all that is wrong with the others."""

    sound: list[tuple[Folder, Checked]] = field(default_factory=list)
    wrong: list[tuple[Folder, tuple[Problem, ...]]] = field(default_factory=list)

    @property
    def keys(self) -> frozenset[str]:
        """The sound journeys' keys."""
        return frozenset(checked.definition.key for _, checked in self.sound)


def check_together(folders: Sequence[Folder]) -> Together:
    """Check them all. A journey that names an unsound one is unsound itself, so it goes on until nothing changes."""
    twice = _twice(folders)
    beside = frozenset(_key(folder) for folder in folders) - {""}
    while True:
        answer = _check(folders, beside, twice)
        if beside <= answer.keys:
            return answer
        beside = answer.keys


def _check(folders: Sequence[Folder], beside: Collection[str], twice: dict[int, Problem]) -> Together:
    answer = Together()
    for place, folder in enumerate(folders):
        try:
            checked = check(folder.journey, folder.templates, beside)
        except DefinitionError as error:
            problems = error.problems
        else:
            problems = ()
        if place in twice:
            problems = (*problems, twice[place])
        if problems:
            answer.wrong.append((folder, tuple(sorted(problems, key=_place))))
        else:
            answer.sound.append((folder, checked))
    return answer


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column


def _twice(folders: Sequence[Folder]) -> dict[int, Problem]:
    """The folders whose journey has the key of one before them, by place."""
    first: dict[str, str] = {}
    answer: dict[int, Problem] = {}
    for place, folder in enumerate(folders):
        key, file = _key(folder), folder.journey.file
        other = first.setdefault(key, file) if key else file
        if other != file:
            what = f"the journey “{key}” is already written in {other}"
            answer[place] = Problem(
                ("journey",), 1, 1, "duplicate_journey", what, "Give one of them another key.", file
            )
    return answer


def _key(folder: Folder) -> str:
    """The key as it is written, or "" where it cannot be read; what is wrong with it, `check` says."""
    try:
        node = read(folder.journey.opened(), folder.journey.file).child("journey")
    except DefinitionError:
        return ""
    return node.value if node is not None and isinstance(node.value, str) else ""
