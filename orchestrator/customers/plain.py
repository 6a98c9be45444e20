"""What may be stored: plain JSON values that both databases, the templates and an export can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Wrong

DEPTH = 10


def check_text(value: str, where: str) -> str:
    """Answer `value`; ValueError for a NUL (PostgreSQL refuses it) or half a surrogate pair (no file can hold it)."""
    if "\x00" in value:
        raise Wrong(
            "%(where)s holds a NUL character (\\x00), which no database text can; remove it", where=where
        )
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Wrong(
            "%(where)s holds half of a broken character (%(value)s); save the text as UTF-8",
            where=where,
            value=shown(value),
        )
    return value


def make_plain(value: Any, where: str, depth: int = 0) -> Any:
    """Answer `value` in JSON's types: a Decimal becomes its text, dates ISO 8601; ValueError with words otherwise."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return check_text(value, where)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Wrong(
                "%(where)s is %(value)s, which is not a number that can be stored; leave it out",
                where=where,
                value=str(value),
            )
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _make_container(value, where, depth)


def _make_container(value: Any, where: str, depth: int) -> Any:
    if depth >= DEPTH:
        raise Wrong(
            "%(where)s is nested deeper than %(depth)s levels; make it flatter", where=where, depth=DEPTH
        )
    if isinstance(value, Mapping):
        return {
            check_text(str(key), f"a name in {where}"): make_plain(item, f"{where}.{key}"[:200], depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [make_plain(item, where, depth + 1) for item in value]
    raise Wrong(
        "%(where)s is %(value)s; use text, numbers, yes/no, lists or mappings",
        where=where,
        value=shown(value),
    )
