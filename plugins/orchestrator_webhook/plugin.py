"""What the orchestrator calls: the provider `webhook`, if there are secrets to sign with."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime

from orchestrator.sdk import Provider, hookimpl
from orchestrator_webhook.provider import WebhookProvider
from orchestrator_webhook.signature import Secrets

logger = logging.getLogger("orchestrator_webhook")


@hookimpl
def register_providers() -> Sequence[Provider]:
    """The provider `webhook`, or nothing while WEBHOOK_SECRETS is empty; a wrong one raises PluginError."""
    secrets = Secrets.read(os.environ.get("WEBHOOK_SECRETS", ""))
    logger.info(describe(secrets))
    return (WebhookProvider(secrets, now),) if secrets.keys else ()


def describe(secrets: Secrets) -> str:
    """One sentence for people on where webhooks go; it never holds a secret."""
    if not secrets.keys:
        return "WEBHOOK_SECRETS is empty: the webhook provider is off, webhooks go to the built-in mailbox."
    return f"Webhooks leave signed with {len(secrets.keys)} secret(s)."


def now() -> datetime:
    """The clock of the process."""
    return datetime.now(UTC)
