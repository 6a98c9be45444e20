"""The sandbox templates run in: plain values in, bounded texts out, and nothing computed while compiling.

Jinja's own sandbox guards Python's attributes. It does not stop `9**9**9` (folded while compiling), `"a" * 10**9`,
`{% set x = x ~ x %}` thirty times, or a method of whatever object the context holds. Here every operator is
intercepted, attributes are keys of mappings and nothing else, nothing can be called but a bounded `range` and `segment`, and
compiling evaluates nothing at all. What is left, time spent in loops, is bounded by the child process.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, LoopContext, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orchestrator.messaging.content.check import SEGMENT
from orchestrator.messaging.content.faults import RenderError
from orchestrator.messaging.content.filters import FILTERS, TESTS
from orchestrator.messaging.content.limits import LIST_LENGTH, NUMBER_SIZE, RANGE_LENGTH, TEXT_LENGTH

OPERATORS = frozenset({"+", "-", "*", "/", "//", "%", "**"})
LOOP_FACTS = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})


class Missing(StrictUndefined):
    """A name the context does not hold. Only `default` and `is defined` may touch it; all else is an error."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name)


class _Generator(CodeGenerator):
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self.write("environment.concatenate((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment for one kind of text: HTML (escaped) or plain."""

    intercepted_binops = OPERATORS
    intercepted_unops = frozenset({"+", "-"})
    code_generator_class = _Generator

    def __init__(self, *, html: bool, filters: Mapping[str, Callable[..., Any]] | None = None) -> None:
        super().__init__(
            autoescape=html, undefined=Missing, finalize=_finalize, optimized=False, cache_size=0, loader=None
        )
        self.filters = {**FILTERS, **(filters or {})}
        self.tests = dict(TESTS)
        self.globals = {"range": bounded_range, SEGMENT: in_segment}
        self.policies.clear()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a mapping or a fact of the loop; never an attribute of a Python object."""
        return self._look(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A key of a mapping, or an index or slice of a list or text."""
        return self._look(obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """No attribute is."""
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        """Only our own `range` and `segment` are."""
        return obj is bounded_range or obj is in_segment

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call `range` or `segment`; refuse all else."""
        if obj is in_segment:
            return in_segment(context, *args)
        if obj is not bounded_range:
            raise RenderError("nothing can be called in a template but range(...) and segment(...)")
        return bounded_range(*args)  # the keywords are Jinja's own, about loops; an author's are refused

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers, and joining of texts or lists, within bounds."""
        _refuse_missing(left, right)
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            _bound(len(left) + len(right), TEXT_LENGTH, "text")
            return left + right
        if operator == "+" and isinstance(left, list) and isinstance(right, list):
            _bound(len(left) + len(right), LIST_LENGTH, "list")
            return left + right
        if operator == "**" or operator not in OPERATORS:
            raise RenderError(f"{operator} cannot be used in a template")
        _require_number(left, operator)
        _require_number(right, operator)
        if operator in {"/", "//", "%"} and not right:
            raise RenderError(f"{operator} by zero")
        return self.binop_table[operator](left, right)

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:
        """The sign of a number."""
        _refuse_missing(arg)
        _require_number(arg, operator)
        return self.unop_table[operator](arg)

    def concatenate(self, parts: tuple[Any, ...]) -> str:
        """What `~` does, within bounds."""
        plain = [_printable(part) for part in parts]
        _bound(sum(len(part) if isinstance(part, str) else 30 for part in plain), TEXT_LENGTH, "text")
        return markup_join(plain) if self.autoescape else str_join(plain)

    def _look(self, obj: Any, key: Any) -> Any:
        if isinstance(obj, Undefined):
            return self.undefined(name=f"{obj._undefined_name}.{key}" if isinstance(key, str) else None)
        if isinstance(obj, dict):
            if isinstance(key, (str, int, float)) and key in obj:
                return obj[key]
        elif isinstance(obj, (list, tuple, str, range)):
            if isinstance(key, slice) or (isinstance(key, int) and -len(obj) <= key < len(obj)):
                return obj[key]
        elif isinstance(obj, LoopContext):
            if key in LOOP_FACTS:
                return getattr(obj, key)
        elif obj is None and isinstance(key, str):
            raise RenderError(f"what should hold .{key[:60]} has no value")
        return self.undefined(name=str(key)[:60] if isinstance(key, (str, int)) else "item")


def bounded_range(*args: Any) -> range:
    """Python's `range`, up to a thousand turns."""
    if not 1 <= len(args) <= 3 or not all(type(arg) is int and abs(arg) <= NUMBER_SIZE for arg in args):
        raise RenderError("range needs one to three whole numbers")
    if len(args) == 3 and args[2] == 0:
        raise RenderError("range needs a step that is not 0")
    turns = range(*args)
    if turns[RANGE_LENGTH:]:
        raise RenderError(f"range may have up to {RANGE_LENGTH} turns")
    return turns


def in_segment(context: Context, key: str) -> bool:
    """Whether the customer was in the segment when the message was composed; the context holds those asked for."""
    members = context.get("segments")
    return isinstance(members, list | tuple) and key in members


@pass_context
def _finalize(context: Context, value: Any) -> Any:
    # It takes the context so that Jinja does not call it, nor fold constants, while compiling.
    return _printable(value)


def _printable(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or isinstance(value, str):
        return value
    if kind is float:
        if math.isfinite(value):
            return value
        raise RenderError("a value is not a finite number")
    if isinstance(value, Undefined):
        return str(value)
    if value is None:
        raise RenderError("a value is null; use |default(...)")
    if isinstance(value, bool):
        raise RenderError("a value is true or false; use {% if %} to say it in words")
    raise RenderError("a value is a list or a mapping; print one of its items, or use |join(...)")


def _refuse_missing(*values: Any) -> None:
    for value in values:
        if isinstance(value, Undefined):
            value._fail_with_undefined_error()
        if value is None:
            raise RenderError("a value is null; use |default(...)")


def _require_number(value: Any, operator: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RenderError(f"{operator} needs numbers")
    if not math.isfinite(value) or abs(value) > NUMBER_SIZE:
        raise RenderError(f"{operator} was given a number too large")


def _bound(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise RenderError(f"an expression makes a {what} longer than {limit:,}")
