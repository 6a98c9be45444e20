"""What leaves, field by field, and what becomes of a batch of which a part cannot leave."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.sdk import (
    Accepted,
    Deferred,
    Message,
    Provider,
    ProviderUnavailable,
    PushContent,
    Rejected,
    RejectReason,
    Request,
    Response,
    Result,
    SmsContent,
    TransportError,
    Unknown,
)
from orchestrator.sdk.testing import FakeTransport, Gateway, make_message, make_messages
from orchestrator_sms import gateway, smsapi, twilio
from tests.plugins.sms import setups
from tests.plugins.sms.fakes import AUTH_TOKEN, SID, FakeSmsapi, FakeTwilio, form_of

FIRST = make_message("sms", text="Zażółć & 100% = €10")
KEY = FIRST.key
OK = FakeSmsapi(Gateway())


def made(monkeypatch: pytest.MonkeyPatch, read: Callable[[], Provider | None], **variables: str) -> Provider:
    setups.set_up(monkeypatch, variables)
    provider = read()
    assert provider is not None
    return provider


def sent(provider: Provider, transport: FakeTransport, *messages: Message) -> Sequence[Result]:
    return asyncio.run(provider.send(messages, transport))


def test_smsapi_gets_number_text_sender_and_key(monkeypatch: pytest.MonkeyPatch):
    transport = FakeTransport(FakeSmsapi(Gateway()))
    provider = made(monkeypatch, smsapi.from_environment, **setups.SMSAPI, PUBLIC_URL="https://shop.example/")
    assert sent(provider, transport, FIRST) == [Accepted("5CCA6E1133700001")]
    [request] = transport.requests
    assert (request.method, request.url) == ("POST", "https://api.smsapi.pl/sms.do")
    assert form_of(request) == {
        "to": FIRST.recipient[1:],
        "message": "Zażółć & 100% = €10",
        "from": "Shop",
        "encoding": "utf-8",
        "idx": KEY,
        "check_idx": "1",
        "notify_url": f"https://shop.example/hooks/smsapi/?secret={setups.SECRET}",
        "format": "json",
    }


def test_smsapi_uses_its_own_sender_where_the_brand_has_none_and_asks_for_no_report_without_a_secret(
    monkeypatch: pytest.MonkeyPatch,
):
    transport = FakeTransport(OK)
    variables = {name: value for name, value in setups.SMSAPI.items() if "SECRET" not in name}
    provider = made(monkeypatch, smsapi.from_environment, **variables, PUBLIC_URL="https://shop.example")
    sent(provider, transport, replace(FIRST, content=SmsContent("x")))
    fields = form_of(transport.requests[0])
    assert fields["from"] == "Filizanka"
    assert "notify_url" not in fields


@pytest.mark.parametrize("public", ["", "http://127.0.0.1:8000"])
def test_nobody_is_asked_to_call_back_where_no_one_can(monkeypatch: pytest.MonkeyPatch, public: str):
    first, second = FakeTransport(OK), FakeTransport(FakeTwilio(Gateway()))
    sent(made(monkeypatch, smsapi.from_environment, **setups.SMSAPI, PUBLIC_URL=public), first, FIRST)
    sent(made(monkeypatch, twilio.from_environment, **setups.TWILIO, PUBLIC_URL=public), second, FIRST)
    assert "notify_url" not in form_of(first.requests[0])
    assert "StatusCallback" not in form_of(second.requests[0])


def test_twilio_gets_number_text_and_sender_and_our_key_in_the_address_of_its_reports(
    monkeypatch: pytest.MonkeyPatch,
):
    transport = FakeTransport(FakeTwilio(Gateway()))
    provider = made(monkeypatch, twilio.from_environment, **setups.TWILIO, PUBLIC_URL=setups.PUBLIC)
    assert sent(provider, transport, FIRST) == [Accepted("SM" + f"{1:032x}")]
    [request] = transport.requests
    assert request.url == f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json"
    login = base64.b64decode(request.headers["authorization"].removeprefix("Basic "))
    assert login.decode() == f"{SID}:{AUTH_TOKEN}"
    assert form_of(request) == {
        "To": FIRST.recipient,
        "From": "+48732123456",
        "Body": "Zażółć & 100% = €10",
        "StatusCallback": f"https://shop.example/hooks/twilio/?key={KEY}",
    }


def test_a_messaging_service_stands_in_place_of_the_number(monkeypatch: pytest.MonkeyPatch):
    transport = FakeTransport(FakeTwilio(Gateway()))
    service = "MG" + "ab" * 16
    provider = made(monkeypatch, twilio.from_environment, **setups.TWILIO | {"TWILIO_FROM": service})
    sent(provider, transport, FIRST)
    assert form_of(transport.requests[0]) == {
        "To": FIRST.recipient,
        "MessagingServiceSid": service,
        "Body": "Zażółć & 100% = €10",
    }


def test_a_gateway_gets_what_the_settings_describe(monkeypatch: pytest.MonkeyPatch):
    transport = FakeTransport(Response(202, {}, b'{"results": [{"state": "queued", "message_id": 7}]}'))
    provider = made(monkeypatch, gateway.from_environment, **setups.GATEWAY)
    tricky = replace(FIRST, content=SmsContent('{key} "quoted" \\ {"a": 1}\n🎉', sender_name="Sklep"))
    assert sent(provider, transport, tricky) == [Accepted("7")]
    [request] = transport.requests
    assert request.headers == {
        "content-type": "application/json",
        "authorization": "Bearer gateway-token",
        "idempotency-key": KEY,
    }
    said = {
        "id": KEY,
        "msisdn": FIRST.recipient[1:],
        "content": '{key} "quoted" \\ {"a": 1}\n🎉',
        "from": "Sklep",
    }
    assert json.loads(request.body) == {"messages": [said]}


def test_a_gateway_that_takes_all_in_the_url(monkeypatch: pytest.MonkeyPatch):
    transport = FakeTransport(Response(200, {}, b"OK 42\n"))
    provider = made(
        monkeypatch,
        gateway.from_environment,
        SMS_GATEWAY_URL="https://gateway.example/send?user=x&to={number}&msg={text}&from={sender}",
        SMS_GATEWAY_METHOD="get",
        SMS_GATEWAY_SENDER="Sklep & Syn",
        SMS_GATEWAY_ACCEPTED="200 body=OK*",
    )
    plain = replace(FIRST, content=SmsContent("a&to=1#ż /?"))
    assert sent(provider, transport, plain) == [Accepted()]
    assert transport.requests == [
        Request(
            "GET",
            f"https://gateway.example/send?user=x&to={FIRST.recipient[1:]}"
            "&msg=a%26to%3D1%23%C5%BC%20%2F%3F&from=Sklep%20%26%20Syn",
        )
    ]


def test_a_gateway_that_takes_a_form(monkeypatch: pytest.MonkeyPatch):
    transport = FakeTransport(Response(200, {}, b'{"id": 1}'))
    provider = made(
        monkeypatch,
        gateway.from_environment,
        SMS_GATEWAY_URL="https://gateway.example/send",
        SMS_GATEWAY_FORMAT="form",
        SMS_GATEWAY_BODY='{"to": "{to}", "text": "{text}", "type": 1}',
        SMS_GATEWAY_ACCEPTED="200 id",
    )
    sent(provider, transport, FIRST)
    fields = {"to": FIRST.recipient, "text": "Zażółć & 100% = €10", "type": "1"}
    assert form_of(transport.requests[0]) == fields


PROVIDERS = [
    (smsapi.from_environment, setups.SMSAPI),
    (twilio.from_environment, setups.TWILIO),
    (gateway.from_environment, setups.GATEWAY),
]


@pytest.mark.parametrize(("read", "variables"), PROVIDERS)
def test_what_can_never_leave_is_refused_before_a_byte_does(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], Provider | None], variables: dict[str, str]
):
    transport = FakeTransport()
    messages = (
        replace(FIRST, recipient="600 000 001"),
        replace(FIRST, content=PushContent("a", "b")),
        replace(FIRST, content=SmsContent("half \ud83d")),
    )
    assert sent(made(monkeypatch, read, **variables), transport, *messages) == [
        Rejected(RejectReason.INVALID_ADDRESS, "the recipient is not a phone number"),
        Rejected(RejectReason.OTHER, "the content is not that of a text message"),
        Rejected(RejectReason.OTHER, "the text holds half a character"),
    ]
    assert transport.attempts == []


@pytest.mark.parametrize(("read", "variables"), PROVIDERS)
def test_a_batch_of_which_only_some_could_leave_defers_the_others(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], Provider | None], variables: dict[str, str]
):
    transport = FakeTransport(
        [
            TransportError("refused", sent=False),
            TransportError("reset", sent=True),
            Response(429, {"retry-after": "9"}),
        ]
    )
    results = sent(made(monkeypatch, read, **variables), transport, *make_messages("sms", 3))
    assert [type(result) for result in results] == [Deferred, Unknown, Deferred]
    assert isinstance(results[2], Deferred)
    assert results[2].retry_after == timedelta(seconds=9)


def test_a_batch_of_which_none_could_leave_is_tried_again_as_a_whole(monkeypatch: pytest.MonkeyPatch):
    provider = made(monkeypatch, smsapi.from_environment, **setups.SMSAPI)
    transport = FakeTransport(TransportError("refused", sent=False))
    with pytest.raises(ProviderUnavailable, match=r"^no connection to SMSAPI$"):
        sent(provider, transport, *make_messages("sms", 3))
    assert len(transport.attempts) == 3
