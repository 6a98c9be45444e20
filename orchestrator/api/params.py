"""PARAMS: what a list may be asked, by an allow-list. Whatever else is asked is refused, and told what there is.

A filter whose rows no index finds by itself says what must narrow it: no parameter makes a call read a whole table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rest_framework.request import Request

from orchestrator.api.problems import Fault, Refused, said

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. `choices`: the words it may have. `needs`: one of these must stand beside it."""

    name: str
    about: str
    choices: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    whole: tuple[int, int] | None = None  # a whole number from … to …
    required: bool = False
    default: Any = None
    example: Any = field(default=None, compare=False)


CURSOR = Param("cursor", "The `next` of the page before.")
LIMIT = Param("limit", "How many a page.", whole=(1, 200), default=50)
PAGED = (CURSOR, LIMIT)


def read(request: Request, allowed: Sequence[Param]) -> dict[str, Any]:
    """Each allowed parameter with its value, or its default; Refused for anything else, with every fault named."""
    given = request.query_params
    known = {one.name: one for one in allowed}
    faults = [*_unknown(given, known), *_wrong(given, allowed)]
    if faults:
        code = "unknown_parameter" if faults[0]["code"] == "unknown" else "bad_parameter"
        raise Refused(code, said(faults), 400, faults)
    return {one.name: _value(given.get(one.name), one) for one in allowed}


def _unknown(given: Any, known: Mapping[str, Param]) -> Iterator[Fault]:
    for name in given:
        if name not in known:
            there = f"There are: {', '.join(known)}." if known else "There are none here."
            yield _fault(name[:60], "unknown", f"There is no such parameter. {there}")


def _wrong(given: Any, allowed: Sequence[Param]) -> Iterator[Fault]:
    for one in allowed:
        values = given.getlist(one.name)
        if one.required and not values:
            yield _fault(one.name, "required", "It must be given.")
        if len(values) > 1:
            yield _fault(one.name, "twice", "Give it once.")
        elif values and (why := _why_wrong(values[0], one)):
            yield _fault(one.name, "bad", why)
        elif values and one.needs and not any(name in given for name in one.needs):
            yield _fault(one.name, "too_wide", f"Give one of these beside it: {', '.join(one.needs)}.")


def _why_wrong(written: str, one: Param) -> str:
    if not written or len(written) > LONGEST or "\0" in written:
        return f"It must have 1 to {LONGEST} characters, none of them NUL."
    if one.choices and written not in one.choices:
        return f"There are: {', '.join(one.choices)}."
    if one.whole and _number(written, one.whole) is None:
        return f"It must be a whole number from {one.whole[0]} to {one.whole[1]}."
    return ""


def _value(written: str | None, one: Param) -> Any:
    if written is None:
        return one.default
    return _number(written, one.whole) if one.whole else written


def _number(written: str, within: tuple[int, int]) -> int | None:
    if not (written.isascii() and written.isdecimal() and len(written) <= 19):
        return None
    number = int(written)
    return number if within[0] <= number <= within[1] else None


def _fault(name: str, code: str, detail: str) -> Fault:
    return {"parameter": name, "code": code, "detail": detail}
