"""What SMSAPI reports later: delivery reports and replies, believed with the secret in their URL."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.sdk import Provider, Receipt, ReceiptKind
from orchestrator_sms import smsapi
from orchestrator_sms.incoming import NO_TIME
from tests.plugins.sms.conftest import Made
from tests.plugins.sms.setups import (
    AT,
    KEY,
    OTHER,
    PERSON,
    PUBLIC,
    SECRET,
    UNIX,
    refused,
    smsapi_reply,
    smsapi_report,
)


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
