"""A library of Standard Webhooks that is not ours verifies what really crossed HTTP, and we what it signs."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from orchestrator.messaging.transport import AiohttpTransport
from orchestrator.sdk import (
    Accepted,
    Receipt,
    ReceiptKind,
    Rejected,
    RejectReason,
    Request,
    Response,
    Result,
    SignatureInvalid,
)
from orchestrator.sdk.testing import make_message
from orchestrator_webhook.provider import WebhookProvider
from orchestrator_webhook.signature import Secrets
from tests.plugins.loopback import LoopbackTransport, serving

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD4lG0wvIXS7E="
OTHER = "whsec_plJ3nmyCDGBKInavdOK15jsl2plJ3nmyCDGBKInavdOK"
POLISH = "Zażółć gęślą jaźń 🎉 „cudzysłów”\n"


def clock() -> datetime:
    return datetime.now(UTC)


def call(secrets: str) -> Request:
    """What a receiver was given when one message was sent to it."""
    with serving(lambda request: Response(204)) as (address, seen):
        provider = WebhookProvider(Secrets.read(secrets), clock)
        message = make_message("webhook", recipient=f"{address}/hook?a=b", text=POLISH)
        assert asyncio.run(provider.send([message], LoopbackTransport())) == [Accepted()]
    (request,) = seen
    assert (request.method, request.url) == ("POST", "/hook?a=b")
    assert (request.headers["content-type"], request.headers["webhook-id"]) == (
        "application/json",
        message.key,
    )
    return request


def believed(request: Request, secret: str) -> object:
    return Webhook(secret).verify(request.body, dict(request.headers))


def test_the_receiver_reads_every_letter() -> None:
    assert believed(call(OLD), OLD) == {"type": "order.placed", "data": {"text": POLISH}}


def test_while_a_secret_is_replaced_receivers_of_both_believe_it_and_of_no_other() -> None:
    request = call(f"{NEW} {OLD}")
    assert believed(request, OLD) == believed(request, NEW)
    with pytest.raises(WebhookVerificationError):
        believed(request, OTHER)


@pytest.mark.parametrize("part", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_what_was_changed_on_the_way_is_not_believed(part: str) -> None:
    request = call(OLD)
    later = str(int(request.headers["webhook-timestamp"]) + 1)
    headers = {"webhook-id": "f" * 32, "webhook-timestamp": later, "webhook-signature": "v1,AAAA"}
    body = request.body.replace(b"order.placed", b"order.closed") if part == "body" else request.body
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(body, {**request.headers, part: headers.get(part, "")})


def test_the_same_message_is_the_same_id_and_body_at_every_attempt() -> None:
    with serving(lambda request: Response(500 if len(request.body) else 204)) as (address, seen):
        message = make_message("webhook", recipient=address)
        for minute in range(2):
            at = clock() + timedelta(minutes=minute)
            provider = WebhookProvider(Secrets.read(OLD), lambda at=at: at)  # type: ignore[misc]
            asyncio.run(provider.send([message], LoopbackTransport()))
    first, second = seen
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert believed(first, OLD) == believed(second, OLD)


def report(body: object, at: datetime, secret: str = OLD) -> Request:
    """A report as the library signs it."""
    text = json.dumps(body)
    headers = {
        "webhook-id": "msg_7",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_7", at, text),
    }
    return Request("POST", "/hooks/webhook/", headers, text.encode())


DELIVERED = {"type": "message.delivered", "timestamp": "2026-03-14T10:00:00+01:00", "data": {"message": "a"}}
NOW = datetime(2026, 3, 14, 9, 5, tzinfo=UTC)
READER = WebhookProvider(Secrets.read(f"{NEW} {OLD}"), lambda: NOW)


@pytest.mark.parametrize("kind", list(ReceiptKind))
def test_a_report_signed_by_the_library_is_read(kind: ReceiptKind) -> None:
    body = DELIVERED | {"type": f"message.{kind}", "data": {"message": "a" * 32, "detail": "so"}}
    at = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
    assert READER.parse_receipts(report(body, NOW)) == (
        Receipt("msg_7", kind, at, message_key="a" * 32, detail="so"),
    )


@pytest.mark.parametrize(("seconds", "fresh"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_report_is_good_for_five_minutes(seconds: int, fresh: bool) -> None:
    request = report(DELIVERED, NOW + timedelta(seconds=seconds))
    if fresh:
        assert len(READER.parse_receipts(request)) == 1
        return
    with pytest.raises(SignatureInvalid, match="more than five minutes"):
        READER.parse_receipts(request)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        report(DELIVERED, NOW, OTHER).headers,
        {**report(DELIVERED, NOW).headers, "webhook-id": "msg_8"},
        {**report(DELIVERED, NOW).headers, "webhook-timestamp": "soon"},
        {**report(DELIVERED, NOW).headers, "webhook-signature": "v1,ż\ud800"},
    ],
)
def test_a_report_that_is_not_signed_by_us_or_ours_is_refused(headers: dict[str, str]) -> None:
    request = report(DELIVERED, NOW)
    with pytest.raises(SignatureInvalid):
        READER.parse_receipts(Request("POST", "/", headers, request.body))


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        DELIVERED | {"type": "order.placed"},
        DELIVERED | {"type": ["message.delivered"]},
        DELIVERED | {"timestamp": "yesterday"},
        DELIVERED | {"timestamp": "2026-03-14T10:00:00"},
        DELIVERED | {"timestamp": 7},
        DELIVERED | {"data": {}},
        DELIVERED | {"data": "a"},
    ],
)
def test_what_is_signed_and_no_report_is_none(body: object) -> None:
    assert READER.parse_receipts(report(body, NOW)) == ()


def test_the_engines_own_transport_calls_a_server_inside_only_where_it_is_named(settings: Any) -> None:
    async def send_by_engine() -> list[Result]:
        provider, transport = WebhookProvider(Secrets.read(OLD), clock), AiohttpTransport()
        try:
            return list(await provider.send([make_message("webhook", recipient=address)], transport))
        finally:
            await transport.close()

    with serving(lambda request: Response(204)) as (address, seen):
        settings.OUTBOUND_ALLOWLIST = []
        assert asyncio.run(send_by_engine()) == [
            Rejected(RejectReason.NOT_ALLOWED, "the address is no public https address")
        ]
        assert seen == []
        settings.OUTBOUND_ALLOWLIST = [address.removeprefix("http://")]
        assert asyncio.run(send_by_engine()) == [Accepted()]
    (request,) = seen
    assert believed(request, OLD) == json.loads(request.body)
