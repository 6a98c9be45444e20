"""What reaches a plugin although nobody meant it to: plain values of every shape, and many of them odd."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Mapping
from typing import Any

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
CODE = re.compile(r"[a-z][a-z0-9_.]{0,62}\Z")

TEXTS = (
    "",
    " ",
    "text",
    "Zażółć gęślą jaźń",
    "\u202eright to left\u202c",
    "👩‍👧 e\u0301 \u200b",
    "nul\x00 and \x1b[31m",
    "two\nlines\r\nand\ttabs",
    "<b>&\"'</b>",
    "{{ 7 * 7 }} {% raw %} %s {0}",
    "-1",
    "1e309",
    "2026-02-30",
    "x" * 10_000,
)
NUMBERS = (0, -1, 1, 10**30, -(10**30), 0.0, -0.5, 1e308, 5e-324, math.pi)
LISTS: tuple[list[Any], ...] = ([], [None], ["a", 1, None], [[[]]], list(range(1000)))
MAPPINGS: tuple[dict[str, Any], ...] = ({}, {"": ""}, {"a": {"b": {"c": None}}}, {"__class__": "x"})
RUBBISH: tuple[Any, ...] = (None, True, False, *TEXTS, *NUMBERS, *LISTS, *MAPPINGS)


def is_plain(value: Any, depth: int = 0) -> bool:
    """Whether a value is made of None, truth values, finite numbers, texts, lists and mappings, and nothing else."""
    if depth > 50:
        return False
    if isinstance(value, list | tuple):
        return all(is_plain(each, depth + 1) for each in value)
    if isinstance(value, Mapping):
        return all(type(key) is str and is_plain(each, depth + 1) for key, each in value.items())
    return value is None or type(value) in (str, int, bool) or (type(value) is float and math.isfinite(value))


def as_json(value: Any) -> Any:
    """The value as it comes back from JSON: nothing of it is shared with what was given."""
    return json.loads(json.dumps(value))


def copied(value: Any) -> Any:
    """A copy that shares nothing."""
    return copy.deepcopy(value)


def shown(value: Any) -> str:
    """A value in a sentence, not longer than a line."""
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:57]}…"
