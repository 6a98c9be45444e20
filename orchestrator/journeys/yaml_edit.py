"""EDIT: change one thing in a journey's text; every other character stays, comments above all.

What goes takes the comments right above it and on its lines along; what moves carries them. A list or a mapping in
brackets into which steps are put is opened up into lines first. After each edit the text is read again and must hold
exactly what was wanted: costs a second reading, a slip would cost a journey.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys import yaml_write as write
from orchestrator.journeys.yaml_fields import set_field
from orchestrator.journeys.yaml_open import opened
from orchestrator.journeys.yaml_places import CannotEdit, Laid, shifted
from orchestrator.sdk import Path

__all__ = ["CannotEdit", "change", "delete", "duplicate", "insert", "move", "place_after"]


def insert(text: str, into: Path, index: int, value: Any) -> str:
    """Put a value into a list; a list that is not written yet is."""
    laid = Laid.of(text)
    wanted = laid.tree.plain()
    _put(wanted, into, index, value)
    lines = "".join(line + "\n" for line in write.item(value, step=isinstance(value, dict)))
    return _confirmed(_insert(laid, into, index, lines), wanted)


def delete(text: str, path: Path) -> str:
    """Take an item out of its list, with its comments."""
    laid = Laid.of(text)
    wanted = laid.tree.plain()
    laid.node(path)
    _take(wanted, path)
    return _confirmed(_delete(*_in_lines(laid, path)), wanted)


def move(text: str, path: Path, into: Path, index: int) -> str:
    """Move an item to a place in a list, counted as before the move. Not into itself."""
    if into[: len(path)] == path:
        raise CannotEdit("A step cannot be moved into itself.")
    laid = Laid.of(text)
    wanted = laid.tree.plain()
    laid.node(path)
    target, at = _after_taking(path, into, index)
    _put(wanted, target, at, _take(wanted, path))
    laid, path = _in_lines(laid, path)
    fragment = _fragment(laid, path)
    return _confirmed(_insert(Laid.of(_delete(laid, path)), target, at, fragment), wanted)


def duplicate(text: str, path: Path) -> str:
    """Write an item a second time right after itself; ids are for the caller to renew."""
    laid = Laid.of(text)
    wanted, (*into, index) = laid.tree.plain(), path
    node = laid.node(path)
    if not isinstance(index, int):
        raise CannotEdit("Only an item of a list can be doubled.")
    _put(wanted, tuple(into), index + 1, node.plain())
    laid, path = _in_lines(laid, path)
    return _confirmed(_insert(laid, tuple(into), index + 1, _fragment(laid, path)), wanted)


def change(text: str, path: Path, fields: Mapping[str, Any], without: tuple[str, ...] = ()) -> str:
    """Set fields of a mapping and take others out."""
    laid = Laid.of(text)
    if not isinstance(laid.node(path).value, dict):
        raise CannotEdit("This has no fields: look at the text beside the canvas.")
    wanted = laid.tree.plain()
    holder = _at(wanted, path)
    holder.update(fields)
    for name in without:
        holder.pop(name, None)
    written = laid.text
    for name, value in fields.items():
        written = set_field(written, path, name, value)
    for name in without:
        written = set_field(written, path, name)
    return _confirmed(written, wanted)


def place_after(path: Path, into: Path, index: int) -> Path:
    """Where an item stands once `move` has moved it."""
    target, at = _after_taking(path, into, index)
    return (*target, at)


def _in_lines(laid: Laid, path: Path) -> tuple[Laid, Path]:
    """The same with the list in lines, not in brackets."""
    return opened(laid, path[:-1]), path


def _fragment(laid: Laid, path: Path) -> str:
    """An item's lines, as far to the left as its dash allows."""
    block, index = laid.node(path[:-1]), path[-1]
    assert isinstance(index, int)
    start, end = laid.item(block, index)
    return shifted(laid.text[start:end], -laid.dash(block))


def _delete(laid: Laid, path: Path) -> str:
    block, index = laid.node(path[:-1]), path[-1]
    if not isinstance(block.value, list) or not isinstance(index, int):
        raise CannotEdit("Only an item of a list can be taken out.")
    start, end = laid.item(block, index)
    if len(block.value) > 1:
        return laid.text[:start] + laid.text[end:]
    if not block.key_line:
        raise CannotEdit("The last item of a list that has no name cannot be taken out.")
    colon = laid.colon(block)
    return laid.text[:colon] + " []" + laid.text[colon:start] + laid.text[end:]


