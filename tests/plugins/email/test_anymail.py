"""The provider `anymail`: settings, what leaves, what answers mean, and each provider's reports."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from orchestrator.sdk import (
    Accepted,
    Deferred,
    EmailContent,
    PluginError,
    Receipt,
    ReceiptKind,
    Rejected,
    RejectReason,
    Request,
    Result,
    SignatureInvalid,
    Unknown,
)
from orchestrator.sdk.testing.factories import make_message
from orchestrator_email import plugin
from orchestrator_email.esp.provider import AnymailProvider
from orchestrator_email.esp.settings import Esp, read
from tests.plugins.email.api import Api, Reply

K = ReceiptKind
AT = datetime(2026, 3, 14, 9, 27, 10, tzinfo=UTC)
TO = "canary.customer.1@example.com"
KEY = make_message("email").key
BASIC = {"authorization": "Basic " + base64.b64encode(b"hook:secret").decode()}
POSTMARK_OK = json.dumps({"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1", "To": TO}).encode()
INACTIVE = (
    "You tried to send to recipient(s) that have been marked as inactive. "
    f"Found inactive addresses: {TO}. Inactive recipients are ones that have generated a hard bounce."
)
LEFT = {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "ManualSuppression"}
pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailWarning")


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api(lambda call: Reply(200, POSTMARK_OK, {"Content-Type": "application/json"}))
    yield made
    made.close()


def postmark(api: Api, **more: Any) -> AnymailProvider:
    options = {"server_token": "token", "api_url": api.url}
    return AnymailProvider(Esp("postmark", "Postmark", options, timeout=5), **more)


def send(api: Api, *replies: Reply, count: int = 1, **more: Any) -> list[Result]:
    """Send messages 1 … count to an API that gives these replies, the last again and again."""
    left = list(replies)
    if left:
        api.reply = lambda call: left.pop(0) if len(left) > 1 else left[0]
    return list(postmark(api, **more).send_blocking([make_message("email", n) for n in range(1, count + 1)]))


def test_the_letter_has_our_headers_and_our_key(api: Api):
    assert send(api) == [Accepted("pm-1")]
    (call,) = api.calls
    assert call.headers["X-Postmark-Server-Token"] == "token"
    assert call.json() == {
        "From": "The Shop <shop@example.com>",
        "To": TO,
        "Subject": "A word from the shop",
        "TextBody": "Good morning, this is message 1.",
        "HtmlBody": "<p>Good morning, this is message 1.</p>",
        "Headers": [
            {"Name": "List-Unsubscribe", "Value": "<https://example.com/u/AbCdEf0123456789>"},
            {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
        ],
        "Metadata": {"key": KEY},
    }


def answer(error: int, words: str, status: int = 422) -> Reply:
    body = json.dumps({"ErrorCode": error, "Message": words}).encode()
    return Reply(status, body, {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (answer(300, f"Error parsing 'To': Illegal email address '{TO}'."), RejectReason.INVALID_ADDRESS),
        (answer(406, INACTIVE), RejectReason.BLOCKED),
        (Reply(413), Rejected(RejectReason.TOO_LARGE, "Postmark answered 413")),
        (Reply(400), Rejected(RejectReason.OTHER, "Postmark answered 400")),
        (Reply(401), Deferred(None, "Postmark answered 401")),
        (Reply(429, headers={"Retry-After": "7"}), Deferred(timedelta(seconds=7), "Postmark answered 429")),
        (Reply(429, headers={"Retry-After": "soon"}), Deferred(None, "Postmark answered 429")),
        (Reply(408), Unknown("Postmark answered 408")),
        (Reply(503), Unknown("Postmark answered 503")),
        (Reply(200, b"<html>"), Unknown("Postmark answered 200")),
        (Reply(breaks=True), Unknown("the connection to Postmark broke, or its answer came too late")),
    ],
)  # fmt: skip
def test_what_an_answer_means(api: Api, reply: Reply, result: object):
    (given,) = send(api, reply)
    assert given == result or (isinstance(given, Rejected) and given.reason is result)
    assert TO not in repr(given)


def test_each_message_gets_its_own_answer(api: Api):
    ok = Reply(200, POSTMARK_OK, {"Content-Type": "application/json"})
    results = send(api, Reply(429), ok, Reply(400), count=3)
    assert [type(result) for result in results] == [
        Deferred,
        Unknown,
        Rejected,
    ]  # the second names another person


def test_what_is_not_begun_in_time_is_deferred(api: Api):
    results = send(api, count=3, patience=-1)
    assert results[1:] == [Deferred(detail="the batch took too long; not begun")] * 2
    assert len(api.calls) == 1


def test_what_cannot_be_an_email_never_leaves(api: Api):
    content = EmailContent("Hello\r\nBcc: all@example.com", "text", sender_address="shop@example.com")
    (result,) = postmark(api).send_blocking([make_message("email", content=content)])
    assert result == Rejected(
        RejectReason.OTHER, "the header Subject holds a line break or control character"
    )
    assert api.calls == []


def test_the_environment_names_the_provider_and_its_keys(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANYMAIL_BACKEND", "Postmark")
    monkeypatch.setenv("ANYMAIL_POSTMARK_SERVER_TOKEN", "hush")
    monkeypatch.setenv("EMAIL_URL", "smtp://127.0.0.1")
    assert [provider.name for provider in plugin.register_providers()] == ["anymail", "smtp"]
    assert plugin.describe() == "Email leaves through the API of Postmark."
    esp = read({"ANYMAIL_BACKEND": "postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN": "hush"})
    assert esp is not None
    assert (esp.name, esp.options, "hush" in repr(esp)) == ("postmark", {"server_token": "hush"}, False)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        (
            {"ANYMAIL_BACKEND": "pigeon"},
            "ANYMAIL_BACKEND: 'pigeon' is not known. Write one of brevo, mailersend,",
        ),
        ({"ANYMAIL_BACKEND": "../os"}, "ANYMAIL_BACKEND: '../os' is not known."),
        (
            {"ANYMAIL_BACKEND": "postmark"},
            "Its settings are environment variables that begin with ANYMAIL_POSTMARK_",
        ),
    ],
)
def test_a_wrong_setting_says_how_to_write_it(environ: dict[str, str], words: str):
    with pytest.raises(PluginError) as error:
        read(environ)
    assert words in str(error.value)


# Reports


def reader(name: str, **options: str) -> AnymailProvider:
    keys = {"server_token": "t", "api_key": "k", "secret_key": "s", "api_token": "a"}
    return AnymailProvider(Esp(name, name.title(), keys | options))


def hook(body: Any, headers: dict[str, str] | None = None) -> Request:
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", **(headers or {})}
    return Request("POST", "https://shop.example/hooks/anymail/", given, written)


def told(receipts: Any) -> list[tuple[Any, ...]]:
    return [
        (one.kind, one.message_key, one.reference, one.recipient, one.detail, one.machine) for one in receipts
    ]


def bounce(**more: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "MessageID": "pm-1",
        "Details": "550 no such mailbox",
        "Email": TO,
        "BouncedAt": "2026-03-14T09:27:10Z",
        "Metadata": {"key": KEY},
        **more,
    }


def test_postmarks_bounce():
    (receipt,) = reader("postmark", webhook_secret="hook:secret").parse_receipts(hook(bounce(), BASIC))
    assert receipt == Receipt("bounced:42", K.BOUNCED, AT, KEY, "pm-1", TO, "550 no such mailbox")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (bounce(Type="SoftBounce"), K.SOFT_BOUNCED),
        (bounce(Type="Transient"), K.SOFT_BOUNCED),
        (bounce(Type="BadEmailAddress"), K.BOUNCED),
        (bounce(Type="Blocked"), K.SOFT_BOUNCED),
        (bounce(RecordType="SpamComplaint", Type="SpamComplaint"), K.COMPLAINED),
        ({**bounce(), "RecordType": "Delivery", "DeliveredAt": "2026-03-14T09:27:10Z"}, K.DELIVERED),
        ({**bounce(), **LEFT}, K.UNSUBSCRIBED),
        ({**bounce(), "RecordType": "SubscriptionChange", "SuppressSending": False}, None),
        ({**bounce(), "RecordType": "Open"}, K.OPENED),
        ({**bounce(), "RecordType": "Click", "OriginalLink": "https://shop.example/tea"}, K.CLICKED),
    ],
)  # fmt: skip
def test_postmarks_words(said: dict[str, Any], kind: ReceiptKind | None):
    receipts = reader("postmark", webhook_secret="hook:secret").parse_receipts(hook(said, BASIC))
    assert [one.kind for one in receipts] == ([kind] if kind else [])
    if kind is K.CLICKED:
        assert receipts[0].detail == "https://shop.example/tea"


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Basic aG9vazp3cm9uZw=="}, {"authorization": "Basic ?"}]
)
@pytest.mark.parametrize("name", ["postmark", "brevo", "mailjet"])
def test_a_report_without_the_password_is_not_believed(name: str, headers: dict[str, str]):
    with pytest.raises(SignatureInvalid):
        reader(name, webhook_secret="hook:secret").parse_receipts(hook(bounce(), headers))


@pytest.mark.parametrize("name", ["postmark", "brevo", "mailjet", "sendgrid", "mailersend", "sparkpost"])
def test_where_no_secret_is_set_no_report_is_read(name: str):
    with pytest.raises(NotImplementedError):
        reader(name).parse_receipts(hook(bounce(), BASIC))


def mailgun(event: str = "failed", **more: Any) -> dict[str, Any]:
    token = "a" * 50
    signature = hmac.new(b"signing", f"1773480430{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": "1773480430", "token": token, "signature": signature},
        "event-data": {
            "event": event,
            "severity": "permanent",
            "timestamp": 1773480430.0,
            "recipient": TO,
            "message": {"headers": {"message-id": "mg-1@shop.example"}},
            "user-variables": {"key": KEY},
            "delivery-status": {"message": "550 5.1.1 no", "description": ""},
            **more,
        },
    }


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (mailgun(), (K.BOUNCED, "550 5.1.1 no", False)),
        (mailgun(severity="temporary"), (K.SOFT_BOUNCED, "550 5.1.1 no", False)),
        (mailgun("clicked", url="https://shop.example/tea"), (K.CLICKED, "https://shop.example/tea", False)),
        (mailgun("opened", **{"client-info": {"bot": "apple"}}), (K.OPENED, "550 5.1.1 no", True)),
        (mailgun("complained"), (K.COMPLAINED, "550 5.1.1 no", False)),
        (mailgun("unsubscribed"), (K.UNSUBSCRIBED, "550 5.1.1 no", False)),
    ],
)
def test_mailguns_reports(said: dict[str, Any], expected: tuple[Any, ...]):
    kind, detail, machine = expected
    receipts = reader("mailgun", webhook_signing_key="signing").parse_receipts(hook(said))
    assert told(receipts) == [(kind, KEY, "<mg-1@shop.example>", TO, detail, machine)]
    assert receipts[0].occurred_at == datetime.fromtimestamp(1773480430, UTC)


@pytest.mark.parametrize(
    "broken", [b"", b"[]", b"{}", b"\xff", json.dumps({**mailgun(), "signature": {}}).encode()]
)
def test_mailguns_unsigned_reports_are_not_believed(broken: bytes):
    provider = reader("mailgun", webhook_signing_key="signing")
    with pytest.raises(SignatureInvalid):
        provider.parse_receipts(hook(broken))
    with pytest.raises(SignatureInvalid):
        reader("mailgun", webhook_signing_key="another").parse_receipts(hook(mailgun()))


def sendgrid_key() -> tuple[ec.EllipticCurvePrivateKey, str]:
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(public).decode()


def test_sendgrids_reports_many_in_one_and_signed():
    private, public = sendgrid_key()
    common = {"email": TO, "timestamp": 1773480430, "smtp-id": "<sg-1>", "key": KEY}
    events = [
        {**common, "event": "processed", "sg_event_id": "e0"},
        {**common, "event": "delivered", "sg_event_id": "e1", "response": "250 OK"},
        {**common, "event": "open", "sg_event_id": "e2", "sg_machine_open": True},
        {**common, "event": "bounce", "sg_event_id": "e3", "type": "blocked", "reason": "busy"},
        {**common, "event": "bounce", "sg_event_id": "e4", "type": "bounce", "reason": "no"},
        {**common, "event": "dropped", "sg_event_id": "e5", "reason": "Unsubscribed Address"},
    ]
    body = json.dumps(events).encode()
    signature = base64.b64encode(private.sign(b"1773480430" + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": "1773480430",
    }
    provider = reader("sendgrid", tracking_webhook_verification_key=public)
    receipts = provider.parse_receipts(hook(body, headers))
    assert [(one.kind, one.machine) for one in receipts] == [
        (K.DELIVERED, False),
        (K.OPENED, True),
        (K.SOFT_BOUNCED, False),
        (K.BOUNCED, False),
        (K.UNSUBSCRIBED, False),
    ]
    assert {(one.message_key, one.reference, one.recipient) for one in receipts} == {(KEY, "<sg-1>", TO)}
    assert [one.id for one in receipts][:2] == ["delivered:e1", "opened:e2"]
    unsigned = {**headers, "x-twilio-email-event-webhook-signature": "?"}
    for forged in (hook(body + b" ", headers), hook(body, unsigned), hook(body)):
        with pytest.raises(SignatureInvalid):
            provider.parse_receipts(forged)


@pytest.mark.parametrize(
    ("event", "kind", "machine"),
    [
        ("delivered", K.DELIVERED, False),
        ("hard_bounce", K.BOUNCED, False),
        ("soft_bounce", K.SOFT_BOUNCED, False),
        ("deferred", K.SOFT_BOUNCED, False),
        ("blocked", K.SOFT_BOUNCED, False),
        ("spam", K.COMPLAINED, False),
        ("unsubscribe", K.UNSUBSCRIBED, False),
        ("opened", K.OPENED, False),
        ("proxy_open", K.OPENED, True),
        ("click", K.CLICKED, False),
        ("request", None, False),
    ],
)
def test_brevos_reports(event: str, kind: ReceiptKind | None, machine: bool):
    custom = json.dumps({"key": KEY})
    said = {
        "event": event,
        "email": TO,
        "ts_epoch": 1773480430000,
        "message-id": "<br-1>",
        "X-Mailin-custom": custom,
    }
    provider = reader("brevo", webhook_secret="hook:secret")
    first, again = (provider.parse_receipts(hook(said, BASIC)) for _ in range(2))
    assert told(first) == ([(kind, KEY, "<br-1>", TO, "", machine)] if kind else [])
    assert first == again  # it gives its reports no id, so they get one of their own
    assert len({one.id for one in [*first, *again]}) == len(first)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"event": "sent"}, K.DELIVERED),
        ({"event": "bounce", "hard_bounce": True}, K.BOUNCED),
        ({"event": "bounce", "hard_bounce": False}, K.SOFT_BOUNCED),
        ({"event": "spam"}, K.COMPLAINED),
        ({"event": "unsub"}, K.UNSUBSCRIBED),
    ],
)
def test_mailjets_reports(said: dict[str, Any], kind: ReceiptKind):
    payload = {
        "time": 1773480430,
        "MessageID": 19421777835146490,
        "email": TO,
        "Payload": json.dumps({"key": KEY}),
    }
    receipts = reader("mailjet", webhook_secret="hook:secret").parse_receipts(
        hook([{**payload, **said}], BASIC)
    )
    assert [(one.kind, one.message_key, one.reference) for one in receipts] == [
        (kind, KEY, "19421777835146490")
    ]
