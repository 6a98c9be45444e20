"""Delivery reports and replies: read where they are proven, refused where they are not."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.sdk import Provider, Receipt, ReceiptKind, Request, Response, SignatureInvalid
from orchestrator_sms import gateway, smsapi, twilio
from orchestrator_sms.incoming import NO_TIME, moment_of
from orchestrator_sms.twilio.reports import signature
from tests.plugins.sms import setups
from tests.plugins.sms.setups import (
    PUBLIC,
    SECRET,
    gateway_report,
    smsapi_reply,
    smsapi_report,
    twilio_request,
)

KEY, OTHER = "0f" * 16, "1e" * 16
AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
UNIX = str(int(AT.timestamp()))
PERSON = "+48600000001"
Made = Callable[..., Provider]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Made:
    """Makes a provider of its variables."""

    def make(read: Callable[[], Provider | None], variables: dict[str, str]) -> Provider:
        setups.set_up(monkeypatch, variables)
        provider = read()
        assert provider is not None
        return provider

    return make


@pytest.fixture
def from_smsapi(make: Made) -> Provider:
    return make(smsapi.from_environment, setups.SMSAPI)


@pytest.fixture
def from_twilio(make: Made) -> Provider:
    return make(twilio.from_environment, setups.TWILIO)


@pytest.fixture
def from_gateway(make: Made) -> Provider:
    return make(gateway.from_environment, setups.GATEWAY)


def refused(provider: Provider, *requests: Request) -> None:
    for request in requests:
        with pytest.raises(SignatureInvalid):
            provider.parse_receipts(request)


def test_smsapi_tells_of_several_messages_at_once(from_smsapi: Provider):
    request = smsapi_report(
        {
            "MsgId": "A1,B2,C3,D4",
            "status": "404,405,410,402",
            "idx": f"{KEY},{OTHER},{KEY},order-7",
            "donedate": f"{UNIX},{UNIX},{UNIX},soon",
            "to": "48600000001,48600000002,48600000003,48600000004",
            "username": "shop,shop,shop,shop",
        }
    )
    soft = ReceiptKind.SOFT_BOUNCED
    assert from_smsapi.parse_receipts(request) == [
        Receipt("A1:404", ReceiptKind.DELIVERED, AT, KEY, "A1", PERSON),
        Receipt("B2:405", soft, AT, OTHER, "B2", "+48600000002", "SMSAPI status 405"),
        Receipt("D4:402", soft, NO_TIME, "", "D4", "+48600000004", "SMSAPI status 402"),
    ]


def test_a_list_of_another_length_belongs_to_nobody(from_smsapi: Provider):
    request = smsapi_report({"MsgId": "A1,B2", "status": "404,404", "idx": KEY, "donedate": UNIX})
    assert from_smsapi.parse_receipts(request) == [
        Receipt("A1:404", ReceiptKind.DELIVERED, NO_TIME, "", "A1"),
        Receipt("B2:404", ReceiptKind.DELIVERED, NO_TIME, "", "B2"),
    ]


def test_smsapi_hands_on_a_reply(from_smsapi: Provider):
    fields = {
        "sms_from": "48600000001",
        "sms_to": "48732123456",
        "sms_text": "STOP, proszę",
        "sms_date": UNIX,
    }
    [reply] = from_smsapi.parse_receipts(smsapi_reply(fields | {"MsgId": "A1"}))
    assert replace(reply, id="") == Receipt(
        "", ReceiptKind.REPLIED, AT, reference="A1", recipient=PERSON, detail="STOP, proszę"
    )
    assert from_smsapi.parse_receipts(smsapi_reply(fields | {"MsgId": "A1"})) == [reply]
    [later] = from_smsapi.parse_receipts(smsapi_reply(fields | {"sms_date": str(int(UNIX) + 1)}))
    assert later.id != reply.id


def test_without_the_secret_smsapi_is_not_believed(from_smsapi: Provider, make: Made):
    fields = {"MsgId": "A1", "status": "404"}
    true = smsapi_report(fields)
    refused(
        from_smsapi,
        smsapi_report(fields, "callback-secret-0123456780"),
        smsapi_report(fields, ""),
        smsapi_report(fields, "ż"),
        smsapi_reply({"sms_from": "48600000001", "sms_text": "STOP", "secret": SECRET}, secret="no"),
        replace(true, url=f"{PUBLIC}/hooks/smsapi/"),
        replace(true, url=true.url + "&x=1" * 500),
    )
    open_to_all = make(smsapi.from_environment, {"SMSAPI_TOKEN": "t"})
    refused(open_to_all, true, smsapi_report(fields, ""), replace(true, url=f"{PUBLIC}/hooks/smsapi/"))


def test_what_smsapi_says_besides_is_passed_over(from_smsapi: Provider):
    assert from_smsapi.parse_receipts(smsapi_report({})) == []
    assert from_smsapi.parse_receipts(smsapi_report({"MsgId": "", "status": "404"})) == []
    assert from_smsapi.parse_receipts(smsapi_report({"MsgId": "A1", "status": "403"})) == []


def test_the_signature_of_twilio_is_that_of_its_documentation():
    """The example of Twilio's page on security, whose account has the token 12345."""
    form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(url, form, "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        ("delivered", "", ReceiptKind.DELIVERED),
        ("undelivered", "30005", ReceiptKind.BOUNCED),
        ("undelivered", "30006", ReceiptKind.BOUNCED),
        ("undelivered", "30003", ReceiptKind.SOFT_BOUNCED),
        ("failed", "30007", ReceiptKind.SOFT_BOUNCED),
        ("failed", "21610", ReceiptKind.UNSUBSCRIBED),
        ("failed", "", ReceiptKind.SOFT_BOUNCED),
    ],
)
def test_twilio_tells_what_became_of_a_message(
    from_twilio: Provider, status: str, code: str, kind: ReceiptKind
):
    fields = {"MessageSid": "SM1", "MessageStatus": status, "To": PERSON} | (
        {"ErrorCode": code} if code else {}
    )
    assert from_twilio.parse_receipts(twilio_request(fields, f"key={KEY}")) == [
        Receipt(f"SM1:{status}", kind, NO_TIME, KEY, "SM1", PERSON, f"Twilio error {code}" if code else "")
    ]


