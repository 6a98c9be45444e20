"""READING: a body as JSON, and nothing that JSON readers take for it and databases do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from orchestrator.api.problems import Refused

LARGEST = 1_000_000  # bytes
DEEPEST = 20  # lists and objects in one another
WIDEST = 2**63  # whole numbers beyond this fit no column


class SoundJSONParser(BaseParser):
    """At most 1 MB; no name twice in one object, no NaN, no number that fits nowhere, nothing nested without end."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The value. 413 or 400 with words otherwise."""
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise Refused("too_large", f"The body is larger than {LARGEST} bytes; send it in parts.", 413)
        try:
            value = json.loads(
                raw.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_object, parse_float=_float
            )
        except RecursionError:
            raise ParseError(f"The body is nested deeper than {DEEPEST} levels.") from None
        except ValueError as error:
            raise ParseError(f"The body is no JSON: {error}"[:300]) from None
        _check(value, 0)
        return value


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _float(written: str) -> float:
    number = float(written)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} stands twice in one object")
    return found


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int):
        if not -WIDEST <= value < WIDEST:
            raise ParseError("The body holds a whole number beyond 64 bits.")
    elif isinstance(value, Mapping | list):
        if depth >= DEEPEST:
            raise ParseError(f"The body is nested deeper than {DEEPEST} levels.")
        for name in value if isinstance(value, Mapping) else ():
            _check_text(name)
        for one in value.values() if isinstance(value, Mapping) else value:
            _check(one, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ParseError("The body holds a NUL character (\\u0000), which no database text can.")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ParseError("The body holds half of a broken character (\\ud800 to \\udfff).")
