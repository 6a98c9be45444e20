"""ANSWERS: a provider's results as the settlement can write them, whatever a plugin put into them.

The type of a result says what happened, and that is believed. What decorates it (a number where text is due, a NUL
that a database refuses) is put right here: a settlement that failed for it would leave a whole group in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.sdk.values import (
    Accepted,
    Deferred,
    Receipt,
    ReceiptKind,
    Rejected,
    RejectReason,
    Result,
    Unknown,
)

_LONGEST = 1000  # characters of what is quoted: an address, a link, an answer by SMS
# A report dated before there were such reports has no time of its own.
_NO_TIME_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)


def sound(provider: str, results: Sequence[object], asked: int) -> list[Result]:
    """One sound result for each of `asked` messages; too many in all, or one too few, says nothing certain."""
    if len(results) > asked:
        return [Unknown(f"{provider} answered too many results") for _ in range(asked)]
    missing = [Unknown(f"{provider} gave no result") for _ in range(asked - len(results))]
    return [*(_sound(provider, result) for result in results), *missing]


def _sound(provider: str, result: object) -> Result:
    match result:
        case Accepted():
            return Accepted(text(result.reference))
        case Rejected():
            return Rejected(_reason(result.reason), text(result.detail))
        case Deferred():
            return Deferred(wait_of(result.retry_after), text(result.detail))
        case Unknown():
            return Unknown(text(result.detail))
        case _:
            return Unknown(f"{provider} gave no known result")


def sound_receipt(value: object, now: datetime) -> Receipt | None:
    """The report as it can be stored; None for what is none: without an id it could be counted again and again.

    A time in the future, before the year 2000 or without a zone is none: the report then occurred now.
    """
    if not isinstance(value, Receipt) or value.kind not in list(ReceiptKind) or not text(value.id):
        return None
    return Receipt(
        text(value.id),
        ReceiptKind(value.kind),
        _moment(value.occurred_at, now),
        text(value.message_key),
        text(value.reference)[:200],
        text(value.recipient)[:_LONGEST],
        text(value.detail)[:_LONGEST],
        bool(value.machine),
    )


def _moment(value: Any, now: datetime) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return now
    return value.astimezone(UTC) if _NO_TIME_BEFORE <= value <= now else now


def text(value: Any) -> str:
    """What a plugin gave where text is due, as a database can hold it."""
    try:
        written = "" if value is None else str(value)
    except Exception:
        written = f"a {type(value).__name__} that has no words"
    return written.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _reason(value: Any) -> RejectReason:
    return (
        RejectReason(value) if isinstance(value, str) and value in list(RejectReason) else RejectReason.OTHER
    )


def wait_of(value: Any) -> timedelta | None:
    """A time to come, a day at most; seconds where a number stands. None lets the engine choose."""
    if isinstance(value, (int, float)) and 0 < value <= 86_400:
        value = timedelta(seconds=value)
    if not isinstance(value, timedelta) or value <= timedelta(0):
        return None
    return min(value, timedelta(days=1))
