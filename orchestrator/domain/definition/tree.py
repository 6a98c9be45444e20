"""The tree a definition is read from: plain values that remember where in the file they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.sdk import Path

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place. Lines and columns count from 1; 0 means "not from a file".

    `value` is a dict of nodes, a list of nodes or a scalar. `key_line` and `key_column` say where the key stands
    that leads here, if one does.
    """

    value: dict[str, Node] | list[Node] | Scalar
    line: int = 0
    column: int = 0
    key_line: int = 0
    key_column: int = 0

    def plain(self) -> Any:
        """The value without places: dicts, lists and scalars, fit for JSON. Any depth."""
        return _plain(self)

    def at(self, path: Path) -> Node:
        """The node at `path`, or the last one on the way there: good enough to point at."""
        node = self
        for key in path:
            child = node.child(key)
            if child is None:
                return node
            node = child
        return node

    def child(self, key: str | int) -> Node | None:
        """The node under `key` (a mapping's key or a list's index), or None."""
        if isinstance(self.value, dict):
            return self.value.get(key) if isinstance(key, str) else None
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def children(self) -> Iterator[Node]:
        """The nodes directly below."""
        if isinstance(self.value, dict):
            yield from self.value.values()
        elif isinstance(self.value, list):
            yield from self.value


def _plain(root: Node) -> Any:
    """Rebuild without recursion: a tree 10,000 deep must come out as a tree, not as a RecursionError."""
    top: list[Any] = [None]
    work: list[tuple[Any, Any, Node]] = [(top, 0, root)]
    while work:
        holder, key, node = work.pop()
        value = node.value
        if isinstance(value, dict):
            holder[key] = dict.fromkeys(value)
            work.extend((holder[key], name, child) for name, child in value.items())
        elif isinstance(value, list):
            holder[key] = [None] * len(value)
            work.extend((holder[key], index, child) for index, child in enumerate(value))
        else:
            holder[key] = value
    return top[0]


def from_plain(value: Any, line: int = 0, column: int = 0) -> Node:
    """A tree from plain values (a stored definition, a plugin's answer); every node gets the one place given.

    Without recursion, so any depth. Raises TypeError for a value that JSON has no word for.
    """
    top: list[Any] = [None]
    work: list[tuple[Any, Any, Any]] = [(top, 0, value)]
    while work:
        holder, key, item = work.pop()
        node = Node(_shell(item), line, column)
        holder[key] = node
        if isinstance(node.value, dict):
            work.extend((node.value, name, item[name]) for name in node.value)
        elif isinstance(node.value, list):
            work.extend((node.value, index, child) for index, child in enumerate(item))
    answer: Node = top[0]
    return answer


def _shell(item: Any) -> Any:
    """An empty container of the item's shape, keys in order; a scalar as it is."""
    if isinstance(item, Mapping):
        for name in item:
            if not isinstance(name, str):
                raise TypeError(f"a key must be text, not {type(name).__name__}")
        return dict.fromkeys(item)
    if isinstance(item, (list, tuple)):
        return [None] * len(item)
    if item is None or isinstance(item, (str, int, float, bool)):
        return item
    raise TypeError(f"a tree holds plain values, not {type(item).__name__}")


def too_deep(root: Node, limit: int) -> Node | None:
    """The first node more than `limit` containers deep; None if there is none."""
    work: list[tuple[Node, int]] = [(root, 0)]
    while work:
        node, depth = work.pop()
        if depth > limit:
            return node
        work.extend((child, depth + 1) for child in node.children())
    return None


def find(root: Node, key: str, value: Scalar) -> Node | None:
    """The first node below `root` that stands under `key` and holds `value`, in written order."""
    work = [root]
    while work:
        node = work.pop()
        found = node.child(key)
        if found is not None and found.value == value:
            return found
        work.extend(reversed(list(node.children())))
    return None
