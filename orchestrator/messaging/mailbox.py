"""The mailbox: a provider for each channel that keeps messages in the house, to be read in the admin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

from orchestrator.messaging.models import MailboxMessage
from orchestrator.registry import MAILBOX
from orchestrator.sdk.providers import BlockingProvider
from orchestrator.sdk.values import (
    Accepted,
    Content,
    EmailContent,
    Message,
    PushContent,
    Result,
    WebhookContent,
)
from orchestrator.store import bulk


class Mailbox(BlockingProvider):
    """Class I: a key is kept once. It writes to our own database, so it runs in the delivery thread itself."""

    max_batch = 500
    idempotent = timedelta(days=3650)
    threads = 0

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """Keep the messages; a second one with a known key changes nothing."""
        rows = [
            (one.key, one.channel, one.recipient, _subject(one)[:500], _plain(one.content), one.composed_at)
            for one in messages
        ]
        columns = ("key", "channel", "recipient", "subject", "content", "composed_at")
        bulk.insert(MailboxMessage, columns, rows, ignore_conflicts=True)
        return [Accepted(reference=f"mailbox:{one.key}") for one in messages]


class EmailMailbox(Mailbox):
    """Keeps email."""

    name = f"{MAILBOX}_email"
    channel = "email"


class SmsMailbox(Mailbox):
    """Keeps text messages."""

    name = f"{MAILBOX}_sms"
    channel = "sms"


class PushMailbox(Mailbox):
    """Keeps push notifications."""

    name = f"{MAILBOX}_push"
    channel = "push"


class WebhookMailbox(Mailbox):
    """Keeps calls to systems."""

    name = f"{MAILBOX}_webhook"
    channel = "webhook"


def _plain(content: Content) -> dict[str, Any]:
    return {field.name: getattr(content, field.name) for field in fields(content)}


def _subject(message: Message) -> str:
    content = message.content
    if isinstance(content, EmailContent):
        return content.subject
    if isinstance(content, WebhookContent):
        return content.event
    return content.title if isinstance(content, PushContent) else content.text
