"""What a provider's webhook reports, read and verified by django-anymail's own view for it. Pure."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailConfigurationError

from orchestrator.sdk import PluginError, Receipt, Request, SignatureInvalid
from orchestrator_email.esp.incoming import incoming
from orchestrator_email.esp.kinds import detail, kind, machine
from orchestrator_email.esp.settings import PLUGIN, Esp

# Those whose reports are tested here; the others send, and report nothing.
VIEWS = {
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
}
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # the provider gave none: the engine takes the time of its coming


class Reports:
    """Reads one provider's reports. Without a secret that proves them, it believes none."""

    def __init__(self, esp: Esp) -> None:
        self.esp = esp
        self.view = _view(esp)

    def read(self, request: Request) -> list[Receipt]:
        """The reports in a request; SignatureInvalid where it does not come from the provider."""
        if self.view is None:
            raise NotImplementedError(f"the reports of {self.esp.title} are not read, or no secret is set")
        asked = incoming(request)
        try:
            self.view.run_validators(asked)
        except Exception as error:  # what cannot be verified, for whatever reason, is not verified
            raise SignatureInvalid(f"{self.esp.title}: {type(error).__name__}") from None
        return list(_receipts(self.view.parse_events(asked)))


def _view(esp: Esp) -> Any:
    """The view, made once; None where there is none, or nothing to prove a report by."""
    if esp.name not in VIEWS:
        return None
    made = getattr(import_module(f"anymail.webhooks.{esp.name}"), VIEWS[esp.name])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            view = made(**esp.options)
    except AnymailConfigurationError:
        return None  # its signing secret is not set
    except ValueError as error:
        raise PluginError(
            PLUGIN, f"{esp.title}: its webhook's key cannot be read ({type(error).__name__})."
        ) from None
    return view if view.basic_auth or not view.warn_if_no_basic_auth else None


def _receipts(events: list[Any]) -> Iterator[Receipt]:
    for event in events:
        what = kind(event)
        if what is not None:
            yield Receipt(
                id=_identity(event),
                kind=what,
                occurred_at=event.timestamp or NO_TIME,
                message_key=str((event.metadata or {}).get("key", "")),
                reference=str(event.message_id or ""),
                recipient=str(event.recipient or ""),
                detail=detail(event),
                machine=machine(event),
            )


def _identity(event: Any) -> str:
    """The provider's id for the report; a hash of what it says where there is none, as it is the same each time."""
    if event.event_id:
        return f"{event.event_type}:{event.event_id}"
    parts = (
        event.event_type,
        event.timestamp,
        event.message_id,
        event.metadata,
        event.recipient,
        event.click_url,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
