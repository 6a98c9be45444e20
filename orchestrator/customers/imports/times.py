"""Dates and instants as tables write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.domain.zones import as_instant, resolve

_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})", re.ASCII)
EARLIEST = 1900
THE_DATE = Words("the date")


def as_iso(text: str) -> str:
    """Turn 31.01.2026, 2026/01/31 and 20260131 into 2026-01-31; anything else stays as it is."""
    if match := _DAY_FIRST.fullmatch(text):
        return f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
    if match := _YEAR_FIRST.fullmatch(text):
        return f"{match[1]}-{match[3]}-{match[4]}"
    return text


def read_date(text: str, what: str = THE_DATE) -> date:
    """The date a cell means; ValueError where it is none, or could be read with day and month swapped."""
    try:
        found = date.fromisoformat(as_iso(text))
    except ValueError:
        raise _no_date(text, what) from None
    if found.year < EARLIEST:
        raise _out_of_range(text, what)
    return found


def read_instant(text: str, zone: ZoneInfo, what: str, at: time) -> datetime:
    """The instant a cell means: of a bare date `at` o'clock; without an offset, on the clock of `zone`."""
    moment = datetime.combine(read_date(text, what), at) if len(text) <= 10 else _read_moment(text, what)
    try:
        instant = as_instant(moment) if moment.tzinfo else resolve(moment, zone)
    except OverflowError:
        raise _out_of_range(text, what) from None
    if instant.year < EARLIEST:
        raise _out_of_range(text, what)
    return instant


def _no_date(text: str, what: str) -> ValueError:
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", text):
        return Wrong(
            "%(what)s %(text)s could mean two dates; write it like 2026-01-31", what=what, text=shown(text)
        )
    return Wrong("%(what)s %(text)s does not exist; write it like 2026-01-31", what=what, text=shown(text))


def _read_moment(text: str, what: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(
            "%(what)s %(text)s is no time; write it like 2026-01-31 or 2026-01-31T14:30:00+01:00",
            what=what,
            text=shown(text),
        ) from None


def _out_of_range(text: str, what: str) -> ValueError:
    return Wrong(
        "%(what)s %(text)s is before %(earliest)s or after 9999; check its year",
        what=what,
        text=shown(text),
        earliest=str(EARLIEST),
    )
