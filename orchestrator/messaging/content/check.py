"""What a template may say: an allow-list of the language, counted before anything is compiled."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.limits import LOOP_DEPTH, SOURCE_LENGTH, TOKENS, TREE_DEPTH, TREE_NODES

ALLOWED: frozenset[type[nodes.Node]] = frozenset({
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign, nodes.Name, nodes.Const,
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test,
    nodes.Call, nodes.Getitem, nodes.Getattr, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos,
})  # fmt: skip
WORDS: Mapping[type[nodes.Node], str] = {
    nodes.Pow: "** (powers)",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.Macro: "{% macro %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.AssignBlock: "{% set %} without =",
    nodes.With: "{% with %}",
    nodes.NSRef: "a namespace",
}
RESERVED = frozenset({"self", "super", "caller", "varargs", "kwargs", "namespace", "range"})
REMEMBERED = 128  # texts; each at most as long as SOURCE_LENGTH
SEGMENT = "segment"  # segment("vip"): whether the customer is in it
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a template names a variable: `customer.first_name` on line 3."""

    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A template that may be compiled, with the variables it uses, every name it writes out, and the segments it asks."""

    tree: nodes.Template
    uses: tuple[Use, ...]
    names: frozenset[str]
    segments: tuple[Use, ...] = ()


# By all that the answer depends on; whoever compiles a tree does it with an environment of their own.
_known: OrderedDict[tuple[Any, ...], Checked] = OrderedDict()


def check(environment: Environment, text: str) -> Checked:
    """Parse a template and refuse what it may not say. Nothing of it is compiled or run.

    The last texts that were in order are remembered: publishing asks about each of them ten times.
    """
    place = (environment.autoescape, frozenset(environment.filters), frozenset(environment.tests), text)
    known = _known.pop(place, None) or _check(environment, text)
    _known[place] = known
    if len(_known) > REMEMBERED:
        _known.popitem(last=False)
    return known


def _check(environment: Environment, text: str) -> Checked:
    if len(text) > SOURCE_LENGTH:
        raise TemplateFault(
            "too_long", 1, f"this is longer than {SOURCE_LENGTH:,} characters.", "Shorten it."
        )
    tree = _parse(environment, text)
    local: set[str] = set()
    names: set[str] = set()
    segments: list[Use] = []
    for node, loops in _walk(tree):
        _refuse(environment, node, loops)
        if isinstance(node, nodes.Name) and node.ctx == "store":
            local.add(node.name)
        names.update(_written(node))
        segments += _asked(node)
    if segments and SEGMENT in local:
        what = f"{SEGMENT} names something else here."
        raise TemplateFault("not_allowed", segments[0].line, what, "Give the variable another name.")
    asked = tuple(sorted(segments, key=lambda use: use.line))
    return Checked(tree, tuple(_uses(tree, local | {"loop", "range"})), frozenset(names), asked)


def _asked(node: nodes.Node) -> Iterator[Use]:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == SEGMENT:
        for key in node.args:
            if isinstance(key, nodes.Const):
                yield Use(node.lineno, str(key.value))


def _written(node: nodes.Node) -> tuple[str, ...]:
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        return (node.attr,)
    key = node.arg if isinstance(node, nodes.Getitem) else None
    return (key.value,) if isinstance(key, nodes.Const) and isinstance(key.value, str) else ()


def _parse(environment: Environment, text: str) -> nodes.Template:
    try:
        _count_tokens(environment, text)
        return environment.parse(text)
    except TemplateSyntaxError as error:
        raise TemplateFault(
            "syntax", error.lineno, _sentence(error.message or "this cannot be read")
        ) from None
    except RecursionError:
        raise TemplateFault("too_deep", 1, "this nests too deep to be read.", "Simplify it.") from None


def _count_tokens(environment: Environment, text: str) -> None:
    """Words and brackets, before anything is built of them: a parser would take its time, and its stack."""
    depth = count = 0
    for line, kind, value in environment.lexer.tokeniter(text, None):
        count += kind != "whitespace"
        if count > TOKENS:
            raise TemplateFault(
                "too_large", line, f"this has over {TOKENS:,} words and signs.", "Shorten it."
            )
        if kind == "raw_begin":
            raise TemplateFault("not_allowed", line, "{% raw %} cannot be used in a message.")
        if kind == "operator":
            depth += (value in _OPENING) - (value in _CLOSING)
        if depth > TREE_DEPTH:
            raise TemplateFault("too_deep", line, f"brackets nest deeper than {TREE_DEPTH}.", "Simplify it.")


def _walk(tree: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    """Every node with the number of loops around it; iterative, so that depth cannot exhaust the stack."""
    pending: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    count = 0
    while pending:
        node, depth, loops = pending.pop()
        count += 1
        for child in node.iter_child_nodes():
            child.lineno = child.lineno or node.lineno  # Jinja leaves some without a line
        if count > TREE_NODES:
            raise TemplateFault(
                "too_large", node.lineno, f"this has over {TREE_NODES:,} expressions.", "Shorten it."
            )
        if depth > TREE_DEPTH:
            raise TemplateFault(
                "too_deep", node.lineno, f"this nests deeper than {TREE_DEPTH}.", "Simplify it."
            )
        yield node, loops
        inside = loops + isinstance(node, nodes.For)
        pending.extend((child, depth + 1, inside) for child in node.iter_child_nodes())


def _refuse(environment: Environment, node: nodes.Node, loops: int) -> None:
    if type(node) not in ALLOWED:
        word = WORDS.get(type(node), type(node).__name__)
        raise TemplateFault("not_allowed", node.lineno, f"{word} cannot be used in a message.")
    if isinstance(node, nodes.For) and (node.recursive or loops >= LOOP_DEPTH):
        raise TemplateFault(
            "not_allowed", node.lineno, f"loops may nest {LOOP_DEPTH} deep and not call themselves."
        )
    if isinstance(node, nodes.Call):
        _refuse_call(node)
    if isinstance(node, nodes.Name):
        _refuse_name(node)
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise TemplateFault("not_allowed", node.lineno, "names beginning with _ cannot be used in a message.")
    if isinstance(node, nodes.Filter):
        _refuse_unknown(node, "filter", environment.filters)
    if isinstance(node, nodes.Test):
        _refuse_unknown(node, "test", environment.tests)


def _refuse_call(node: nodes.Call) -> None:
    name = node.node.name if isinstance(node.node, nodes.Name) else ""
    if name not in {"range", SEGMENT}:
        what = 'nothing can be called but range(...) and segment("...").'
        raise TemplateFault("not_allowed", node.lineno, what, "Use a filter: name|upper.")
    if name == SEGMENT:
        _refuse_segment(node)
    elif node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise TemplateFault("not_allowed", node.lineno, "range takes one to three plain numbers.")


def _refuse_segment(node: nodes.Call) -> None:
    keys = [one.value for one in node.args if isinstance(one, nodes.Const) and isinstance(one.value, str)]
    more = node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None
    if len(node.args) != 1 or len(keys) != 1 or not keys[0] or more:
        what = "segment takes the key of one segment, in quotes."
        raise TemplateFault("not_allowed", node.lineno, what, 'Write it like segment("vip").')


def _refuse_name(node: nodes.Name) -> None:
    if node.name.startswith("_") or (node.name in RESERVED and (node.name != "range" or node.ctx != "load")):
        raise TemplateFault("not_allowed", node.lineno, f"the name {node.name} cannot be used in a message.")


def _refuse_unknown(node: nodes.Filter | nodes.Test, what: str, known: Mapping[str, Any]) -> None:
    if getattr(node, "dyn_args", None) is not None or getattr(node, "dyn_kwargs", None) is not None:
        raise TemplateFault("not_allowed", node.lineno, "* and ** cannot be used in arguments.")
    if node.name not in known:
        names = ", ".join(sorted(name for name in known if name.isalpha() and len(name) > 1))
        raise TemplateFault(
            f"unknown_{what}", node.lineno, f"there is no {what} {node.name!r}.", f"Use one of: {names}."
        )


def _uses(tree: nodes.Node, local: set[str]) -> Iterator[Use]:
    pending: list[nodes.Node] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, nodes.Call):
            pending.extend(reversed(node.args))
            continue
        name, inner = _dotted(node)
        if name is None:
            pending.extend(reversed(list(node.iter_child_nodes())))
            continue
        if name.partition(".")[0] not in local:
            yield Use(node.lineno, name)
        pending.extend(inner)


def _dotted(node: nodes.Node) -> tuple[str | None, list[nodes.Node]]:
    """`a.b["c"]` as a dotted name; indexes such as `[0]` or `[key]` end it, and are looked into themselves."""
    parts: list[str] = []
    inner: list[nodes.Node] = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr):
            parts.append(node.attr)
        elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            parts.append(node.arg.value)
        else:
            parts.clear()
            inner.append(node.arg)
        node = node.node
    if isinstance(node, nodes.Name) and node.ctx == "load":
        return ".".join([node.name, *reversed(parts)]), inner
    return None, []


def _sentence(message: str) -> str:
    return message[:200] if message.endswith(".") else f"{message[:200]}."
