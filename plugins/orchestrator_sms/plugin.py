"""What the orchestrator calls: the providers whose settings are there."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from orchestrator.sdk import Provider, hookimpl
from orchestrator_sms import gateway, smsapi, twilio

logger = logging.getLogger("orchestrator_sms")


@hookimpl
def register_providers() -> Sequence[Provider]:
    """`smsapi`, `twilio` and `sms_gateway`, each if its variables are set; wrong ones raise PluginError."""
    read = (smsapi.from_environment(), twilio.from_environment(), gateway.from_environment())
    found = [provider for provider in read if provider is not None]
    logger.info(describe(found))
    return found


def describe(found: Sequence[Provider]) -> str:
    """One sentence for people on where text messages go; it never holds a credential."""
    if not found:
        return "No SMS provider has its settings: text messages go to the built-in mailbox."
    return f"Text messages leave through {', '.join(provider.name for provider in found)}."
