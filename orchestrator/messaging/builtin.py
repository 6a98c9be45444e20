"""What this room plugs in: the three channels everybody has, and a mailbox for each."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.customers import addresses
from orchestrator.messaging.mailbox import EmailMailbox, PushMailbox, SmsMailbox
from orchestrator.sdk import Channel, EmailContent, Provider, PushContent, SmsContent, hookimpl


@hookimpl
def register_channels() -> Iterable[Channel]:
    """Email, SMS and push."""
    return [
        Channel("email", "Email", EmailContent, addresses.normalise_email),
        Channel("sms", "SMS", SmsContent, addresses.normalise_phone),
        Channel("push", "Push", PushContent, addresses.normalise_token),
    ]


@hookimpl
def register_providers() -> Iterable[Provider]:
    """The mailboxes."""
    return [EmailMailbox(), SmsMailbox(), PushMailbox()]
