"""Record what people did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from orchestrator.domain.zones import as_instant
from orchestrator.events.rows import HISTORY, Row, row
from orchestrator.events.storing import store
from orchestrator.sdk.value import value
from orchestrator.store import doorbells

__all__ = ["HISTORY", "NewEvent", "Recorded", "record", "record_each"]
_MOMENT_AND_KEY = itemgetter(0, 1)
_MOMENT_AND_KEY_OF_ROW = attrgetter("occurred_at", "key")


@value
class NewEvent:
    """One thing a customer did. `key` names it for good: an event with a key that was seen is the same event."""

    customer_id: int
    name: str
    occurred_at: datetime
    key: str
    amount: Decimal | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    backfilled: bool = False


@value
class Recorded:
    """How many were new, and how many we had already (or stood twice in the call)."""

    stored: int
    repeated: int


def record(events: Sequence[NewEvent], now: datetime) -> Recorded:
    """Store these events once each; a few hundred to 5,000 a call, in one transaction and one statement.

    More than 5 minutes in the future becomes now. Older than 24 hours, or marked, is history: it informs rules and
    starts nothing. Every event is left pending for the journeys to look at. ValueError names the first event
    that cannot be stored; nothing is stored then.
    """
    # One order for everybody: two deliveries of one batch wait for each other, never in a circle.
    ordered = sorted(
        ((as_instant(event.occurred_at), event.key, event) for event in events), key=_MOMENT_AND_KEY
    )
    return _store([row(event, at, now) for at, _, event in ordered], now)


def record_each(events: Sequence[NewEvent], now: datetime) -> dict[int, str]:
    """The same, for events of which each stands for itself: those that can be stored are. Answers the others -> why not."""
    rows: list[Row] = []
    problems: dict[int, str] = {}
    for index, event in enumerate(events):
        try:
            rows.append(row(event, as_instant(event.occurred_at), now))
        except ValueError as error:
            problems[index] = str(error)
    rows.sort(key=_MOMENT_AND_KEY_OF_ROW)
    _store(rows, now)
    return problems


def _store(rows: Sequence[Row], now: datetime) -> Recorded:
    stored = store(rows, now)
    if stored:
        doorbells.ring(doorbells.WALK)
    return Recorded(stored, len(rows) - stored)
