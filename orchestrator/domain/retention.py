"""RETENTION: how long rows of tables that only grow are kept, and which of a window of them may go.

Nothing goes unless somebody has said how many days. Messages and events have no policy: caps, wait steps, segments and
the proof of consent (RODO art. 7) stand on them. `least` keeps what somebody may still ask about or report upon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.domain.months import month_of

MOST_DAYS = 3650
# The shortest time in days that may be asked for: `why` answers from the first three, a provider may repeat a receipt.
LEAST = {"decision": 30, "attempt": 30, "step_run": 30, "receipt": 90, "mailbox": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a window. `open`: what it belongs to goes on, so it stays however old it is."""

    id: int
    at: datetime
    open: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What goes, where the next window begins, and whether this pass is over."""

    go: list[int]
    after: int
    over: bool


def kept_since(days: int, now: datetime, monthly: bool) -> datetime:
    """What is older may go. `monthly`: whole months only, so that a month is dropped and not emptied row by row before."""
    moment = now - timedelta(days=days)
    return month_of(moment) if monthly else moment


def turn(rows: Sequence[Row], before: datetime, limit: int) -> Turn:
    """Of a window in the order of ids, at most `limit` rows. Ids rise with time: a window without an old row ends the pass."""
    old = [row for row in rows if row.at < before]
    if len(rows) < limit or not old:
        return Turn([row.id for row in old if not row.open], 0, True)
    return Turn([row.id for row in old if not row.open], rows[-1].id, False)


def problem(table: str, days: int) -> str:
    """What is wrong with a policy; "" if nothing is."""
    least = LEAST.get(table)
    if least is None:
        return f"no rows of “{table}” may go; choose one of {', '.join(LEAST)}"
    if not least <= days <= MOST_DAYS:
        return f"{table} is kept {least} to {MOST_DAYS} days, not {days}"
    return ""
