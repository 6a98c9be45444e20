"""Providers as the environment makes them, and signed requests as the other sides make those."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from orchestrator.sdk import Provider, Request, SignatureInvalid
from orchestrator_sms import gateway, smsapi, twilio
from tests.plugins.sms.fakes import AUTH_TOKEN, FORM, SID, TOKEN

SECRET = "callback-secret-0123456789"
PUBLIC = "https://shop.example"
KEY, OTHER = "0f" * 16, "1e" * 16
AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
UNIX = str(int(AT.timestamp()))
PERSON = "+48600000001"

SMSAPI = {"SMSAPI_TOKEN": TOKEN, "SMSAPI_SENDER": "Filizanka", "SMSAPI_CALLBACK_SECRET": SECRET}
TWILIO = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_FROM": "+48732123456"}
GATEWAY = {
    "SMS_GATEWAY_URL": "https://gateway.example/v1/send",
    "SMS_GATEWAY_HEADERS": '{"Authorization": "Bearer gateway-token", "Idempotency-Key": "{key}"}',
    "SMS_GATEWAY_BODY": '{"messages": [{"id": "{key}", "msisdn": "{number}", "content": "{text}", "from": "{sender}"}]}',
    "SMS_GATEWAY_ACCEPTED": "2xx results.0.state=queued|sent|duplicate",
    "SMS_GATEWAY_REJECTED": "422 error.code=unknown_subscriber -> invalid_address; 422",
    "SMS_GATEWAY_DEFERRED": "401; 429; 503 error.code=busy",
    "SMS_GATEWAY_REFERENCE": "results.0.message_id",
    "SMS_GATEWAY_IDEMPOTENT_HOURS": "48",
    "SMS_GATEWAY_REPORT_SECRET": SECRET,
    "SMS_GATEWAY_REPORT_SIGNATURE": "X-Signature",
    "SMS_GATEWAY_REPORTS": json.dumps(
        {
            "items": "events",
            "id": "event_id",
            "key": "client_id",
            "reference": "message_id",
            "recipient": "msisdn",
            "status": "state",
            "at": "time",
            "text": "content",
            "kinds": {
                "DELIVRD": "delivered",
                "REJECTD": "bounced",
                "EXPIRED": "soft_bounced",
                "INBOUND": "replied",
            },
        }
    ),
}

EVERYTHING = (*smsapi.VARIABLES, *twilio.VARIABLES, *gateway.VARIABLES, "PUBLIC_URL")


def set_up(monkeypatch: Any, variables: Mapping[str, str]) -> None:
    """An environment with these variables and no other of the plugin."""
    for name in EVERYTHING:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def smsapi_report(fields: Mapping[str, str], secret: str = SECRET) -> Request:
    """A delivery report: a GET with everything in the URL."""
    return Request("GET", f"{PUBLIC}/hooks/smsapi/?{urlencode({'secret': secret, **fields})}")


def smsapi_reply(fields: Mapping[str, str], secret: str = SECRET) -> Request:
    """An incoming message: a POST of a form to the URL with the secret."""
    body = urlencode(fields).encode()
    return Request("POST", f"{PUBLIC}/hooks/smsapi/?secret={secret}", {"content-type": FORM}, body)


def twilio_request(fields: Mapping[str, str], query: str = "", token: str = AUTH_TOKEN) -> Request:
    """A callback signed as Twilio's security page says: URL, then names and values sorted by name."""
    url = f"{PUBLIC}/hooks/twilio/" + (f"?{query}" if query else "")
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    headers = {"content-type": FORM, "x-twilio-signature": base64.b64encode(digest).decode()}
    return Request("POST", url, headers, urlencode(fields).encode())


def gateway_report(said: Any, secret: str = SECRET) -> Request:
    """A report with the HMAC of its body in a header."""
    body = json.dumps(said).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-signature": digest}
    return Request("POST", f"{PUBLIC}/hooks/sms_gateway/", headers, body)


def refused(provider: Provider, *requests: Request) -> None:
    """Each of these requests is refused for want of a proof."""
    for request in requests:
        with pytest.raises(SignatureInvalid):
            provider.parse_receipts(request)
