"""What the orchestrator calls: the provider `anymail` if `ANYMAIL_BACKEND` is set, `smtp` if `EMAIL_URL` is."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence

from orchestrator.sdk import Provider, hookimpl
from orchestrator_email.provider import SmtpProvider
from orchestrator_email.server import parse_url

logger = logging.getLogger("orchestrator_email")


@hookimpl
def register_providers() -> Sequence[Provider]:
    """Those that are set, `anymail` first; a wrong setting raises PluginError."""
    logger.info(describe())
    return tuple(_providers())


def _providers() -> Iterator[Provider]:
    if os.environ.get("ANYMAIL_BACKEND"):
        # Only here: whoever sends by SMTP needs none of it.
        from orchestrator_email.esp.provider import AnymailProvider
        from orchestrator_email.esp.settings import read

        esp = read(os.environ)
        if esp is not None:
            yield AnymailProvider(esp)
    url = os.environ.get("EMAIL_URL", "")
    if url:
        yield SmtpProvider(parse_url(url))


def describe() -> str:
    """One sentence for people on where email goes; it never holds a name or password."""
    backend, url = os.environ.get("ANYMAIL_BACKEND", ""), os.environ.get("EMAIL_URL", "")
    if backend:
        return f"Email leaves through the API of {backend}."
    if not url:
        return "EMAIL_URL is empty: the smtp provider is off, email goes to the built-in mailbox."
    return f"Email leaves through {parse_url(url)}."
