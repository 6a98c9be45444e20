"""A journey's text as the canvas draws it: its steps with their sentences and arms, and what is wrong, where.

It reads the tree as it is written: a draft may be wrong in any way, and is drawn as far as it can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Node, Problem, parse
from orchestrator.domain.definition.arms import Arm, arms_of, kind_of, walk_steps
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.journeys.yaml import read
from orchestrator.journeys.yaml_write import flow
from orchestrator.sdk import Path, StepKind
from orchestrator.studio import canvas_words, drafts, outline
from orchestrator.studio.canvas_inputs import grows_of

Kinds = Mapping[str, StepKind[Any]]


def kinds_now() -> dict[str, StepKind[Any]]:
    """Every kind of step there is, plugins' included."""
    return {kind.name: kind for kind in STEP_KINDS} | dict(registry.current().steps)


def look(text: str) -> dict[str, Any]:
    """All that the canvas shows of a text. `steps` is None where the text cannot be read at all."""
    kinds = kinds_now()
    try:
        tree = read(text)
    except DefinitionError as error:
        return {"steps": None, "header": None, "problems": [_told(one, []) for one in error.problems]}
    places = [(path, step) for path, step, _kind in walk_steps(tree.child("steps"), kinds)]
    plain = tree.plain() if isinstance(tree.value, dict) else {}
    return {
        "steps": _steps(tree.child("steps"), kinds, ("steps",)),
        "header": _header(plain),
        "problems": [_told(one, places) for one in _problems(tree, kinds)],
    }


def _problems(tree: Node, kinds: Kinds) -> Sequence[Problem]:
    try:
        parse(tree, kinds, registry.current().conditions)
    except DefinitionError as error:
        return error.problems
    return ()


def _told(problem: Problem, places: Sequence[tuple[Path, Node]]) -> dict[str, Any]:
    """A problem with its line, and the step and the field it is about."""
    around = [(path, step) for path, step in places if problem.path[: len(path)] == path]
    path, step = max(around, key=lambda one: len(one[0])) if around else ((), None)
    field = problem.path[len(path)] if len(problem.path) > len(path) else ""
    identity = step.child("id") if step is not None else None
    return {
        "line": problem.line,
        "column": problem.column,
        "words": drafts.told(problem),
        "path": list(path) if step is not None else None,
        "id": str(identity.value) if identity is not None else "",
        "field": str(field),
    }


def _header(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The journey's own fields, with who enters in sentences; rubbish is left to the problems."""
    fields = {name: value for name, value in plain.items() if name != "steps"}
    try:
        said = outline.read({**fields, "steps": []})
        words = [line for line in ("; ".join(said.entries), *said.conditions) if line]
    except Exception:  # a draft may hold anything where sentences expect something
        words = []
    return {
        "fields": fields,
        "written": {name: _written(one) for name, one in fields.items()},
        "words": words,
    }


def _steps(steps: Node | None, kinds: Kinds, path: Path) -> list[dict[str, Any]]:
    if steps is None or not isinstance(steps.value, list):
        return []
    return [_step(step, kinds, (*path, index)) for index, step in enumerate(steps.value)]


def _step(step: Node, kinds: Kinds, path: Path) -> dict[str, Any]:
    kind = kind_of(step, kinds)
    plain = step.plain()
    plain = plain if isinstance(plain, dict) else {}
    arms = arms_of(step, kind) if kind is not None else ()
    inside = {arm.path[0] for arm in arms if arm.written}
    fields = {name: value for name, value in plain.items() if name not in inside and name != "id"}
    name = kind.name if kind is not None else ""
    return {
        "path": list(path),
        "kind": name,
        "id": str(plain.get("id", "")),
        "line": step.key_line or step.line,
        "icon": outline.ICONS.get(name, "extension") if name else "help",
        "text": canvas_words.sentence(name, plain, kind),
        "fields": fields,
        "written": {field: _written(value) for field, value in fields.items()},
        "arms": [_arm(arm, step, kind, kinds, path) for arm in arms if kind is not None],
        "grows": grows_of(kind) if kind is not None else None,
    }


def _arm(arm: Arm, step: Node, kind: StepKind[Any], kinds: Kinds, path: Path) -> dict[str, Any]:
    """An arm; where it has fields of its own, such as a share, `holder` is the path to them."""
    deep = len(arm.path) > 1
    holder = step.at(arm.path[:-1]).plain() if deep else {}
    fields = (
        {key: value for key, value in holder.items() if key != arm.path[-1]}
        if isinstance(holder, dict)
        else {}
    )
    here = (*path, *arm.path)
    return {
        "path": list(here),
        "holder": list(here[:-1]) if deep else None,
        "name": canvas_words.arm(kind.name, arm.path, fields),
        "key": _key(arm.path),
        "written": arm.written,
        "fields": fields,
        "texts": {name: _written(value) for name, value in fields.items()},
        "steps": _steps(step.at(arm.path), kinds, here) if arm.written else [],
    }


def _key(path: Path) -> str:
    """What a step run calls the arm: the case's number from 1, the name it was given, or its field."""
    if len(path) == 1:
        return str(path[0])
    return str(path[1] + 1) if isinstance(path[1], int) else str(path[1])


def _written(value: Any) -> str:
    """A value on one line, as it would stand in the text."""
    return value if isinstance(value, str) else flow(value)
