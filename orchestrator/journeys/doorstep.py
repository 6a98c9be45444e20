"""DOORSTEP: keep those at the door whom the filter turned away, for the journey's grace: attributes come late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from orchestrator.journeys.models import Doorstep
from orchestrator.store import bulk
from orchestrator.workspace.models import Workspace

if TYPE_CHECKING:
    from orchestrator.journeys.enroll import Candidate

KNOCKS = timedelta(minutes=1)  # how often those at the door are asked in again


def keep(candidates: Sequence[Candidate], now: datetime) -> None:
    """Let those wait whose journey gives a grace; whoever waits already with the same key goes on waiting."""
    waiting = [one for one in candidates if one.live.definition.entry.grace]
    if not waiting:
        return
    zone = ZoneInfo(Workspace.get().time_zone)
    rows = [_row(one, zone, now) for one in waiting]
    columns = ("journey", "version", "customer", "entry_key", "candidate", "due_at", "until")
    bulk.insert(Doorstep, columns, rows, ignore_conflicts=True)


def ask_again(customer_ids: Collection[int], now: datetime) -> None:
    """Something of these customers has changed: they are asked in at once."""
    Doorstep.objects.filter(customer_id__among=customer_ids).update(due_at=now)


def _row(one: Candidate, zone: ZoneInfo, now: datetime) -> tuple[Any, ...]:
    grace = one.live.definition.entry.grace
    until = grace.after(one.occurred_at or now, zone) if grace else now
    brought = {
        "properties": dict(one.properties),
        "occurred_at": one.occurred_at.isoformat() if one.occurred_at else None,
        "surpassed": one.surpassed,
        "hops": one.hops,
    }
    due_at = min(now + KNOCKS, max(until, now))
    return (one.live.journey_id, one.live.id, one.customer_id, one.entry_key, brought, due_at, until)
