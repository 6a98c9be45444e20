"""LIMITS: how many calls a key may make in a minute, over all processes.

Each process reserves a twentieth of the minute's calls at a time, by one statement, and spends them from memory. So the
limit is never passed, however many processes there are, and most calls cost no statement for it. The price: what a process
has reserved and not spent when the minute ends is lost, and with many processes a key may be refused a few hundredths early.
"""

from __future__ import annotations

import threading
from datetime import datetime

from django.db.models import Case, F, Q, When

from orchestrator.ingest.keys import Key
from orchestrator.ingest.models import WriteKey

PART = 20
_lock = threading.Lock()
_purses: dict[int, tuple[datetime, int]] = {}


def spend(key: Key, count: int, now: datetime) -> int:
    """Spend so many calls of this minute: 0 if they were there, else the seconds until it is worth trying again.

    More at once than a minute allows take all of one.
    """
    minute, wanted = now.replace(second=0, microsecond=0), min(count, key.per_minute)
    with _lock:
        since, left = _purses.get(key.id, (minute, 0))
        left = left if since == minute else 0
        if left < wanted:
            left += _reserve(key, minute, wanted - left, now)
        _purses[key.id] = (minute, left - wanted if left >= wanted else left)
    return 0 if left >= wanted else 60 - now.second


def forget() -> None:
    """Spend nothing that was reserved before: for tests, whose databases come and go."""
    _purses.clear()


def _reserve(key: Key, minute: datetime, missing: int, now: datetime) -> int:
    """A part of the minute, or just what is missing where that is all there is left; 0 if not even that."""
    part = max(missing, key.per_minute // PART)
    return next((count for count in dict.fromkeys((part, missing)) if _taken(key, minute, count, now)), 0)


def _taken(key: Key, minute: datetime, count: int, now: datetime) -> bool:
    room = Q(minute=minute, taken__lte=F("per_minute") - count) | (
        (Q(minute=None) | ~Q(minute=minute)) & Q(per_minute__gte=count)
    )
    taken = Case(When(minute=minute, then=F("taken") + count), default=count)
    rows = WriteKey.objects.filter(room, pk=key.id, revoked_at=None)
    return bool(rows.update(taken=taken, minute=minute, last_used_at=now))
