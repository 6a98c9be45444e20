"""SIGNING: secrets of endpoints, and the three headers of Standard Webhooks that are made with them."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from standardwebhooks import Webhook

from orchestrator.accounts.digests import seal, unseal
from orchestrator.domain.webhooks import Secrets
from orchestrator.webhooks.models import WebhookEndpoint


def new_secret() -> str:
    """256 random bits in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sealed(secret: str) -> str:
    """As the database has it."""
    return seal(secret.encode())


def secrets_of(endpoint: WebhookEndpoint) -> Secrets:
    """What signs for an endpoint. Unreadable where it was sealed with a SECRET_KEY that is gone."""
    before = endpoint.previous_secret
    until = endpoint.previous_until if before else None
    return Secrets(unseal(endpoint.secret).decode(), unseal(before).decode() if before else "", until)


def signed(id_: str, keys: Secrets, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a call that is made at this moment; while a rotation lasts, both secrets sign."""
    signatures = [Webhook(one).sign(id_, at, body.decode()) for one in keys.signing(at)]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
