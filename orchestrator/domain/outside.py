"""OUTSIDE: the facts that other systems can be told of, a closed list, and what each says beside whom it is about.

A fact is numbers, keys and words of ours: never an address, a name, an attribute or a word that somebody wrote. Whoever
is told looks up the rest by these, as far as their key of the API lets them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What happened."""

    MESSAGE_ACCEPTED = "message.accepted"
    MESSAGE_SKIPPED = "message.skipped"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_BOUNCED = "message.bounced"
    MESSAGE_OPENED = "message.opened"
    MESSAGE_CLICKED = "message.clicked"
    MESSAGE_UNSUBSCRIBED = "message.unsubscribed"
    MESSAGE_COMPLAINED = "message.complained"
    ENROLLMENT_ENTERED = "enrollment.entered"
    ENROLLMENT_COMPLETED = "enrollment.completed"
    ENROLLMENT_EXITED = "enrollment.exited"
    ENROLLMENT_FAILED = "enrollment.failed"
    GOAL_MET = "goal.met"
    CONSENT_GRANTED = "consent.granted"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    SUPPRESSION_ADDED = "suppression.added"
    SEGMENT_ENTERED = "segment.entered"
    SEGMENT_LEFT = "segment.left"
    CUSTOMER_MERGED = "customer.merged"
    CUSTOMER_ERASED = "customer.erased"


TEST = "webhook.test"  # what the button sends: nobody can ask for it, and nothing has happened
_MESSAGE = ("message", "key", "enrollment", "journey", "step", "channel", "topic")
_ENROLLMENT = ("enrollment", "journey", "version")
_CONSENT = ("record", "brand", "channel", "purpose", "topic")
_SEGMENT = ("segment",)
# What each says, beside `customer`. `brand` and `merged` are written as numbers, and told as the API names these.
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.MESSAGE_ACCEPTED: _MESSAGE,
    Kind.MESSAGE_SKIPPED: (*_MESSAGE, "reason"),
    Kind.MESSAGE_FAILED: (*_MESSAGE, "state", "reason"),
    Kind.MESSAGE_DELIVERED: _MESSAGE,
    Kind.MESSAGE_BOUNCED: _MESSAGE,
    Kind.MESSAGE_OPENED: (*_MESSAGE, "machine"),
    Kind.MESSAGE_CLICKED: (*_MESSAGE, "machine"),
    Kind.MESSAGE_UNSUBSCRIBED: _MESSAGE,
    Kind.MESSAGE_COMPLAINED: _MESSAGE,
    Kind.ENROLLMENT_ENTERED: _ENROLLMENT,
    Kind.ENROLLMENT_COMPLETED: (*_ENROLLMENT, "reason"),
    Kind.ENROLLMENT_EXITED: (*_ENROLLMENT, "reason"),
    Kind.ENROLLMENT_FAILED: (*_ENROLLMENT, "reason"),
    Kind.GOAL_MET: _ENROLLMENT,
    Kind.CONSENT_GRANTED: _CONSENT,
    Kind.CONSENT_WITHDRAWN: _CONSENT,
    Kind.SUPPRESSION_ADDED: ("suppression", "channel", "reason"),
    Kind.SEGMENT_ENTERED: _SEGMENT,
    Kind.SEGMENT_LEFT: _SEGMENT,
    Kind.CUSTOMER_MERGED: ("merged",),
    Kind.CUSTOMER_ERASED: (),
}
KINDS = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened at a moment to a customer. `data` has what FIELDS says of its kind."""

    kind: Kind
    at: datetime
    customer_id: int
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.data.keys() != set(FIELDS[self.kind]):
            raise ValueError(f"{self.kind} says {sorted(FIELDS[self.kind])}, not {sorted(self.data)}")
