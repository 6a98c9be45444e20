"""What may be stored: plain JSON values that both databases, the templates and an export can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orchestrator.domain.shown import shown

DEPTH = 10


def check_text(value: str, where: str) -> str:
    """Answer `value`; ValueError for a NUL (PostgreSQL refuses it) or half a surrogate pair (no file can hold it)."""
    if "\x00" in value:
        raise ValueError(f"{where} holds a NUL character (\\x00), which no database text can; remove it")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"{where} holds half of a broken character ({shown(value)}); save the text as UTF-8")
    return value


def make_plain(value: Any, where: str, depth: int = 0) -> Any:
    """Answer `value` in JSON's types: a Decimal becomes its text, dates ISO 8601; ValueError with words otherwise."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return check_text(value, where)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where} is {value}, which is not a number that can be stored; leave it out")
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return _make_container(value, where, depth)


def _make_container(value: Any, where: str, depth: int) -> Any:
    if depth >= DEPTH:
        raise ValueError(f"{where} is nested deeper than {DEPTH} levels; make it flatter")
    if isinstance(value, Mapping):
        return {
            check_text(str(key), f"a name in {where}"): make_plain(item, f"{where}.{key}"[:200], depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [make_plain(item, where, depth + 1) for item in value]
    raise ValueError(f"{where} is {shown(value)}; use text, numbers, yes/no, lists or mappings")
