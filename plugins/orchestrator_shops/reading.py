"""READING: what other people's JSON and tables hold, as our values; ValueError, in words, for what is none of it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

_SHOWN = 40
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(.*)", re.ASCII | re.DOTALL)
_OFFSET = re.compile(r" ([+-]\d{2})(\d{2})$", re.ASCII)


def text(value: Any) -> str:
    """A text or a number as text; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def mapping(value: Any) -> Mapping[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def id_of(value: Any, what: str) -> str:
    """An id that must be there; zero is none."""
    found = text(value)
    if not found or found == "0":
        raise ValueError(f"{what} is missing")
    return found


def money(value: Any, what: str) -> Decimal:
    """An amount: `1234.50`, `1 234,50 zł` or a number of JSON. Never through a float's digits but as it was written."""
    written = format(Decimal(repr(value)), "f") if isinstance(value, float) else text(value)
    kept = re.sub(r"[^0-9,.\-]", "", written)
    if "," in kept:
        kept = (
            kept.replace(",", "")
            if kept.rfind(".") > kept.rfind(",")
            else kept.replace(".", "").replace(",", ".")
        )
    try:
        found = Decimal(kept)
    except InvalidOperation:
        raise ValueError(f"{what} is no amount of money: {written[:_SHOWN] or 'it is empty'}") from None
    return found


def count(value: Any) -> int:
    """A number of pieces; a fraction is rounded up, since a part of a metre is still one thing."""
    try:
        found = money(value, "the quantity")
    except ValueError:
        return 0
    return int(found) + (found != int(found))


def moment(value: Any, what: str, zone: ZoneInfo | None = None) -> datetime:
    """ISO 8601, `2026-03-01 10:00:00 +0100`, or a day first; without an offset on the clock of `zone` (None: UTC)."""
    written = text(value)
    match = _DAY_FIRST.fullmatch(written)
    if match:
        written = f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}{match[4]}"
    try:
        found = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", written).removesuffix(" UTC"))
    except ValueError:
        raise ValueError(f"{what} is no time: {written[:_SHOWN] or 'it is empty'}") from None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone or UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{what} is out of range: {written[:_SHOWN]}") from None


def since_1970(value: Any, what: str) -> datetime:
    """Seconds since 1970."""
    written = text(value)
    if not (written.isascii() and written.isdecimal() and 1 <= len(written) <= 11) or int(written) == 0:
        raise ValueError(f"{what} is no time: {written[:_SHOWN] or 'it is empty'}")
    return datetime.fromtimestamp(int(written), UTC)


def words(value: Any) -> str:
    """A name as people read it: shops write `&amp;` where they mean `&`."""
    return html.unescape(text(value))[:500]


def names(whole: str) -> tuple[str, str]:
    """First and last name of a whole one."""
    first, _, last = whole.strip().partition(" ")
    return first, last.strip()
