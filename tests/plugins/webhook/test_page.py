"""The examples of docs/webhooks.md work as they stand."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest
from standardwebhooks import WebhookVerificationError

from orchestrator.sdk import Accepted, Receipt, ReceiptKind, Request, Response
from orchestrator.sdk.testing import FakeTransport, make_message
from orchestrator_webhook.provider import WebhookProvider
from orchestrator_webhook.receipts import TYPES
from orchestrator_webhook.signature import Secrets
from tests.environment import ROOT

WHOLE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
PAGE = WHOLE.partition("## The channel `webhook`")[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def clock() -> datetime:
    return datetime.now(UTC)


def test_the_command_prints_a_secret() -> None:
    command = re.search(r'^python -c "(.*)"$', block("sh"), re.MULTILINE)
    assert command is not None
    done = subprocess.run([sys.executable, "-c", command[1]], capture_output=True, text=True, check=True)
    assert len(Secrets.read(done.stdout).keys[0]) == 32
    assert base64.b64decode(done.stdout.strip().removeprefix("whsec_")) == Secrets.read(done.stdout).keys[0]


def test_the_receiver_believes_us_once() -> None:
    page = ModuleType("page")
    exec(compile(block("python"), "docs/webhooks.md", "exec"), page.__dict__)
    transport = FakeTransport(Response(204))
    provider = WebhookProvider(Secrets.read(SECRET), clock)
    messages = [make_message("webhook", number) for number in (1, 1, 2)]
    assert asyncio.run(provider.send(messages, transport)) == [Accepted()] * 3
    got = [page.receive(SECRET, request.headers, request.body) for request in transport.requests]
    first, second = (json.loads(message.content.body) for message in messages[1:])  # type: ignore[union-attr]
    assert got == [first, None, second]
    forged = {**transport.requests[0].headers, "webhook-id": "f" * 32}
    with pytest.raises(WebhookVerificationError):
        page.receive(SECRET, forged, transport.requests[0].body)


def test_the_report_is_read() -> None:
    body = block("json").encode()
    secrets = Secrets.read(SECRET)
    request = Request("POST", "/hooks/webhook/", secrets.sign("msg_1", clock(), body), body)
    assert WebhookProvider(secrets, clock).parse_receipts(request) == (
        Receipt(
            "msg_1",
            ReceiptKind.DELIVERED,
            datetime(2026, 3, 14, 9, tzinfo=UTC),
            message_key="0123456789abcdef0123456789abcdef",
            detail="optional, in words",
        ),
    )


def test_the_page_names_every_type() -> None:
    assert set(re.findall(r"`(message\.\w+)`", PAGE)) == set(TYPES)
