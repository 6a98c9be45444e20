"""What a gateway reports later, read and proven as its settings say."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest

from orchestrator.sdk import Provider, Receipt, ReceiptKind, Request
from orchestrator_sms import gateway
from orchestrator_sms.incoming import NO_TIME
from tests.plugins.sms import setups
from tests.plugins.sms.conftest import Made
from tests.plugins.sms.setups import (
    AT,
    KEY,
    PERSON,
    PUBLIC,
    SECRET,
    UNIX,
    gateway_report,
    refused,
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


def test_what_a_signature_of_the_body_does_not_cover_is_not_read(make: Made):
    reports = '{"reference": "id", "status": "state", "kinds": {"DELIVRD": "delivered"}}'
    provider = make(gateway.from_environment, setups.GATEWAY | {"SMS_GATEWAY_REPORTS": reports})
    assert len(provider.parse_receipts(gateway_report({"id": "m1", "state": "DELIVRD"}))) == 1
    true = gateway_report("")
    assert provider.parse_receipts(replace(true, url=f"{true.url}?id=m1&state=DELIVRD")) == []


def test_a_gateway_whose_settings_name_no_reports_is_not_believed(make: Made):
    variables = {name: value for name, value in setups.GATEWAY.items() if name != "SMS_GATEWAY_REPORTS"}
    refused(make(gateway.from_environment, variables), gateway_report({"events": []}))
