"""RETENTION: how long rows of each class of data are kept, and which of a window of them may go.

Nothing goes unless somebody has said how many days. `LEAST` keeps what somebody may still ask about or report upon;
`SHIPPED` is what the studio proposes. Both are days of 24 hours: a change to summer time makes nothing go sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from orchestrator.domain.months import month_of

MOST_DAYS = 3650
# The shortest time in days that may be asked for: `why` answers from the first three, a provider may repeat a receipt,
# links are pressed for months, and a claim that follows from a consent may be brought for three years (art. 118 KC).
LEAST = {
    "decision": 30, "attempt": 30, "step_run": 30, "receipt": 90, "mailbox": 1,
    "context": 30, "message": 90, "body": 365, "entry": 90,
    "simulation": 7, "alarm": 30, "notice": 7, "launch": 90, "journal": 90, "session": 1,
    "past_message": 90, "dead_letter": 7, "delivery": 7, "event": 365, "consent_proof": 1096, "quiet": 180,
    "inactive": 365, "call_told": 7, "call_given_up": 14, "duplicate": 30, "search": 7,
}  # fmt: skip
SHIPPED = {
    "decision": 180, "attempt": 90, "step_run": 365, "receipt": 730, "mailbox": 90,
    "context": 90, "message": 730, "body": 730, "entry": 365,
    "simulation": 90, "alarm": 365, "notice": 90, "launch": 1096, "journal": 1096, "session": 1,
    "past_message": 730, "dead_letter": 30, "delivery": 30, "event": 1096, "consent_proof": 2192, "quiet": 730,
    "inactive": 1096, "call_told": 30, "call_given_up": 90, "duplicate": 365, "search": 90,
}  # fmt: skip
MUCH = Fraction(1, 10)  # of a class at once: somebody must say that it is meant


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a window. `open`: what it belongs to goes on, so it stays however old it is.

    `born`: by which ids rise, where that is not `at`; None where they rise by nothing. `done`: nothing is left to do to it.
    """

    id: Any
    at: datetime
    open: bool
    born: datetime | None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What goes, where the next window begins, whether this pass is over, and the first row that a later pass must see."""

    go: list[Any]
    after: int
    over: bool
    stays: int | None = None


def kept_since(days: int, now: datetime, monthly: bool) -> datetime:
    """What is older may go. `monthly`: whole months only, so that a month is dropped and not emptied row by row before."""
    moment = now - timedelta(days=days)
    return month_of(moment) if monthly else moment


def turn(rows: Sequence[Row], before: datetime, limit: int) -> Turn:
    """Of a window in the order of ids, at most `limit` rows. Ids rise with birth: a window without an old one ends the pass."""
    goes = [row.at < before and not row.open and not row.done for row in rows]
    go = [row.id for row, gone in zip(rows, goes, strict=True) if gone]
    stays = next((row.id for row, gone in zip(rows, goes, strict=True) if not gone and not row.done), None)
    if len(rows) < limit or not any(row.born is None or row.born < before for row in rows):
        return Turn(go, 0, over=True, stays=stays)
    return Turn(go, rows[-1].id, over=False, stays=stays)


def floor_after(floor: int, stays: int | None, last: int) -> int:
    """Where the next pass begins: below the first row that stayed in this one, else after the last that it saw."""
    return max(floor, last if stays is None else stays - 1)


def is_much(count: int, of: int) -> bool:
    """Whether so many are more than may go at once without a question."""
    return count > MUCH * of


def problem(table: str, days: int) -> str:
    """What is wrong with a policy; "" if nothing is."""
    least = LEAST.get(table)
    if least is None:
        return f"no rows of “{table}” may go; choose one of {', '.join(LEAST)}"
    if not least <= days <= MOST_DAYS:
        return f"{table} is kept {least} to {MOST_DAYS} days, not {days}"
    return ""
