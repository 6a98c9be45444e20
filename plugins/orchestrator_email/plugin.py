"""What the orchestrator calls: the SMTP provider, if `EMAIL_URL` says where mail leaves."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from orchestrator.sdk import Provider, hookimpl
from orchestrator_email.provider import SmtpProvider
from orchestrator_email.server import parse_url

logger = logging.getLogger("orchestrator_email")


@hookimpl
def register_providers() -> Sequence[Provider]:
    """The provider `smtp`, or nothing while EMAIL_URL is empty; a wrong one raises PluginError."""
    logger.info(describe())
    url = os.environ.get("EMAIL_URL", "")
    return (SmtpProvider(parse_url(url)),) if url else ()


def describe() -> str:
    """One sentence for people on where email goes; it never holds a name or password."""
    url = os.environ.get("EMAIL_URL", "")
    if not url:
        return "EMAIL_URL is empty: the smtp provider is off, email goes to the built-in mailbox."
    return f"Email leaves through {parse_url(url)}."
