"""What the documented answers of SMSAPI and Twilio mean, code by code; no detail holds a number or a word of a message."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.sdk import (
    Accepted,
    Deferred,
    ProviderUnavailable,
    Rejected,
    RejectReason,
    Response,
    Unknown,
)
from orchestrator_sms.smsapi import answers as smsapi
from orchestrator_sms.twilio import answers as twilio
from tests.plugins.sms.fakes import answer_json

KEY = "0f" * 16
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def listed(**fields: Any) -> Response:
    one = {"id": "5CCA6E", "number": "48600000001", "status": "QUEUE", "error": None, "idx": KEY}
    return answer_json(200, {"count": 1, "list": [one | fields]})


def test_smsapi_takes_a_message():
    assert smsapi.read(listed(), KEY) == Accepted("5CCA6E")
    assert smsapi.read(Response(201, {}, listed().body), KEY) == Accepted("5CCA6E")
    assert smsapi.read(listed(idx=None), KEY) == Accepted("5CCA6E")


def test_smsapi_has_taken_a_key_before():
    assert smsapi.read(answer_json(200, {"error": 53, "message": "Not unique idx"}), KEY) == Accepted()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (11, RejectReason.TOO_LARGE),
        (12, RejectReason.TOO_LARGE),
        (13, RejectReason.BLOCKED),
        (14, RejectReason.NOT_ALLOWED),
        (17, RejectReason.OTHER),
        (57, RejectReason.BLOCKED),
        (59, RejectReason.UNSUBSCRIBED),
        (94, RejectReason.NOT_ALLOWED),
        (98, RejectReason.NOT_ALLOWED),
        (110, RejectReason.NOT_ALLOWED),
        (112, RejectReason.NOT_ALLOWED),
        (31_415, RejectReason.OTHER),
    ],
)
def test_smsapi_refuses_for_good(code: int, reason: RejectReason):
    refused = Rejected(reason, f"SMSAPI error {code}")
    assert smsapi.read(answer_json(200, {"error": code, "message": "no"}), KEY) == refused
    assert smsapi.read(answer_json(400, {"error": str(code), "message": "no"}), KEY) == refused
    assert smsapi.read(listed(error=code), KEY) == refused


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["Invalid phone number"], RejectReason.INVALID_ADDRESS),
        (["Number is on the black list"], RejectReason.BLOCKED),
        (["Invalid phone number", "Number is on the black list"], RejectReason.BLOCKED),
        ([], RejectReason.BLOCKED),
    ],
)
def test_smsapi_suppresses_only_a_number_that_is_none(words: list[str], reason: RejectReason):
    invalid = [{"number": "48600000001", "message": word} for word in words]
    said = {"error": 13, "message": "No correct phone numbers", "invalid_numbers": invalid}
    assert smsapi.read(answer_json(200, said), KEY) == Rejected(reason, "SMSAPI error 13")


@pytest.mark.parametrize(
    ("code", "wait"), [(52, MINUTE), (200, timedelta(minutes=5)), (202, MINUTE), (203, MINUTE)]
)
def test_smsapi_has_certainly_not_taken_it_now(code: int, wait: timedelta):
    assert smsapi.read(answer_json(200, {"error": code}), KEY) == Deferred(wait, f"SMSAPI error {code}")


@pytest.mark.parametrize("code", [101, 102, 103, 105, 401, 997])
def test_smsapi_refuses_the_account_so_nothing_is_taken_until_somebody_mends_it(code: int):
    with pytest.raises(ProviderUnavailable, match=f"^SMSAPI error {code}$") as raised:
        smsapi.read(answer_json(200, {"error": code}), KEY)
    assert raised.value.retry_after == HOUR


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_refused_without_a_number_names_the_variable(status: int):
    said = {"message": "Authorization failed", "error": "authorization_failed", "code": status}
    with pytest.raises(ProviderUnavailable, match=rf"^SMSAPI answered {status} to SMSAPI_TOKEN$"):
        smsapi.read(answer_json(status, said), KEY)
    with pytest.raises(ProviderUnavailable, match=rf"^Twilio answered {status} to TWILIO_AUTH_TOKEN$"):
        twilio.read(Response(status, {}, b"no"))


@pytest.mark.parametrize(
    "response",
    [
        answer_json(200, {"error": 201}),
        answer_json(200, {"error": 999}),
        answer_json(500, {"error": 14}),
        answer_json(200, {"count": 0, "list": []}),
        answer_json(200, {"list": ["5CCA6E"]}),
        answer_json(200, {"error": True}),
        answer_json(302, json.loads(listed().body)),
        Response(200, {}, b"OK:5CCA6E:0.16:48600000001"),
        Response(200, {}, b"[" * 100_000),
        listed(idx="a" * 32),
        listed(id=""),
        listed(id=None),
    ],
)
def test_nobody_knows_what_smsapi_means(response: Response):
    assert isinstance(smsapi.read(response, KEY), Unknown)


@pytest.mark.parametrize("status", ["queued", "accepted", "sending", "sent"])
def test_twilio_takes_a_message(status: str):
    said = {"sid": "SM1", "status": status, "error_code": None}
    assert twilio.read(answer_json(201, said)) == Accepted("SM1")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (21211, RejectReason.INVALID_ADDRESS),
        (21614, RejectReason.INVALID_ADDRESS),
        (21610, RejectReason.UNSUBSCRIBED),
        (21408, RejectReason.NOT_ALLOWED),
        (21606, RejectReason.NOT_ALLOWED),
        (21612, RejectReason.NOT_ALLOWED),
        (21617, RejectReason.TOO_LARGE),
        (30004, RejectReason.BLOCKED),
        (30007, RejectReason.SPAM),
        (21602, RejectReason.OTHER),
        (99999, RejectReason.OTHER),
    ],
)
def test_twilio_refuses_for_good(code: int, reason: RejectReason):
    refused = Rejected(reason, f"Twilio error {code}")
    said = {"code": code, "message": "about +48600000001", "status": 400}
    assert twilio.read(answer_json(400, said)) == refused
    failed = {"sid": "SM1", "status": "failed", "error_code": code, "error_message": "about +48600000001"}
    assert twilio.read(answer_json(201, failed)) == refused


def test_twilio_has_no_room_now():
    full = {"code": 21611, "message": "queue", "status": 400}
    assert twilio.read(answer_json(400, full)) == Deferred(MINUTE, "Twilio error 21611")
    assert twilio.read(answer_json(400, full, {"retry-after": "5"})) == Deferred(
        timedelta(seconds=5), "Twilio error 21611"
    )


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20005), (404, 20404), (400, 30002)])
def test_twilio_refuses_the_account(status: int, code: int):
    with pytest.raises(ProviderUnavailable, match=f"^Twilio error {code}$") as raised:
        twilio.read(answer_json(status, {"code": code, "message": "no", "status": status}))
    assert raised.value.retry_after == HOUR


@pytest.mark.parametrize(
    "response",
    [
        answer_json(500, {"code": 20500, "status": 500}),
        answer_json(503, {"code": 20503, "status": 503}),
        answer_json(400, {"message": "no code"}),
        answer_json(400, {"code": "21211"}),
        answer_json(201, {"status": "queued"}),
        answer_json(302, {"sid": "SM1", "status": "queued"}),
        answer_json(201, {"sid": 7, "status": "queued"}),
    ],
)
def test_nobody_knows_what_twilio_means(response: Response):
    assert isinstance(twilio.read(response), Unknown)
