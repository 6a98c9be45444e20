"""What the gate is asked, what it may know, and what it may answer: the values around `policy.decide`."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator.domain.frequency import CapRule, Counted
from orchestrator.domain.money import Purse
from orchestrator.domain.quiet import QuietHours
from orchestrator.sdk.value import value

Evidence = dict[str, Any]


class Outcome(StrEnum):
    """What the gate says."""

    ALLOW = "allow"  # hand it off now
    GHOST = "ghost"  # held out: everything else would have allowed it
    HOLD = "hold"  # not now; look again at `until`
    SKIP = "skip"  # never, by the rules
    CANCEL = "cancel"  # the reason for sending it is gone
    EXPIRE = "expire"  # its time is over
    FAIL = "fail"  # it cannot be rendered


@value
class Verdict:
    """The gate's answer with its reason code, what it rests on, and the number of the check that gave it."""

    outcome: Outcome
    reason: str
    until: datetime | None = None
    evidence: Evidence = field(default_factory=dict)
    check: int = 16


@value
class Candidate:
    """The message that asks. `rank` orders rivals: higher priority, earlier deadline, older journey, lower id."""

    id: int
    key: str
    customer_id: int
    brand_id: int
    channel: str
    purpose: str
    topic: str
    priority: int
    created_at: datetime
    expires_at: datetime
    journey_at: datetime
    obeys_caps: bool = True
    counts_toward_caps: bool = True
    on_cap: str = "hold"
    held_out: bool = False
    due_at: datetime | None = None

    @property
    def rank(self) -> tuple[int, datetime, datetime, int]:
        """Smaller goes first; a total order."""
        return (-self.priority, self.expires_at, self.journey_at, self.id)


@value
class Person:
    """What became of the customer row: `gone` is "", "missing", "erased" or "merged"; and what they asked for.

    `restricted`: nothing of theirs may be processed but kept (RODO art. 18). `paused_until`: no marketing before then.
    """

    gone: str = ""
    restricted: bool = False
    paused_until: datetime | None = None


@value
class Passage:
    """What became of the journey around the message: paused, or ended for a reason (goal_met, exited, …).

    `stale_before`: what was due before it is too late by the journey's wish. `paused_at`: when a pause began to hold
    the message, whose own `due_at` only says since then when somebody looks again.
    """

    paused: bool = False
    ended: str = ""
    stale_before: datetime | None = None
    paused_at: datetime | None = None


@value
class AddressFact:
    """Where the message would go. `invalid` says why the address must not be written to, if so."""

    value: str
    digest: str
    invalid: str = ""


@value
class ConsentFact:
    """The current consent for the message's brand, channel and purpose; `topic_state` for its topic alone.

    `withdrawn_at`, `topic_withdrawn_at`: the last withdrawal since the message was planned, also where consent has
    been granted again after it.
    """

    state: str = ""
    changed_at: datetime | None = None
    topic_state: str = ""
    record: int | None = None
    source: str = ""
    text_version: str = ""
    withdrawn_at: datetime | None = None
    topic_withdrawn_at: datetime | None = None


@value
class Facts:
    """All that the gate may know about one message, read under the customer's lock.

    `zone_rejected`: what stood on higher rungs than `zone_rung`, and is no zone or country. `cost` is known once the
    message is rendered and has a price; `purses` are then the budgets it is paid from.
    """

    zone: ZoneInfo
    zone_rung: str = "workspace"
    zone_rejected: tuple[str, ...] = ()
    paused: str = ""
    stopped: Evidence | None = None  # what complaints have stopped marketing by this channel, if they have
    person: Person = Person()
    passage: Passage = Passage()
    address: AddressFact | None = None
    suppressed: str = ""
    consent: ConsentFact = ConsentFact()
    guards: tuple[str, ...] = ()
    workspace_held_out: bool = False
    quiet: tuple[QuietHours, ...] = ()
    minimum_gap: timedelta = timedelta(0)
    caps: tuple[CapRule, ...] = ()
    counted: tuple[Counted, ...] = ()
    rivals: tuple[Candidate, ...] = ()
    rate_limited_until: datetime | None = None
    render_error: str = ""
    cost: Decimal | None = None
    currency: str = ""
    purses: tuple[Purse, ...] = ()
