"""CELLS: what a cell of an export means. Pure; ValueError says what is wrong and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from orchestrator.consents.models import ConsentState
from orchestrator.customers.imports.times import read_instant
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Wrong

GRANTED, WITHDRAWN = ConsentState.GRANTED, ConsentState.WITHDRAWN
_YES = ("1", "true", "yes", "y", "t", "tak", "prawda")
_NO = ("", "0", "false", "no", "n", "f", "nie", "fałsz", "null", "none", "[]", "\\n")
# What is neither is no consent: who was never asked has said nothing.
_STATES: Mapping[str, ConsentState | None] = {
    **dict.fromkeys(("subscribed", "subscribe", "opt_in", "optin", "opted_in", "granted", "zapisany", "zapisana"), GRANTED),
    **dict.fromkeys(("confirmed", "aktywny", "active", "wyrażona", "udzielona", *_YES), GRANTED),
    **dict.fromkeys(("unsubscribed", "unsubscribe", "opt_out", "optout", "opted_out", "withdrawn"), WITHDRAWN),
    **dict.fromkeys(("wypisany", "wypisana", "wycofana", "cofnięta", "nieaktywny", "0", "false", "no", "n", "nie"), WITHDRAWN),
    **dict.fromkeys(("", "never_subscribed", "not_subscribed", "unknown", "nieznany", "brak", "null", "none"), None),
}  # fmt: skip
_FIRST_YEARS = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?")
_DAY_FIRST = re.compile(r"(\d\d?)[.](\d\d?)[.](\d{4}),? (\d\d:\d\d(?::\d\d)?)")
_NOTHING = ("null", "none", "\\n", "0000-00-00 00:00:00", "-")


def plain(cell: str) -> str:
    """A word as tables of words hold it: small letters, `_` between them."""
    return "_".join(cell.lower().replace("-", " ").replace("_", " ").split())


def is_yes(cell: str, column: str) -> bool:
    """A yes or a no; an empty cell is a no."""
    word = cell.lower().strip()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Wrong(
        "%(column)s is %(cell)s, neither yes nor no; write yes or no, or leave it empty",
        column=column,
        cell=shown(cell),
    )


def state_of(cell: str, column: str) -> ConsentState | None:
    """What a subscription's status says; None where nobody has said anything."""
    word = plain(cell)
    if word not in _STATES:
        raise Wrong(
            "%(column)s is %(cell)s, a status that is not known; write subscribed, unsubscribed or never_subscribed",
            column=column,
            cell=shown(cell),
        )
    return _STATES[word]


def moment(cell: str, zone: ZoneInfo, column: str, at: time = time(0)) -> datetime | None:
    """When, in any way these systems write it; None for an empty cell. Without an offset it is on the clock of `zone`."""
    text = cell.strip()
    if not text or text.lower() in _NOTHING:
        return None
    if match := _DAY_FIRST.fullmatch(text):
        text = f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}T{match[4]}"
    elif match := _FIRST_YEARS.fullmatch(text):
        text = f"{match[1]}T{match[2]}{'+00:00' if match[3] in ('Z', 'UTC') else match[3] or ''}"
    elif text.isascii() and text.isdecimal() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text[:10]), ZoneInfo("UTC"))
    return read_instant(text, zone, column, at)


def said_at(cell: str, state: ConsentState, zone: ZoneInfo, column: str) -> datetime | None:
    """Of a bare date a grant counts from its start and a withdrawal to its end: doubt is a no."""
    return moment(cell, zone, column, time(0) if state == GRANTED else time(23, 59, 59))


def names(cell: str) -> list[str]:
    """Tags or codes in one cell: separated by `,` `|` `;`, or a list as JSON has it. Each once, in order."""
    parts = re.split(r"[,|;]", cell.strip().strip("[]"))
    return list(dict.fromkeys(word for part in parts if (word := part.strip().strip("\"'"))))


def money(cell: str, column: str) -> Decimal | None:
    """An amount with a point or a comma; None for an empty cell."""
    text = re.sub(r"[\s\u00a0]", "", cell)
    if not text:
        return None
    text = text.replace(",", ".") if "." not in text else text.replace(",", "")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= 10**12:
        raise Wrong("%(column)s %(cell)s is no amount; write it like 129.90", column=column, cell=shown(cell))
    return amount


def first(cells: Mapping[str, str], columns: Sequence[str]) -> str:
    """The first of these cells that says anything."""
    return next((cells[name] for name in columns if cells.get(name)), "")


_COUNTRIES = {
    "poland": "PL", "polska": "PL", "germany": "DE", "niemcy": "DE", "czech_republic": "CZ", "czechia": "CZ", "czechy": "CZ",
    "slovakia": "SK", "słowacja": "SK", "united_kingdom": "GB", "wielka_brytania": "GB", "ireland": "IE", "irlandia": "IE",
    "united_states": "US", "stany_zjednoczone": "US", "france": "FR", "francja": "FR", "italy": "IT", "włochy": "IT",
    "spain": "ES", "hiszpania": "ES", "netherlands": "NL", "holandia": "NL", "niderlandy": "NL", "belgium": "BE",
    "belgia": "BE", "austria": "AT", "switzerland": "CH", "szwajcaria": "CH", "lithuania": "LT", "litwa": "LT",
    "latvia": "LV", "łotwa": "LV", "estonia": "EE", "ukraine": "UA", "ukraina": "UA", "sweden": "SE", "szwecja": "SE",
    "norway": "NO", "norwegia": "NO", "denmark": "DK", "dania": "DK", "finland": "FI", "finlandia": "FI",
    "hungary": "HU", "węgry": "HU", "romania": "RO", "rumunia": "RO", "portugal": "PT", "portugalia": "PT",
}  # fmt: skip


def country(cell: str) -> str:
    """Two letters, for a name that is often met; else as it is written, and whoever stores it says that it is none."""
    return _COUNTRIES.get(plain(cell), cell)
