"""Arrays as PostgreSQL reads them in text, written column by column.

The driver adapts a list element by element, in Python: for a batch that took longer than the statement it was for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

_BETWEEN = "\x00"  # no text that PostgreSQL keeps has one in it
_NONE = type(None)
_WHOLE = frozenset({int, _NONE})
_TRUTHS = frozenset({bool, _NONE})
_MOMENTS = frozenset({datetime, _NONE})
_TRUTH = {True: "t", False: "f", None: "NULL"}


def literal(values: Collection[Any]) -> str | list[Any]:
    """`{1,2,NULL}` for whole numbers, truths, moments and texts; of anything else the list, for the driver to adapt.

    What holds numbers and texts at once is the driver's too: it says what is wrong with it.
    """
    kinds = set(map(type, values))
    if kinds <= _WHOLE:
        return "{" + ",".join([str(value) if value is not None else "NULL" for value in values]) + "}"
    if kinds <= _TRUTHS:
        return "{" + ",".join([_TRUTH[value] for value in values]) + "}"
    if kinds <= _MOMENTS:
        written = {value: f'"{value.isoformat()}"' if value is not None else "NULL" for value in set(values)}
        return "{" + ",".join([written[value] for value in values]) + "}"
    if all(issubclass(kind, (str, _NONE)) for kind in kinds):
        return _texts(values)
    return list(values)


def _texts(values: Collection[str | None]) -> str:
    """Quoted, whatever they are: `NULL`, commas and braces mean nothing inside quotes, quotes and backslashes do."""
    if None not in values:
        joined = _BETWEEN.join(values)  # type: ignore[arg-type]
        if joined.count(_BETWEEN) == len(values) - 1:  # all at once, since JSON is full of quotes
            return '{"' + _escaped(joined).replace(_BETWEEN, '","') + '"}'
    return "{" + ",".join(["NULL" if value is None else f'"{_escaped(value)}"' for value in values]) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
