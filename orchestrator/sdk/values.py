"""The values that cross between the engine and a channel plugin: messages out, results and receipts back.

All are frozen: a plugin can look at them and pass them on, never change what the engine holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class EmailContent:
    """A rendered email. `html` may be empty, `text` never is; `headers` holds List-Unsubscribe and its like."""

    subject: str
    text: str
    html: str = ""
    sender_name: str = ""
    sender_address: str = ""
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SmsContent:
    """A rendered text message. `parts` is what the operator will bill (GSM-7 or UCS-2 segments)."""

    text: str
    parts: int = 1
    sender_name: str = ""


@dataclass(frozen=True, slots=True)
class PushContent:
    """A rendered push notification; `url` opens when it is touched."""

    title: str
    body: str
    url: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class WebhookContent:
    """A call to a system of one's own: `body` is the JSON that leaves, letter by letter; `event` names it for people."""

    body: str
    event: str = ""


Content = EmailContent | SmsContent | PushContent | WebhookContent


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready to leave.

    `key` is the idempotency key: 32 hex digits, the same for every attempt at this message and for no other message.
    The same key always carries the same bytes, so `composed_at` (not the clock) dates an email.
    """

    key: str
    channel: str
    recipient: str
    content: Content
    composed_at: datetime
    language: str = "en"
    purpose: str = "marketing"
    topic: str = ""
    expires_at: datetime | None = None


class RejectReason(StrEnum):
    """Why a provider refused a message for good."""

    INVALID_ADDRESS = "invalid_address"  # the address does not exist or cannot be written to
    BLOCKED = "blocked"  # the recipient, or their operator, refuses this sender
    UNSUBSCRIBED = "unsubscribed"  # the provider holds an opt-out of its own
    SPAM = "spam"  # refused for its content or the sender's reputation
    TOO_LARGE = "too_large"  # over the provider's size limit
    NOT_ALLOWED = "not_allowed"  # our account may not send this (country, sender name, credit)
    OTHER = "other"  # a definite no with a reason we have no word for

    @property
    def suppresses(self) -> bool:
        """Whether the address must not be used again (a hard bounce or an opt-out kept by the provider)."""
        return self in {RejectReason.INVALID_ADDRESS, RejectReason.UNSUBSCRIBED}


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took responsibility. `reference` is its own id for the message, if it gives one."""

    reference: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider refused this message for good: trying again would be refused again."""

    reason: RejectReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """The provider did not take this message now, and certainly did not send it; it may be tried again."""

    retry_after: timedelta | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the provider took this message (the connection broke after the first byte)."""

    detail: str = ""


Result = Accepted | Rejected | Deferred | Unknown


class ReceiptKind(StrEnum):
    """What a provider reports later about a message it accepted."""

    DELIVERED = "delivered"  # it reached the mailbox, handset or device
    BOUNCED = "bounced"  # it came back for good
    SOFT_BOUNCED = "soft_bounced"  # it came back for now; the provider goes on trying
    COMPLAINED = "complained"  # the recipient called it spam
    UNSUBSCRIBED = "unsubscribed"  # the recipient opted out at the provider
    OPENED = "opened"  # an image was fetched (a person or a privacy proxy)
    CLICKED = "clicked"  # a link was followed
    REPLIED = "replied"  # the recipient wrote back (STOP words come this way)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One report of a provider. `id` is unique at the provider, so that a report counted twice counts once."""

    id: str
    kind: ReceiptKind
    occurred_at: datetime
    message_key: str = ""
    reference: str = ""
    recipient: str = ""
    detail: str = ""
    machine: bool = False


@dataclass(frozen=True, slots=True)
class MessageOutcome:
    """What became of a message; `messages_settled` gets these after the commit."""

    key: str
    channel: str
    provider: str
    state: str
    reason: str
    journey: str
    step: str
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class EnrollmentChange:
    """An enrollment that began or ended; `enrollments_changed` gets these after the commit."""

    enrollment: int
    journey: str
    version: int
    status: str
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Veto:
    """A review's refusal of one message, by its key, with words for whoever asks why."""

    key: str
    reason: str