def _insert(laid: Laid, into: Path, index: int, fragment: str) -> str:
    """Write an item's lines into a list."""
    holder, block = laid.node(into[:-1]), laid.tree.at(into)
    if holder.child(into[-1]) is None:
        laid = Laid.of(set_field(laid.text, into[:-1], str(into[-1]), []))
        block = laid.node(into)
    if block.value is None or block.value == []:
        return _first(opened(laid, into[:-1]), into, fragment)
    if not isinstance(block.value, list):
        raise CannotEdit("Steps can only be put into a list: look at the text beside the canvas.")
    laid = opened(laid, into)
    block = laid.node(into)
    count = len(list(block.children()))
    at = laid.item(block, index)[0] if index < count else laid.item(block, count - 1)[1]
    return laid.text[:at] + shifted(fragment, laid.dash(block)) + laid.text[at:]


def _first(laid: Laid, into: Path, fragment: str) -> str:
    """The first item of a list that has none: `[]` goes, and the item gets the lines below the key."""
    block = laid.node(into)
    if not block.key_line:
        raise CannotEdit("The list has no name: look at the text beside the canvas.")
    colon, span = laid.colon(block), laid.span(block)
    end = max(colon, span.end) if block.value == [] else colon
    eol = laid.line_end(end)
    start = laid.key_start(block)
    indent = start - laid.line_start(start) + _step_in(laid)
    rest = laid.text[end:eol].rstrip("\n")
    return laid.text[:colon] + rest + "\n" + shifted(fragment, indent) + laid.text[eol:]


def _step_in(laid: Laid) -> int:
    """How far this file's lists stand in from their keys: as the first one does, else 2."""
    work = [laid.tree]
    while work:
        node = work.pop()
        if isinstance(node.value, list) and node.value and not laid.span(node).flow and node.key_line:
            key = laid.key_start(node)
            return max(laid.dash(node) - (key - laid.line_start(key)), 0)
        work.extend(reversed(list(node.children())))
    return 2


def _after_taking(path: Path, into: Path, index: int) -> tuple[Path, int]:
    """A place in a list, as it is counted once the item at `path` is gone."""
    *above, gone = path
    depth = len(above)
    if not isinstance(gone, int):
        raise CannotEdit("Only an item of a list can be moved.")
    if into == tuple(above):
        return into, index - (index > gone)
    if into[:depth] == tuple(above) and isinstance(into[depth], int) and into[depth] > gone:  # type: ignore[operator]
        return (*above, into[depth] - 1, *into[depth + 1 :]), index  # type: ignore[operator]
    return into, index


def _at(plain: Any, path: Path) -> Any:
    try:
        for key in path:
            plain = plain[key]
    except (KeyError, IndexError, TypeError):
        raise CannotEdit("What you change is not there any more: look at the text beside.") from None
    return plain


def _put(plain: Any, into: Path, index: int, value: Any) -> None:
    holder = _at(plain, into[:-1])
    try:
        there = holder[into[-1]]
    except (KeyError, IndexError, TypeError):
        there = None
    if there is not None and not isinstance(there, list):
        raise CannotEdit("Steps can only be put into a list: look at the text beside the canvas.")
    items = list(there or [])
    items.insert(index, value)
    holder[into[-1]] = items


def _take(plain: Any, path: Path) -> Any:
    holder = _at(plain, path[:-1])
    if not isinstance(holder, list):
        raise CannotEdit("Only an item of a list can be taken out.")
    return holder.pop(path[-1])  # type: ignore[arg-type]


def _confirmed(written: str, wanted: Any) -> str:
    try:
        same = json.dumps(Laid.of(written).tree.plain()) == json.dumps(wanted)
    except DefinitionError:
        same = False
    if not same and not _same_but_order(written, wanted):
        raise CannotEdit("The text is laid out so that this cannot be changed from here: change it beside.")
    return written


def _same_but_order(written: str, wanted: Any) -> bool:
    """A new field may stand elsewhere among its neighbours, where that means nothing."""
    try:
        return json.dumps(Laid.of(written).tree.plain(), sort_keys=True) == json.dumps(wanted, sort_keys=True)
    except DefinitionError:
        return False
