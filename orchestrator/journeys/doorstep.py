"""DOORSTEP: keep those at the door whom the filter turned away, for the journey's grace: attributes come late.

Whoever a limit keeps out waits there too, or leaves word why they did not enter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from orchestrator.domain.limits import FILTER, OF_ALL, STOPPED, WAITED
from orchestrator.journeys.models import Doorstep
from orchestrator.store import bulk
from orchestrator.workspace.models import Workspace

if TYPE_CHECKING:
    from orchestrator.journeys.enroll import Candidate

KNOCKS = timedelta(minutes=1)  # how often those at the door are asked in again
KEPT_FOR = timedelta(days=30)  # for so long it is said why somebody was turned away
_COLUMNS = (
    "journey", "version", "customer", "entry_key", "candidate", "due_at", "until", "reason", "evidence", "in_line",
    "turned_away_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody whom a limit keeps out: they wait until `until`, or are turned away if that is not after now.

    `asks_at`: when they are asked in again; who stands in a line is let in by its order, and not asked.
    """

    candidate: Candidate
    reason: str
    evidence: Mapping[str, Any]
    asks_at: datetime
    until: datetime


def keep(candidates: Sequence[Candidate], now: datetime) -> None:
    """Let those wait whose journey gives a grace; whoever waits already with the same key goes on waiting."""
    waiting = [one for one in candidates if one.live.definition.entry.grace]
    if not waiting:
        return
    zone = ZoneInfo(Workspace.get().time_zone)
    rows = [_row(one, zone, now) for one in waiting]
    bulk.insert(Doorstep, _COLUMNS, rows, ignore_conflicts=True)


def put(stopped: Sequence[Stopped], now: datetime) -> None:
    """Put those on the doorstep whom a limit keeps out, in their order; who waits already goes on waiting."""
    waiting = [one for one in stopped if one.until > now]
    bulk.insert(Doorstep, _COLUMNS, [_stopped_row(one) for one in waiting], ignore_conflicts=True)
    turn_away([one for one in stopped if one.until <= now], now)


def turn_away(stopped: Sequence[Stopped], now: datetime) -> None:
    """Say why they did not enter: the last time, where it happens again by the same key."""
    rows = [
        (
            *_whose(one.candidate), brought(one.candidate), now + KEPT_FOR, now,
            _why(one), dict(one.evidence), False, now,
        )
        for one in stopped
    ]  # fmt: skip
    if not rows:
        return
    bulk.insert(Doorstep, _COLUMNS, rows, ignore_conflicts=True)
    again = [(row[0], row[2], row[3], *row[5:7], row[7], row[8], row[10]) for row in rows]
    bulk.update(
        Doorstep,
        ("due_at", "until", "reason", "evidence", "turned_away_at"),
        again,
        match=("journey", "customer", "entry_key"),
        where="t.turned_away_at IS NOT NULL",
    )


def _why(one: Stopped) -> str:
    """Who has waited as long as the journey lets them was not kept out at once."""
    waited = one.candidate.waits_until is not None and one.reason not in (FILTER, STOPPED)
    return WAITED if waited else one.reason


def ask_again(customer_ids: Collection[int], now: datetime) -> None:
    """Something of these customers has changed: they are asked in at once, but for those who wait in a line."""
    theirs = Doorstep.objects.filter(customer_id__among=customer_ids, in_line=False, turned_away_at=None)
    theirs.update(due_at=now)


def brought(one: Candidate) -> dict[str, Any]:
    """What brought them, as it is kept."""
    return {
        "properties": dict(one.properties),
        "occurred_at": one.occurred_at.isoformat() if one.occurred_at else None,
        "surpassed": one.surpassed,
        "hops": one.hops,
        "begins_at": one.begins_at.isoformat() if one.begins_at else None,
    }


def _whose(one: Candidate) -> tuple[int, int, int, str]:
    return one.live.journey_id, one.live.id, one.customer_id, one.entry_key


def _row(one: Candidate, zone: ZoneInfo, now: datetime) -> tuple[Any, ...]:
    grace = one.live.definition.entry.grace
    until = grace.after(one.occurred_at or now, zone) if grace else now
    due_at = min(now + KNOCKS, max(until, now))
    return (*_whose(one), brought(one), due_at, until, "", {}, False, None)


def _stopped_row(one: Stopped) -> tuple[Any, ...]:
    in_line = one.reason in OF_ALL
    due_at = one.until if in_line else min(one.asks_at, one.until)
    return (
        *_whose(one.candidate), brought(one.candidate), due_at, one.until, one.reason, dict(one.evidence), in_line, None,
    )  # fmt: skip
