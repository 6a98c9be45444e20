"""What Twilio reports later, believed where it is signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.sdk import Provider, Receipt, ReceiptKind
from orchestrator_sms.incoming import NO_TIME
from orchestrator_sms.twilio.reports import signature
from tests.plugins.sms.setups import (
    KEY,
    OTHER,
    PERSON,
    refused,
    twilio_request,
)


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