@pytest.mark.parametrize("status", ["queued", "sent", "sending", "accepted", "read"])
def test_what_is_still_on_its_way_is_no_receipt(from_twilio: Provider, status: str):
    assert from_twilio.parse_receipts(twilio_request({"MessageSid": "SM1", "MessageStatus": status})) == []


def test_a_key_that_is_none_of_ours_is_not_passed_on(from_twilio: Provider):
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    for query in ("", "key=", "key=x", f"key={KEY.upper()}"):
        [receipt] = from_twilio.parse_receipts(twilio_request(fields, query))
        assert receipt.message_key == ""


def test_twilio_hands_on_a_reply_and_a_stop_word_in_any_language(from_twilio: Provider):
    fields = {
        "MessageSid": "SM2",
        "SmsStatus": "received",
        "From": PERSON,
        "To": "+48732123456",
        "Body": "Nie!",
    }
    reply = Receipt("SM2", ReceiptKind.REPLIED, NO_TIME, recipient=PERSON, detail="Nie!")
    assert from_twilio.parse_receipts(twilio_request(fields)) == [reply]
    stop = from_twilio.parse_receipts(twilio_request(fields | {"OptOutType": "STOP"}))
    assert stop == [replace(reply, kind=ReceiptKind.UNSUBSCRIBED)]
    assert from_twilio.parse_receipts(twilio_request(fields | {"OptOutType": "HELP"})) == [reply]


def test_twilio_may_sign_the_usual_port_or_leave_it_out(from_twilio: Provider):
    true = twilio_request({"MessageSid": "SM1", "MessageStatus": "delivered"})
    with_port = replace(true, url=true.url.replace("shop.example", "shop.example:443"))
    assert from_twilio.parse_receipts(with_port) == from_twilio.parse_receipts(true) != []
    refused(from_twilio, replace(true, url=true.url.replace("shop.example", "shop.example:8443")))


def test_forgeries_of_twilio_are_refused(from_twilio: Provider):
    true = twilio_request({"MessageSid": "SM1", "MessageStatus": "delivered"}, f"key={KEY}")
    refused(
        from_twilio,
        replace(true, body=true.body + b"&ErrorCode=1"),
        replace(true, url=true.url.replace(KEY, OTHER)),
        replace(true, url=true.url.replace("https", "http")),
        replace(true, headers={}),
        replace(true, headers={"x-twilio-signature": "ż"}),
        replace(true, method="GET"),
        replace(true, body=b"&".join([b"a=1"] * 201)),
        twilio_request({"MessageSid": "SM1", "MessageStatus": "delivered"}, token="another"),
    )


def test_a_gateway_tells_what_its_settings_name(from_gateway: Provider):
    events = [
        {
            "event_id": "e1",
            "client_id": KEY,
            "message_id": 17,
            "msisdn": "48600000001",
            "state": "DELIVRD",
            "time": UNIX,
        },
        {"event_id": "e2", "message_id": "m2", "state": "REJECTD", "time": "2026-03-14T10:26:53+01:00"},
        {"event_id": "e3", "message_id": "m3", "state": "ENROUTE"},
        {"event_id": "e4", "msisdn": "48600000001", "state": "INBOUND", "content": "stop"},
        {"message_id": "m5", "state": "EXPIRED"},
        "nonsense",
    ]
    found = from_gateway.parse_receipts(gateway_report({"events": events}))
    assert found[:3] == [
        Receipt("e1", ReceiptKind.DELIVERED, AT, KEY, "17", PERSON, "status DELIVRD"),
        Receipt("e2", ReceiptKind.BOUNCED, AT, "", "m2", "", "status REJECTD"),
        Receipt("e4", ReceiptKind.REPLIED, NO_TIME, "", "", PERSON, "stop"),
    ]
    soft = Receipt("", ReceiptKind.SOFT_BOUNCED, NO_TIME, "", "m5", "", "status EXPIRED")
    assert [replace(one, id="") for one in found[3:]] == [soft]
    assert len(found[3].id) == 32
    assert from_gateway.parse_receipts(gateway_report({"events": events})) == found


