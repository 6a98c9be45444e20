"""BREAKER: when a provider has failed so often in a row that it is left alone for a while, and who tries it first.

    closed --(FAILURES calls in a row fail)--> open --(its time is over)--> ready --(one message tries)--> probing
    probing --(it fails)--> open, for twice as long          any --(a call succeeds)--> closed

Pure: what the calls came to and the time are facts; `messaging/breakers.py` keeps them for all workers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FAILURES = 5  # calls in a row; of a provider that fails every second call, sixty or so come to that
SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)
# How long a probe may take. Longer than any call, so that there are never two; a worker that dies in it costs this.
PROBE = timedelta(seconds=60)


class Standing(StrEnum):
    """Whether a provider may be given messages."""

    CLOSED = "closed"  # all that there are
    OPEN = "open"  # none
    READY = "ready"  # one, to see whether it is back
    PROBING = "probing"  # none: somebody is trying that one


@dataclass(frozen=True, slots=True)
class Breaker:
    """A provider's calls lately. `failures`: in a row. `opened_at`: since when it has not been closed."""

    failures: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    probe_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What a call of a provider came to. `fault`: what was wrong, "" if it answered."""

    fault: str = ""
    retry_after: timedelta | None = None


def standing(breaker: Breaker, now: datetime) -> Standing:
    """Where the provider stands at `now`."""
    if breaker.open_until is None:
        return Standing.CLOSED
    if breaker.probe_until is not None and now < breaker.probe_until:
        return Standing.PROBING
    return Standing.OPEN if now < breaker.open_until else Standing.READY


def after(breaker: Breaker, call: Call, now: datetime) -> Breaker:
    """The breaker once this call has ended.

    A success closes it, whatever stood before. A failure that comes while it is open tells nothing new: the call
    began before it opened.
    """
    if not call.fault:
        return Breaker()
    if standing(breaker, now) is Standing.OPEN:
        return breaker
    failed = replace(breaker, failures=breaker.failures + 1)
    if failed.failures < FAILURES:
        return failed
    return replace(
        failed,
        opened_at=breaker.opened_at or now,
        open_until=now + _open_for(failed.failures, call.retry_after),
        probe_until=None,
    )


def _open_for(failures: int, asked: timedelta | None) -> timedelta:
    """Twice as long with every probe that fails; as long as the provider asks for, if that is longer."""
    longer: timedelta = SHORTEST * 2 ** min(failures - FAILURES, 10)
    return min(max(longer, asked or SHORTEST), LONGEST)
