"""A text and where its values stand in it, by lines: what an edit cuts, and where it writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.domain.definition import Node
from orchestrator.journeys.yaml_reader import Span, compose
from orchestrator.sdk import Path

_COMMENT = re.compile(r"#[^\n]*")


class CannotEdit(ValueError):
    """The text is laid out so that this edit would change more than it should; the words say what to do instead."""


@dataclass(slots=True)
class Laid:
    """A text that could be read. Indexes count from 0; its lines end in a bare line feed."""

    text: str
    tree: Node
    spans: dict[int, Span]

    @classmethod
    def of(cls, text: str) -> Laid:
        """Read a text; raises DefinitionError. Line ends become line feeds, and the last line gets one."""
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        text = text if text.endswith("\n") or not text else text + "\n"
        return cls(text, *compose(text))

    def node(self, path: Path) -> Node:
        """The value at a path; raises CannotEdit where there is none."""
        node = self.tree
        for key in path:
            below = node.child(key)
            if below is None:
                raise CannotEdit("What you change is not there any more: look at the text beside the canvas.")
            node = below
        return node

    def span(self, node: Node) -> Span:
        """Where a value stands."""
        return self.spans[id(node)]

    def in_brackets(self, node: Node) -> bool:
        """Whether it is a list or a mapping in brackets, or the single pair of one."""
        return isinstance(node.value, dict | list) and self.span(node).flow

    def is_block(self, node: Node) -> bool:
        """Whether it takes lines of its own: a list with dashes, keys below one another, or a text after `|`."""
        return not self.span(node).flow

    def end(self, node: Node) -> int:
        """The index after its last sign: blank lines and comments below it are not its own."""
        span = self.span(node)
        if not span.flow and isinstance(node.value, dict | list):
            last = list(node.children())[-1:]
            return self.end(last[0]) if last else span.end
        end = span.end
        while not span.flow and end > span.start and self.text[end - 1] in " \n":
            end -= 1
        return end

    def index(self, line: int, column: int) -> int:
        """The index of a line and a column, which count from 1."""
        at = 0
        for _ in range(line - 1):
            at = self.text.index("\n", at) + 1
        return at + column - 1

    def line_start(self, index: int) -> int:
        """Where the line of an index begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Where the next line begins."""
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def key_start(self, node: Node) -> int:
        """Where the key stands that leads to a value."""
        return self.index(node.key_line, node.key_column)

    def key_column(self, node: Node) -> int:
        """How far in, from 0, that key stands."""
        return node.key_column - 1

    def colon(self, node: Node) -> int:
        """The index after the colon of the key that leads to a value."""
        at = self.key_start(node)
        if self.text[at] in "\"'":
            quote, at = self.text[at], at + 1
            while self.text[at] != quote or (quote == "'" and self.text[at + 1] == "'"):
                at += 2 if (self.text[at] == "\\" and quote == '"') or self.text[at] == quote else 1
        found = re.compile(r":(?=\s|$|[\[{\"'])").search(self.text, at)
        if found is None or "\n" in self.text[at : found.start()]:
            raise CannotEdit("The key is written in a way that only a hand can change: use the text beside.")
        return found.end()

    def dash(self, block: Node) -> int:
        """The column, from 0, of the dashes of a list."""
        return self.index(block.line, block.column) - self.line_start(self.index(block.line, block.column))

    def item(self, block: Node, index: int) -> tuple[int, int]:
        """The lines of an item: from the comments right above its dash to the end of its last line."""
        children = list(block.children())
        span, column = self.span(children[index]), self.dash(block)
        start = self.text.rfind("-", self.line_start(self.index(block.line, 1)), max(span.start, 1))
        while start >= 0 and start - self.line_start(start) != column:
            start = self.text.rfind("-", 0, start)
        start = self.line_start(start)
        if self.text[start : start + column].strip():
            raise CannotEdit(
                "The list begins on the line of something else: give it a line of its own first."
            )
        above = self.end(children[index - 1]) if index else self._above(block)
        while start - 1 > above:
            line = self.line_start(start - 1)
            words = self.text[line:start]
            if line <= above or not words.lstrip().startswith("#") or _indent(words) > column:
                break
            start = line
        return start, self.line_end(self.end(children[index]))

    def _above(self, block: Node) -> int:
        """The last sign that cannot be a comment of the list's first item: its key's line, or nothing."""
        return self.line_end(self.key_start(block)) - 1 if block.key_line else -1


def comments(gap: str) -> list[str]:
    """The comments in what stands between two values."""
    return [found.rstrip() for found in _COMMENT.findall(gap)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def shifted(block: str, by: int) -> str:
    """Lines moved to the right, or to the left as far as they go."""
    if by >= 0:
        return "".join(" " * by + line if line.strip() else line for line in block.splitlines(True))
    return "".join(line[min(-by, _indent(line)) :] for line in block.splitlines(True))
