"""Whether a consent that somebody was asked to confirm may be granted by the link they were sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

VALID = timedelta(days=7)


class Answer(Enum):
    """What the link does: OPEN may still be confirmed; BROKEN leads nowhere, and says no more than that."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    BROKEN = "broken"


def judge(state: str, asked_at: datetime, withdrawn_at: datetime | None, now: datetime) -> Answer:
    """Of one place in the ledger: what stands there, when it was asked, and when it was last withdrawn.

    A withdrawal since the asking wins over the link, also where somebody was asked once more after it: that asking
    has sent a link of its own.
    """
    if state == "granted":
        return Answer.CONFIRMED
    if state == "withdrawn" or (withdrawn_at is not None and withdrawn_at >= asked_at):
        return Answer.WITHDRAWN
    if state != "pending":
        return Answer.BROKEN
    return Answer.EXPIRED if now > asked_at + VALID else Answer.OPEN


def together(answers: list[Answer]) -> Answer:
    """Of all that one link confirms: it is open as long as any of it is; none is BROKEN."""
    return next((one for one in Answer if one in answers), Answer.BROKEN)
