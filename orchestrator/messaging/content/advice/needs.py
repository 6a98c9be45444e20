"""NEEDS: the variables a text cannot do without, as opposed to those it asks for with a default or behind an `if`."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from orchestrator.messaging.content.check import Use, check
from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault

SOFT = frozenset({"default", "d"})
ASKING = frozenset({"defined", "undefined", "none"})


def needs(environment: Sandbox, text: str) -> tuple[Use, ...]:
    """Each variable that ends the message where it is missing, once, at the line that needs it first."""
    try:
        tree = check(environment, text).tree
    except TemplateFault:
        return ()
    first: dict[str, Use] = {}
    for use in sorted(_needed(tree, frozenset()), key=lambda one: one.line):
        first.setdefault(use.name, use)
    return tuple(first.values())


def _needed(node: nodes.Node, asked: frozenset[str]) -> Iterator[Use]:
    """`asked`: the names that a condition around this place has looked at already."""
    if isinstance(node, nodes.Filter) and node.name in SOFT:
        for instead in node.args:
            yield from _needed(instead, asked)
    elif isinstance(node, nodes.Test) and node.name in ASKING:
        return
    elif isinstance(node, nodes.If | nodes.CondExpr):
        yield from _branches(node, asked)
    elif isinstance(node, nodes.Call):
        for given in node.args:
            yield from _needed(given, asked)
    elif isinstance(node, nodes.And):
        yield from _needed(node.left, asked)
        yield from _needed(node.right, asked | _names(node.left))
    elif (name := _dotted(node)) is not None:
        yield from [Use(node.lineno, name)] if name not in asked else []
    else:
        for child in node.iter_child_nodes():
            yield from _needed(child, asked)


def _branches(node: nodes.If | nodes.CondExpr, asked: frozenset[str]) -> Iterator[Use]:
    yield from _needed(node.test, asked)
    within = asked | _names(node.test)
    for field, child in node.iter_fields():
        for one in child if isinstance(child, list) else [child]:
            if field != "test" and isinstance(one, nodes.Node):
                yield from _needed(one, within)


def _names(node: nodes.Node) -> frozenset[str]:
    """Every name a condition looks at."""
    found = {name for child in (node, *_below(node)) if (name := _dotted(child)) is not None}
    return frozenset(found)


def _below(node: nodes.Node) -> Iterator[nodes.Node]:
    for child in node.iter_child_nodes():
        yield child
        yield from _below(child)


def _dotted(node: nodes.Node) -> str | None:
    parts: list[str] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getattr):
            parts.append(node.attr)
        elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            parts.append(node.arg.value)
        else:
            return None
        node = node.node
    if isinstance(node, nodes.Name) and node.ctx == "load":
        return ".".join([node.name, *reversed(parts)])
    return None
