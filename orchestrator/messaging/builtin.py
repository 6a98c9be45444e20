"""What this room plugs in: the three channels by which people are reached, the one for systems, a mailbox for each."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.customers import addresses
from orchestrator.domain.outbound import check
from orchestrator.messaging.mailbox import EmailMailbox, PushMailbox, SmsMailbox, WebhookMailbox
from orchestrator.sdk import (
    Channel,
    EmailContent,
    Provider,
    PushContent,
    SmsContent,
    WebhookContent,
    hookimpl,
)


@hookimpl
def register_channels() -> Iterable[Channel]:
    """Email, SMS and push; webhooks for systems."""
    return [
        Channel("email", "Email", EmailContent, addresses.normalise_email),
        Channel("sms", "SMS", SmsContent, addresses.normalise_phone),
        Channel("push", "Push", PushContent, addresses.normalise_token, several=True),
        Channel("webhook", "Webhook", WebhookContent, normalise_webhook, personal=False),
    ]


@hookimpl
def register_providers() -> Iterable[Provider]:
    """The mailboxes."""
    return [EmailMailbox(), SmsMailbox(), PushMailbox(), WebhookMailbox()]


def normalise_webhook(value: str) -> str:
    """Answer the URL as it is, if it is spelled like one that may be called; raises ValueError with words."""
    check(value.strip())
    return value.strip()
