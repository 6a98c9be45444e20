"""OPEN: what stands in brackets is written in lines, so that steps can be put among the others."""

from __future__ import annotations

import re

from orchestrator.domain.definition import Node
from orchestrator.journeys import yaml_write as write
from orchestrator.journeys.yaml_places import CannotEdit, Laid, comments
from orchestrator.sdk import Path


def opened(laid: Laid, path: Path) -> Laid:
    """The same text with all that leads to a path in lines; what is not on the way stays in its brackets."""
    for depth in range(len(path) + 1):
        node = laid.node(path[:depth])
        if laid.in_brackets(node) and node.value:
            laid = Laid.of(_open(laid, node))
    return laid


def _open(laid: Laid, node: Node) -> str:
    """One pair of brackets, whose parent is already in lines."""
    span = laid.span(node)
    eol = laid.line_end(span.end)
    rest = laid.text[span.end : eol].rstrip("\n")
    if rest.strip() and not rest.lstrip().startswith("#"):
        raise CannotEdit("Something follows the brackets on their line: change this in the text beside.")
    if node.key_line:
        start = laid.key_start(node)
        indent = start - laid.line_start(start) + 2
        head = laid.text[: laid.colon(node)] + rest + "\n"
    else:
        indent = span.start - laid.line_start(span.start)
        head = laid.text[: span.start]
    body = "\n".join(" " * indent + line for line in _lines(laid, node, indent)) + "\n"
    if not node.key_line:
        note = f"{' ' * indent}{rest.strip()}\n" if rest.strip() else ""
        body = body[indent:] + note
    return head + body + laid.text[eol:]


def _lines(laid: Laid, node: Node, indent: int) -> list[str]:
    answer: list[str] = []
    at = laid.span(node).start
    pairs = node.value.items() if isinstance(node.value, dict) else [("", one) for one in node.children()]
    for name, child in pairs:
        span = laid.span(child)
        before = laid.key_start(child) if child.key_line and isinstance(node.value, dict) else span.start
        answer += comments(laid.text[at:before])
        raw = re.sub(r"\n[ \t]*", "\n" + " " * (indent + 4), laid.text[span.start : span.end])
        start = f"{write.key(name)}:" if isinstance(node.value, dict) else "-"
        answer.append(f"{start} {raw}".rstrip())
        at = span.end
    return answer + comments(laid.text[at : laid.span(node).end])
