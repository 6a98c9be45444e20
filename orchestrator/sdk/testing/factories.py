"""Messages for tests: complete, plausible, each with its own key and recipient, and the same in every run."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.sdk import Content, EmailContent, Message, PushContent, SmsContent, WebhookContent

COMPOSED_AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


def make_message(channel: str, number: int = 1, **overrides: Any) -> Message:
    """Message `number` of `channel`: email, sms and push have contents of their own, others that of an SMS.

    Any field of Message can be overridden, and `text=` puts words into whatever content the channel has.
    """
    text = overrides.pop("text", f"Good morning, this is message {number}.")
    fields: dict[str, Any] = {
        "key": hashlib.sha256(f"{channel}:{number}".encode()).hexdigest()[:32],
        "channel": channel,
        "recipient": _recipient(channel, number),
        "content": _content(channel, text),
        "composed_at": COMPOSED_AT,
        "expires_at": COMPOSED_AT + timedelta(hours=72),
    }
    return Message(**(fields | overrides))


def make_messages(channel: str, count: int) -> tuple[Message, ...]:
    """Messages 1 to `count`, all different."""
    return tuple(make_message(channel, number) for number in range(1, count + 1))


def text_of(content: Content) -> str:
    """The words of any content."""
    return content.body if isinstance(content, PushContent | WebhookContent) else content.text


def _recipient(channel: str, number: int) -> str:
    if channel == "email":
        return f"canary.customer.{number}@example.com"
    if channel == "push":
        return "canary-" + hashlib.sha256(str(number).encode()).hexdigest()
    return f"+48600{number:06}"


def _content(channel: str, text: str) -> Content:
    if channel == "email":
        headers = {
            "List-Unsubscribe": "<https://example.com/u/AbCdEf0123456789>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return EmailContent(
            subject="A word from the shop",
            text=text,
            html=f"<p>{text}</p>",
            sender_name="The Shop",
            sender_address="shop@example.com",
            headers=headers,
        )
    if channel == "push":
        return PushContent(title="The Shop", body=text, url="https://example.com/p/1")
    return SmsContent(text=text, sender_name="Shop")
