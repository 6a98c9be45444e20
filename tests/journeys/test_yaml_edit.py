"""A journey's text is edited in place: nothing else of it changes, comments stay, and an edit can be taken back."""

from __future__ import annotations

import json
import os
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.domain.definition.arms import walk_steps
from orchestrator.journeys import yaml, yaml_edit, yaml_write
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.journeys.yaml_places import CannotEdit, Laid
from tests.environment import ROOT
from tests.generated import journeys, with_ids

KINDS = {kind.name: kind for kind in STEP_KINDS}
SHIPPED = sorted((ROOT / "journeys").glob("*/journey.yaml"))
TRIPS = int(os.environ.get("ROUND_TRIPS", "300"))
MANY = settings(max_examples=TRIPS, deadline=None, suppress_health_check=list(HealthCheck))
# Each edit and its inverse; a thousand take minutes, and are asked for by ROUND_TRIPS=1000.
SOME = settings(
    max_examples=TRIPS if "ROUND_TRIPS" in os.environ else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
NEW = {"send": "thanks", "via": ["email"], "id": "brand_new"}


def places(text: str) -> list[Any]:
    """The path of every step."""
    return [path for path, _step, _kind in walk_steps(yaml.read(text).child("steps"), KINDS)]


def lists(text: str) -> list[Any]:
    """The path of every list of steps that is written, with its length."""
    tree = yaml.read(text)
    found = {path[:-1] for path in places(text)}
    return sorted(((path, len(tree.at(path).plain())) for path in found), key=str)


@given(journeys)
@MANY
def test_what_is_written_reads_back_as_it_was(plain: dict[str, Any]) -> None:
    text = yaml_write.document(plain)
    assert json.dumps(yaml.read(text).plain()) == json.dumps(plain)


@given(journeys, st.data())
@SOME
def test_a_step_put_in_and_taken_out_again_leaves_no_trace(
    plain: dict[str, Any], data: st.DataObject
) -> None:
    text = yaml_write.document(with_ids(plain))
    into, length = data.draw(st.sampled_from(lists(text)))
    index = data.draw(st.integers(0, length))
    longer = yaml_edit.insert(text, into, index, NEW)
    assert yaml.read(longer).at((*into, index)).plain() == NEW
    assert yaml_edit.delete(longer, (*into, index)) == text
    doubled = yaml_edit.duplicate(longer, (*into, index))
    assert yaml_edit.delete(doubled, (*into, index)) == longer


@given(journeys, st.data())
@SOME
def test_a_step_moved_away_and_back_leaves_no_trace(plain: dict[str, Any], data: st.DataObject) -> None:
    text = yaml_edit.insert(yaml_write.document(with_ids(plain)), ("steps",), 0, NEW)
    path = data.draw(st.sampled_from(places(text)))
    into, length = data.draw(st.sampled_from([(i, n) for i, n in lists(text) if i[: len(path)] != path]))
    moved = yaml_edit.move(text, path, into, data.draw(st.integers(0, length)))
    step = yaml.read(text).at(path).plain()
    there = next(p for p in places(moved) if yaml.read(moved).at(p).plain() == step)
    back_into, back_at = path[:-1], path[-1]
    same_list = there[:-1] == back_into and there[-1] < back_at
    assert yaml_edit.move(moved, there, _seen_from(there, back_into), back_at + same_list) == text


def _seen_from(there: Any, into: Any) -> Any:
    """A list's path as it is while the step stands elsewhere: a step before it in the same list shifts it by one."""
    depth = len(there) - 1
    if (
        len(into) > depth
        and into[:depth] == there[:-1]
        and isinstance(into[depth], int)
        and into[depth] >= there[-1]
    ):
        return (*into[:depth], into[depth] + 1, *into[depth + 1 :])
    return into


@given(journeys, st.data())
@SOME
def test_a_field_changed_and_changed_back_leaves_no_trace(plain: dict[str, Any], data: st.DataObject) -> None:
    text = yaml_write.document(with_ids(plain))
    path = data.draw(st.sampled_from(places(text)))
    step = yaml.read(text).at(path).plain()
    was = step["id"]
    changed = yaml_edit.change(text, path, {"id": "another_name"})
    assert yaml.read(changed).at(path).plain() == step | {"id": "another_name"}
    assert yaml_edit.change(changed, path, {"id": was}) == text
    more = yaml_edit.change(text, path, {"topic": "club: 7 #"})
    assert yaml.read(more).at(path).plain() == step | {"topic": "club: 7 #"}
    assert yaml_edit.change(more, path, {}, ("topic",)) == text


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_every_step_of_a_shipped_journey_can_be_moved_away_and_back_with_its_comments(file: File) -> None:
    text = file.read_text(encoding="utf-8")
    may_move = [path for path in places(text) if path != ("steps", 0) and not in_brackets(text, path[:-1])]
    assert may_move or len(places(text)) == 1  # a journey of one step has nowhere to move it
    for path in may_move:
        away = yaml_edit.move(text, path, ("steps",), 0)
        assert words(away) == words(text)
        into = _seen_from(("steps", 0), path[:-1])
        assert yaml_edit.move(away, ("steps", 0), into, path[-1] + (len(path) == 2)) == text


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_a_step_put_anywhere_into_a_shipped_journey_and_taken_out_leaves_no_trace(file: File) -> None:
    text = file.read_text(encoding="utf-8")
    for into, length in lists(text):
        for index in range(length + 1):
            longer = yaml_edit.insert(text, into, index, NEW)
            assert remarks(longer) == remarks(text)
            shorter = yaml_edit.delete(longer, (*into, index))
            assert yaml.read(shorter).plain() == yaml.read(text).plain()
            assert in_brackets(text, into) or shorter == text


def words(text: str) -> list[str]:
    """All words of a text, in no order; an arm that is empty for a while says `[]`."""
    return sorted(word for word in text.split() if word != "[]")


def remarks(text: str) -> list[str]:
    """All comments, in no order."""
    return sorted(line.partition("#")[2] for line in text.splitlines() if "#" in line)


def in_brackets(text: str, path: Any) -> bool:
    """Whether something on the way to a path stands in brackets."""
    laid = Laid.of(text)
    return any(laid.in_brackets(laid.node(path[:depth])) for depth in range(1, len(path) + 1))


ENTRY = "entry: {event: a.b}  # who"
LAID = """# kept
journey: a
entry: {event: a.b}  # who
steps:
  # of the first
  - send: "hello"  # greets
    id: hello

  - split:  # by chance
      a: {share: 50%, steps: [{send: gift, id: gift}, {wait: 1 day, id: rest}]}  # half
      b: {share: 50%, steps: []}
    id: part
"""


@pytest.mark.parametrize(
    ("edit", "line", "becomes"),
    [
        (lambda text: yaml_edit.change(text, ("steps", 0), {"send": "hi"}),
         '  - send: "hello"  # greets', '  - send: "hi"  # greets'),
        (lambda text: yaml_edit.change(text, ("steps", 0), {"via": ["sms"]}), "    id: hello", "    id: hello\n    via: [sms]"),
        (lambda text: yaml_edit.change(text, ("entry",), {"again": "never"}), ENTRY, "entry: {event: a.b, again: never}  # who"),
        (lambda text: yaml_edit.change(text, (), {"holdout": "5%"}), ENTRY, f"{ENTRY}\nholdout: 5%"),
        (
            lambda text: yaml_edit.insert(text, ("steps", 1, "split", "b", "steps"), 0, {"exit": "done", "id": "x"}),
            "      b: {share: 50%, steps: []}",
            "      b:\n        share: 50%\n        steps:\n          - exit: done\n            id: x",
        ),
        (
            lambda text: yaml_edit.delete(text, ("steps", 1, "split", "a", "steps", 0)),
            "      a: {share: 50%, steps: [{send: gift, id: gift}, {wait: 1 day, id: rest}]}  # half",
            "      a:  # half\n        share: 50%\n        steps:\n          - {wait: 1 day, id: rest}",
        ),
        (
            lambda text: yaml_edit.delete(text, ("steps", 0)),
            '  # of the first\n  - send: "hello"  # greets\n    id: hello\n',
            "",
        ),
        (
            lambda text: yaml_edit.change(text, ("steps", 1, "split", "a"), {"share": "40%"}),
            "      a: {share: 50%,",
            "      a: {share: 40%,",
        ),
    ],
)  # fmt: skip
def test_an_edit_touches_its_own_lines_alone(edit: Any, line: str, becomes: str) -> None:
    assert LAID.count(line) == 1
    assert edit(LAID) == LAID.replace(line, becomes)


@pytest.mark.parametrize(
    "edit",
    [
        lambda: yaml_edit.move(LAID, ("steps", 1), ("steps", 1, "split", "b", "steps"), 0),
        lambda: yaml_edit.delete(LAID, ("steps", 7)),
        lambda: yaml_edit.delete(LAID, ("steps", 0, "id")),
        lambda: yaml_edit.insert(LAID, ("journey",), 0, NEW),
        lambda: yaml_edit.insert(LAID, ("nowhere", "steps"), 0, NEW),
        lambda: yaml_edit.change(LAID, ("steps",), {"a": 1}),
        lambda: yaml_edit.duplicate(LAID, ("entry", "event")),
    ],
)
def test_what_cannot_be_done_is_refused(edit: Any) -> None:
    with pytest.raises(CannotEdit):
        edit()
