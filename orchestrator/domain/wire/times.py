"""When a call happened, by our clock: devices' clocks are wrong, but they measure their own queue rightly.

`timestamp = receivedAt - (sentAt - originalTimestamp)`, as Segment's specification has it ("Common fields").
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_LONGEST = 40
_MILLISECONDS = 100_000_000_000  # seconds since 1970 reach it in the year 5138


def happened_at(original: Any, sent: Any, received: datetime) -> datetime:
    """The instant in UTC. A part that is absent, no moment, or before 2000 or after 2099 counts as not said.

    Without the moment of sending the original is believed; without the original it happened when we received it. What
    a device claims to have sent before it happened, happened when we received it.
    """
    then, left = moment(original), moment(sent)
    if then is None:
        return received
    if left is None:
        return then
    return received - max(left - then, timedelta(0))


def moment(value: Any) -> datetime | None:
    """An instant in UTC of ISO 8601 (without a zone it is UTC), or of seconds or milliseconds since 1970; else None."""
    if value is None:
        return None
    return _moment(value) if isinstance(value, str) and len(value) <= _LONGEST else _read(value)


def _read(value: Any) -> datetime | None:
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value.strip())
            at = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            at = datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS else value, UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return at if EARLIEST <= at < LATEST else None


_moment = lru_cache(maxsize=1024)(_read)  # a batch says when it was sent for each of its calls
