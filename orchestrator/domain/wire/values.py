"""What a call says, once it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestrator.sdk.value import value

IDENTIFY, TRACK, PAGE, SCREEN, GROUP, ALIAS = KINDS = (
    "identify",
    "track",
    "page",
    "screen",
    "group",
    "alias",
)


@value
class Facts:
    """What becomes true of somebody; an attribute of None is removed. `addresses`: channel -> address as it was written.

    `created_at` is an instant in UTC, `last_seen_zone` the zone of the device, `time_zone` one that somebody chose.
    """

    attributes: Mapping[str, Any] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    country: str = ""
    time_zone: str = ""
    last_seen_zone: str = ""
    created_at: datetime | None = None

    def __bool__(self) -> bool:
        """Whether anything is said at all."""
        said = (self.attributes, self.addresses, self.language, self.country, self.time_zone)
        return any(said) or bool(self.last_seen_zone or self.created_at)


@value
class Call:
    """One call. `key` names it for good, at most 100 letters; `at` is when it happened, in UTC, by our clock.

    `event`: what happened, by our name for it, or None where the call only says who somebody is.
    """

    kind: str
    key: str
    at: datetime
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None
    event: str | None = None
    amount: Decimal | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)


class Refusal(Exception):
    """Why a call is not taken: a code for programs, and words that say how to mend it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words
