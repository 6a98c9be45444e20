"""What a receiver's answers mean, which addresses are never called, and what is said of wrong settings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from orchestrator.sdk import (
    Accepted,
    Content,
    Deferred,
    Message,
    PluginError,
    ProviderUnavailable,
    Rejected,
    RejectReason,
    Response,
    Result,
    SmsContent,
    TransportError,
    TransportRefused,
    Unknown,
    WebhookContent,
)
from orchestrator.sdk.testing import FakeTransport, make_message
from orchestrator.sdk.testing.factories import COMPOSED_AT
from orchestrator_webhook import plugin
from orchestrator_webhook.provider import NotSent, WebhookProvider
from orchestrator_webhook.signature import Secrets

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REFUSED = TransportError("refused", sent=False)


def send(transport: FakeTransport, *messages: Message) -> Sequence[Result]:
    provider = WebhookProvider(Secrets.read(SECRET), lambda: COMPOSED_AT)
    return asyncio.run(provider.send(messages, transport))


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Response(200, {}, b"whatever"), Accepted()),
        (Response(204), Accepted()),
        (Response(410), Rejected(RejectReason.INVALID_ADDRESS, "the receiver answered 410")),
        (Response(413), Rejected(RejectReason.TOO_LARGE, "the receiver answered 413")),
        (Response(400), Rejected(RejectReason.OTHER, "the receiver answered 400")),
        (Response(404), Rejected(RejectReason.OTHER, "the receiver answered 404")),
        (Response(308), Rejected(RejectReason.OTHER, "the receiver answered 308")),
        (Response(429), Deferred(None, "the receiver answered 429")),
        (
            Response(429, {"retry-after": "9"}),
            Deferred(timedelta(seconds=9), "the receiver answered 429"),
        ),
        (
            Response(503, {"retry-after": "Sat, 14 Mar 2026 09:27:53 GMT"}),
            Deferred(timedelta(minutes=1), "the receiver answered 503"),
        ),
        (Response(503), Unknown("the receiver answered 503")),
        (Response(500), Unknown("the receiver answered 500")),
        (TransportError("reset", sent=True), Unknown("no clear answer")),
    ],
)
def test_an_answer_is_read_exactly(answer: Response | TransportError, result: Result) -> None:
    assert send(FakeTransport(answer), make_message("webhook")) == [result]


def test_of_a_batch_only_what_did_not_leave_is_deferred() -> None:
    messages = [make_message("webhook", number) for number in (1, 2)]
    results = send(FakeTransport([Response(200), REFUSED]), *messages)
    assert results == [Accepted(), NotSent(detail="no connection")]
    with pytest.raises(ProviderUnavailable):
        send(FakeTransport(REFUSED), *messages)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (SmsContent("hi"), "the content is not that of a webhook"),
        (WebhookContent("\ud800"), "the content holds half a character"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_leaves(content: Content, detail: str) -> None:
    transport = FakeTransport()
    assert send(transport, make_message("webhook", content=content)) == [Rejected(RejectReason.OTHER, detail)]
    assert transport.attempts == []


def test_an_address_that_leads_inside_is_refused_by_the_guard_and_not_repeated() -> None:
    transport = FakeTransport(TransportRefused("shop.example.com leads to an address that is not public"))
    assert send(transport, make_message("webhook")) == [
        Rejected(RejectReason.NOT_ALLOWED, "the address is no public https address")
    ]
    assert [request.guarded for request in transport.attempts] == [True]


@pytest.mark.parametrize(
    "setting", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_ż", f"{SECRET} whsec_"]
)
def test_a_wrong_secret_is_named_by_its_number_and_never_repeated(
    monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRETS", setting)
    with pytest.raises(PluginError, match=r"WEBHOOK_SECRETS: number [12] is no secret") as raised:
        plugin.register_providers()
    assert setting.split()[-1] not in str(raised.value).replace("whsec_ and 24", "")


@pytest.mark.parametrize(
    ("setting", "count", "said"),
    [
        (
            "",
            0,
            "WEBHOOK_SECRETS is empty: the webhook provider is off, webhooks go to the built-in mailbox.",
        ),
        (f" {SECRET}  {SECRET} ", 1, "Webhooks leave signed with 2 secret(s)."),
    ],
)
def test_the_provider_is_on_while_there_are_secrets(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    setting: str,
    count: int,
    said: str,
) -> None:
    caplog.set_level("INFO", "orchestrator_webhook")
    monkeypatch.setenv("WEBHOOK_SECRETS", setting)
    providers = plugin.register_providers()
    assert ([provider.name for provider in providers], caplog.messages) == (["webhook"] * count, [said])
