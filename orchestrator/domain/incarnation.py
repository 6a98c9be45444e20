"""INCARNATION: whether this database goes on from where its workers left it, or is a restored one.

Workers leave a mark outside the database: its incarnation, and the last number they drew. A database that does not
know the incarnation of a mark, or is behind its number, has been put back. No mark says nothing: only a contradiction
halts sending. The price: one who puts back the database and the mark together is noticed only by the long stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONG_STOP = timedelta(hours=6)
OVERDUE = timedelta(hours=1)


class Why(StrEnum):
    """Why sending is halted."""

    RESTORED = "restored"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a worker left outside: whose it is, and how far that had come."""

    incarnation: str
    number: int


@dataclass(frozen=True, slots=True)
class Found:
    """What the database says. `past`: incarnations that ended with a halt, so that somebody has been asked about them.

    `last_beat`: None where no worker ever was. `due_since`: since when the longest overdue thing has been due.
    """

    incarnation: str
    past: frozenset[str]
    number: int
    last_beat: datetime | None
    due_since: datetime | None


def contradiction(found: Found, mark: Mark | None, now: datetime) -> Why | None:
    """Why nothing may leave by itself, or None."""
    if mark is not None and _is_ahead(found, mark):
        return Why.RESTORED
    if found.last_beat is None or found.due_since is None:
        return None
    stopped = now - found.last_beat > LONG_STOP and now - found.due_since > OVERDUE
    return Why.STOPPED if stopped else None


def _is_ahead(found: Found, mark: Mark) -> bool:
    if mark.incarnation == found.incarnation:
        return mark.number > found.number
    return mark.incarnation not in found.past
