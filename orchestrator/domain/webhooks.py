"""WEBHOOKS: when a call that tells another system of a fact is tried again, and what its answers do to the endpoint.

    due --(2xx)--> told        due --(anything else)--> due again, later        due --(the last attempt fails)--> given up
    endpoint on --(410, or failing for FAILING)--> off

Pure: answers and times are facts. The id of a call never changes; only the timestamp is the attempt's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# Waits after the first attempt, the second, and so on: ten attempts in a little over three days.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
ATTEMPTS = len(WAITS) + 1
JITTER = 5  # a wait is up to a fifth longer, so that what failed together does not come back together
FAILING = timedelta(days=5)
OVERLAP = timedelta(hours=24)  # how long the secret before still signs
GONE = 410
_HASHED = 1 << 64


class Fate(StrEnum):
    """What becomes of a call."""

    TOLD = "told"
    AGAIN = "again"
    GIVEN_UP = "given_up"


class Off(StrEnum):
    """Why an endpoint was switched off."""

    GONE = "gone"  # it answered 410: it wants no more
    FAILING = "failing"  # nothing reached it for FAILING


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt came to. `code`: None if no answer came. `retry_after`: as the receiver asked."""

    code: int | None
    retry_after: timedelta | None = None

    @property
    def good(self) -> bool:
        """Whether the receiver has taken it. Redirects are not followed, so they are no yes."""
        return self.code is not None and 200 <= self.code < 300


@dataclass(frozen=True, slots=True)
class Next:
    """What follows an attempt. `at`: when to try again, only with Fate.AGAIN."""

    fate: Fate
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """An endpoint as its answers leave it. `failing_since`: the first failure since it last said yes."""

    failing_since: datetime | None = None
    off: Off | None = None


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs the calls of an endpoint: the one of today, and the one before until its time is over."""

    current: str
    before: str = ""
    before_until: datetime | None = None

    def __repr__(self) -> str:
        return "Secrets(…)"

    def rotated(self, new: str, now: datetime) -> Secrets:
        """These with a new one. Rotated twice within OVERLAP, the oldest signs no more."""
        return Secrets(new, self.current, now + OVERLAP)

    def signing(self, now: datetime) -> tuple[str, ...]:
        """Those that sign at `now`, the newest first."""
        if self.before and self.before_until is not None and now < self.before_until:
            return self.current, self.before
        return (self.current,)


def after(id_: str, attempts: int, answer: Answer, now: datetime) -> Next:
    """What follows the attempt number `attempts` (from 1) of the call `id_`, which ended at `now`."""
    if attempts < 1:
        raise ValueError(f"attempts are counted from 1, got {attempts}")
    if answer.good:
        return Next(Fate.TOLD)
    if answer.code == GONE or attempts >= ATTEMPTS:
        return Next(Fate.GIVEN_UP)
    return Next(Fate.AGAIN, now + _wait(id_, attempts, answer.retry_after))


def health(before: Health, answer: Answer, now: datetime) -> Health:
    """The endpoint after this answer. One that is off stays off: somebody has to switch it on."""
    if before.off is not None:
        return before
    if answer.good:
        return Health()
    since = now if before.failing_since is None else min(before.failing_since, now)
    if answer.code == GONE:
        return Health(since, Off.GONE)
    return replace(before, failing_since=since, off=Off.FAILING if now - since >= FAILING else None)


def _wait(id_: str, attempts: int, asked: timedelta | None) -> timedelta:
    """Never shorter than the receiver asked for, but for what is longer than the longest wait of all."""
    wait = WAITS[attempts - 1]
    wait += wait / JITTER * _share(id_, attempts)
    return wait if asked is None else max(wait, min(asked, WAITS[-1]))


def _share(id_: str, attempts: int) -> float:
    """From 0 up to 1, the same for the same attempt whoever asks."""
    spelled = f"webhook:{id_}:{attempts}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(spelled).digest()[:8]) / _HASHED
