"""FIELDS: one field of a mapping is set or taken out, in the text, and as little of it as can be is written anew."""

from __future__ import annotations

import json
from typing import Any

from orchestrator.domain.definition import Node
from orchestrator.journeys import yaml_write as write
from orchestrator.journeys.yaml_open import opened
from orchestrator.journeys.yaml_places import CannotEdit, Laid
from orchestrator.sdk import Path


class _Absent:
    """Not even null."""


ABSENT = _Absent()


def set_field(text: str, path: Path, name: str, value: Any = ABSENT) -> str:
    """Set a field of the mapping at `path`; without a value the field is taken out."""
    laid = Laid.of(text)
    holder = laid.node(path)
    child = holder.child(name)
    if child is None:
        return laid.text if value is ABSENT else _add(laid, path, name, value)
    if value is ABSENT:
        return _remove(laid, holder, name)
    return _replace(laid, (*path, name), value)


def _replace(laid: Laid, path: Path, value: Any) -> str:
    """As deep down as possible: what has not changed keeps its signs."""
    node = laid.node(path)
    old = node.plain()
    if json.dumps(old) == json.dumps(value):
        return laid.text
    text = laid.text
    if isinstance(old, dict) and isinstance(value, dict) and _keeps_order(old, value):
        for name in old.keys() | value.keys():
            text = set_field(text, path, name, value.get(name, ABSENT))
        return text
    if isinstance(old, list) and isinstance(value, list) and len(old) == len(value):
        for index, part in enumerate(value):
            text = _replace(Laid.of(text), (*path, index), part)
        return text
    return _write(laid, path, node, value)


def _keeps_order(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether fields were only changed, added at the end or taken out: their order may mean something."""
    kept = [name for name in old if name in new]
    return bool(kept) and list(new)[: len(kept)] == kept and len(new) - len(kept) < 2


def _write(laid: Laid, path: Path, node: Node, value: Any) -> str:
    """A value in the place of another, all of it."""
    span = laid.span(node)
    if span.flow:
        start, end = span.start, span.end
        if write.on_a_line(value) or laid.in_brackets(laid.node(path[:-1])):
            like = laid.text[start:end]
            told = write.flow(value) if isinstance(value, dict | list) else write.scalar(value, like)
            told = told if start < end or laid.text[start - 1 : start] in " \n" else f" {told}"
            return laid.text[:start] + told + laid.text[end:]
    if not node.key_line or not isinstance(path[-1], str):
        raise CannotEdit("This item is laid out so that only a hand can change it: use the text beside.")
    colon = laid.colon(node)
    end = laid.end(node)
    rest = laid.text[end : laid.line_end(end)] if span.flow else laid.text[colon : laid.line_end(colon)]
    rest = "" if not span.flow and rest.lstrip()[:1] in "|>" else rest.rstrip("\n")
    start = laid.key_start(node)
    indent = start - laid.line_start(start)
    first, *below = write.pair(path[-1], value)
    told = first[len(write.key(path[-1])) + 1 :]
    lines = "".join(f"\n{' ' * indent}{line}" for line in below)
    return laid.text[:colon] + told + rest + lines + "\n" + laid.text[laid.line_end(end) :]


def _add(laid: Laid, path: Path, name: str, value: Any) -> str:
    holder = laid.node(path)
    if not holder.value:
        return _add_first(laid, path, holder, name, value)
    children = list(holder.children())
    if laid.in_brackets(holder):
        if not write.on_a_line(value) and path:
            return _add(opened(laid, path), path, name, value)
        end = laid.span(children[-1]).end
        return f"{laid.text[:end]}, {write.key(name)}: {write.flow(value)}{laid.text[end:]}"
    lines = write.pair(name, value)
    short = [child for child in children if laid.span(child).flow]
    first_long = next((n for n, child in enumerate(children) if not laid.span(child).flow), len(children))
    after = children[-1] if len(lines) > 1 or not first_long or not short else children[first_long - 1]
    at, indent = laid.line_end(laid.end(after)), laid.key_column(children[0])
    return laid.text[:at] + "".join(f"{' ' * indent}{line}\n" for line in lines) + laid.text[at:]


def _add_first(laid: Laid, path: Path, holder: Node, name: str, value: Any) -> str:
    if not path:
        return (
            laid.text.rstrip("\n")
            + "\n" * bool(laid.text.strip())
            + "\n".join(write.pair(name, value))
            + "\n"
        )
    return _write(laid, path, holder, {name: value})


def _remove(laid: Laid, holder: Node, name: str) -> str:
    assert isinstance(holder.value, dict)
    names = list(holder.value)
    children = list(holder.value.values())
    index, text = names.index(name), laid.text
    child, span = children[index], laid.span(holder)
    if len(names) == 1:
        return _empty(laid, holder)
    if index == 0 and (laid.in_brackets(holder) or _shares_line(laid, child)):
        return text[: laid.key_start(child)] + text[laid.key_start(children[1]) :]
    if span.flow:
        return text[: laid.span(children[index - 1]).end] + text[laid.span(child).end :]
    return text[: laid.line_start(laid.key_start(child))] + text[laid.line_end(laid.end(child)) :]


def _shares_line(laid: Laid, child: Node) -> bool:
    """Whether something, such as a dash, stands before the key."""
    start = laid.key_start(child)
    return bool(laid.text[laid.line_start(start) : start].strip())


def _empty(laid: Laid, holder: Node) -> str:
    span = laid.span(holder)
    end = laid.end(holder)
    if not span.flow and holder.key_line:
        colon = laid.colon(holder)
        return (
            laid.text[:colon]
            + " {}"
            + laid.text[colon : laid.line_end(colon)]
            + laid.text[laid.line_end(end) :]
        )
    return laid.text[: span.start] + "{}" + laid.text[end:]
