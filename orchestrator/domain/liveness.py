"""LIVENESS: who works, by the heartbeats that workers leave in the database; never by a process's number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

EVERY = timedelta(seconds=5)
# A batch ends within its lease: who has said nothing for longer is dead, stuck, or cut off.
SILENT = timedelta(seconds=60)
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Beat:
    """One worker's last word. `ended_at`: it said goodbye."""

    beat_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AtWork:
    """How many work, and when any worker was last heard; None where none ever was."""

    workers: int
    last: datetime | None


def at_work(beats: Sequence[Beat], now: datetime) -> AtWork:
    """Of these heartbeats, those that count now."""
    alive = [one for one in beats if one.ended_at is None and one.beat_at > now - SILENT]
    return AtWork(len(alive), max((one.beat_at for one in beats), default=None))
