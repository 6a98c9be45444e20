"""JSON as the database keeps it. It is written several times for every message, so by the fastest library there is."""

from __future__ import annotations

import json
from typing import Any

import orjson

# Days and our own classes go the way of everything JSON does not know: as their `str`, as they always have been kept.
_AS_EVER = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class Written(str):
    """A value that is JSON text already; `write` answers it as it is."""

    __slots__ = ()


def write(value: Any) -> str:
    """JSON text; what JSON does not know as its `str`."""
    if type(value) is Written:
        return value
    try:
        return orjson.dumps(value, default=str, option=_AS_EVER).decode()
    except TypeError:  # a whole number beyond 64 bits: rare, and no reason to lose it
        return json.dumps(value, ensure_ascii=False, default=str)


def read(text: str | bytes) -> Any:
    """The value. By the standard library: the fast one would round whole numbers beyond 64 bits."""
    return {} if text == "{}" else json.loads(text)