@pytest.mark.parametrize("said", [{}, {"events": None}, {"events": [7]}, [], 7, None])
def test_a_gateway_that_says_nothing_gives_no_receipt(from_gateway: Provider, said: object):
    assert from_gateway.parse_receipts(gateway_report(said)) == []


def test_a_gateway_may_write_its_signature_in_other_ways(make: Made):
    true = gateway_report({"events": [{"event_id": "e1", "message_id": "m1", "state": "DELIVRD"}]})
    provider = make(gateway.from_environment, setups.GATEWAY)
    prefixed = {"x-signature": "sha256=" + true.headers["x-signature"].upper()}
    assert len(provider.parse_receipts(replace(true, headers=prefixed))) == 1
    refused(provider, replace(true, headers={"x-signature": "sha1=" + true.headers["x-signature"]}))
    other = make(
        gateway.from_environment, setups.GATEWAY | {"SMS_GATEWAY_REPORT_SIGNATURE": "X-Sign:sha1:base64"}
    )
    refused(other, true)
    digest = base64.b64encode(hmac.new(SECRET.encode(), true.body, hashlib.sha1).digest()).decode()
    signed = replace(true, headers={"x-sign": digest})
    assert other.parse_receipts(signed) == provider.parse_receipts(true)
    refused(other, replace(true, headers={"x-sign": digest.lower()}))


def test_a_gateway_without_signatures_shows_the_secret_in_the_url(make: Made):
    variables = {name: value for name, value in setups.GATEWAY.items() if "SIGNATURE" not in name}
    reports = '{"reference": "id", "status": "dlr", "kinds": {"1": "delivered"}, "recipient": "from", "text": "msg"}'
    provider = make(gateway.from_environment, variables | {"SMS_GATEWAY_REPORTS": reports})
    url = f"{PUBLIC}/hooks/sms_gateway/?secret={SECRET}"
    [delivered] = provider.parse_receipts(Request("GET", f"{url}&id=m1&dlr=1"))
    assert (delivered.kind, delivered.reference) == (ReceiptKind.DELIVERED, "m1")
    [reply] = provider.parse_receipts(Request("POST", url, {}, b"from=48600000001&msg=Rezygnuj%C4%99"))
    assert (reply.kind, reply.recipient, reply.detail) == (ReceiptKind.REPLIED, PERSON, "Rezygnuję")
    refused(provider, Request("GET", f"{PUBLIC}/hooks/sms_gateway/?id=m1&dlr=1"), Request("POST", url[:-1]))


def test_each_reads_back_what_it_wants_to(from_smsapi: Provider, from_twilio: Provider, make: Made):
    """Twilio would send a plain word to the person who wrote."""
    assert (from_smsapi.receipt_answer.status, from_smsapi.receipt_answer.body) == (200, b"OK")
    xml = {"content-type": "text/xml"}
    assert from_twilio.receipt_answer == Response(200, xml, b"<Response/>")
    plain = make(gateway.from_environment, setups.GATEWAY)
    wordy = make(gateway.from_environment, setups.GATEWAY | {"SMS_GATEWAY_REPORT_ANSWER": "ACK/Jasmin"})
    assert (plain.receipt_answer.body, wordy.receipt_answer.body) == (b"OK", b"ACK/Jasmin")


def test_what_a_signature_of_the_body_does_not_cover_is_not_read(from_gateway: Provider):
    true = gateway_report("")
    forged = replace(true, url=f"{true.url}?event_id=e1&message_id=m1&state=DELIVRD")
    assert from_gateway.parse_receipts(forged) == []


def test_a_gateway_whose_settings_name_no_reports_is_not_believed(make: Made):
    variables = {name: value for name, value in setups.GATEWAY.items() if name != "SMS_GATEWAY_REPORTS"}
    refused(make(gateway.from_environment, variables), gateway_report({"events": []}))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (UNIX, AT),
        (UNIX + "000", AT),
        ("2026-03-14T09:26:53", AT),
        ("2026-03-14 10:26:53+01:00", AT),
        ("2026-03-14T09:26:53Z", AT),
        ("", NO_TIME),
        ("yesterday", NO_TIME),
        ("99999999999999999999", NO_TIME),
    ],
)
def test_moments(written: str, moment: datetime):
    assert moment_of(written) == moment
