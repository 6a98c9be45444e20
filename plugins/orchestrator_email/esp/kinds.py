"""What kind of report an event of django-anymail is; only what is certainly for good is called a bounce."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.sdk import ReceiptKind

_KINDS = {
    "delivered": ReceiptKind.DELIVERED,
    "bounced": ReceiptKind.BOUNCED,
    "deferred": ReceiptKind.SOFT_BOUNCED,
    "failed": ReceiptKind.SOFT_BOUNCED,
    "complained": ReceiptKind.COMPLAINED,
    "unsubscribed": ReceiptKind.UNSUBSCRIBED,
    "opened": ReceiptKind.OPENED,
    "clicked": ReceiptKind.CLICKED,
}
# The provider did not even try, and why: its own list of addresses that bounced, complained or left.
_REFUSED = {
    "invalid": ReceiptKind.BOUNCED,
    "bounced": ReceiptKind.BOUNCED,
    "spam": ReceiptKind.COMPLAINED,
    "unsubscribed": ReceiptKind.UNSUBSCRIBED,
}


def kind(event: Any) -> ReceiptKind | None:
    """The kind; None for what is no news of a message, such as "queued"."""
    if event.event_type == "rejected":
        return _REFUSED.get(event.reject_reason, ReceiptKind.SOFT_BOUNCED)
    found = _KINDS.get(event.event_type)
    if found is ReceiptKind.BOUNCED and _for_now(_said(event)):
        return ReceiptKind.SOFT_BOUNCED
    return found


def machine(event: Any) -> bool:
    """Whether a mail program, a proxy or a scanner opened or followed it, as far as the provider can tell."""
    said = _said(event)
    client = _mapping(_mapping(said.get("event-data")).get("client-info"))
    return (
        said.get("event") in {"proxy_open", "unique_proxy_open"}  # Brevo
        or said.get("sg_machine_open") is True  # SendGrid
        or bool(client.get("bot"))  # Mailgun
    )


def detail(event: Any) -> str:
    """The link that was followed, else the provider's reason."""
    if event.event_type == "clicked":
        return str(event.click_url or "")
    return str(event.mta_response or event.description or "")


def _for_now(said: Mapping[str, Any]) -> bool:
    """Bounces that django-anymail does not tell from those for good, in each provider's words."""
    return (
        said.get("event") == "soft_bounce"  # Brevo
        or said.get("Type") == "SoftBounce"  # Postmark
        or said.get("hard_bounce") is False  # Mailjet
        or (said.get("event") == "bounce" and said.get("type") == "blocked")  # SendGrid
        or said.get("type") == "activity.soft_bounced"  # MailerSend
    )


def _said(event: Any) -> Mapping[str, Any]:
    return _mapping(event.esp_event)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
