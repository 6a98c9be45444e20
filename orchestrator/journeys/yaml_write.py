"""Values as YAML, in the hand in which our journeys are written: short things on a line, steps below one another."""

from __future__ import annotations

import math
import re
from typing import Any

from orchestrator.journeys.yaml_scalars import NotPlain, resolve

WIDTH = 90
# Fields in which steps stand get lines of their own, so that a change of one step is a change of its lines.
OPEN = frozenset({"steps", "then", "otherwise", "go_to"})
_PLAIN = re.compile(r"[^\W_](?:[\w.%/+ -]*[\w.%/+])?")
_KEY = re.compile(r"[A-Za-z_][\w.]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(value: Any, like: str = "") -> str:
    """A single value. `like`: how the value it takes the place of was written, whose quotes it keeps."""
    if isinstance(value, str):
        return _text(value, like[:1])
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a journey keeps no endless numbers")
        return repr(value)
    return str(value)


def _text(value: str, quote: str) -> str:
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if quote != '"' and _PLAIN.fullmatch(value) and _comes_back(value):
        return value
    return '"' + "".join(_ESCAPES.get(sign) or _visible(sign) for sign in value) + '"'


def _comes_back(value: str) -> bool:
    try:
        return resolve(value) == value
    except NotPlain:
        return False


def _visible(sign: str) -> str:
    if sign == " " or sign.isprintable():
        return sign
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def key(name: str) -> str:
    """A mapping's key."""
    return name if _KEY.fullmatch(name) else _text(name, '"')


def flow(value: Any) -> str:
    """A value on one line, in brackets if it has parts."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(name)}: {flow(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(part) for part in value) + "]"
    return scalar(value)


def on_a_line(value: Any, width: int = WIDTH) -> bool:
    """Whether a value is written on the line of its key."""
    if not isinstance(value, dict | list) or not value:
        return True
    return not _opens(value) and len(flow(value)) <= width


def lines(value: Any, steps: bool = False) -> list[str]:
    """A mapping or a list, not empty, as the lines of a block. `steps`: it is a list of steps."""
    if isinstance(value, list):
        return [line for part in value for line in item(part, steps)]
    return [line for name, part in value.items() for line in pair(name, part)]


def item(value: Any, step: bool = False) -> list[str]:
    """One item of a list, with its dash. A step is a block; another mapping stays on a line where it fits."""
    opened = bool(value) and isinstance(value, dict | list) and (step or not on_a_line(value))
    below = lines(value) if opened else [flow(value)]
    return [f"- {below[0]}", *(f"  {line}" for line in below[1:])]


def pair(name: str, value: Any) -> list[str]:
    """A key and its value."""
    steps = name in OPEN and isinstance(value, list) and bool(value)
    if on_a_line(value) and not steps:
        return [f"{key(name)}: {flow(value)}"]
    return [f"{key(name)}:", *(f"  {line}" for line in lines(value, steps))]


def _opens(value: Any) -> bool:
    """Whether steps stand somewhere in it."""
    if isinstance(value, dict):
        return not OPEN.isdisjoint(value) or any(_opens(part) for part in value.values())
    return isinstance(value, list) and any(_opens(part) for part in value)


def document(value: dict[str, Any]) -> str:
    """A whole file."""
    return "\n".join(lines(value)) + "\n"
