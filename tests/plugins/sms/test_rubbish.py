"""Whatever the other side says, at once or later: a result or a receipt, or one of the two exceptions that are meant."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.sdk import (
    Accepted,
    Provider,
    ProviderUnavailable,
    Receipt,
    ReceiptKind,
    Request,
    Response,
    Result,
    SignatureInvalid,
)
from orchestrator_sms import gateway, smsapi, twilio
from orchestrator_sms.gateway import provider as sms_gateway
from orchestrator_sms.smsapi.answers import read as read_smsapi
from orchestrator_sms.twilio.answers import read as read_twilio
from tests.plugins.sms import setups
from tests.plugins.sms.setups import PUBLIC, SECRET

WORDS = [
    "list",
    "error",
    "id",
    "idx",
    "sid",
    "code",
    "status",
    "error_code",
    "invalid_numbers",
    "results",
    "state",
]
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=12,
)
BODIES = VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)
STATUSES = st.sampled_from([200, 201, 202, 204, 302, 400, 401, 403, 404, 422, 429, 500, 503])
NAMES = st.sampled_from(["MsgId", "status", "idx", "to", "donedate", "sms_from", "sms_text", "sms_date"])
TWILIO_NAMES = st.sampled_from(
    ["MessageSid", "MessageStatus", "ErrorCode", "From", "To", "Body", "OptOutType"]
)
FIELDS = st.text(max_size=12) | st.sampled_from(["404", "delivered", "failed", "STOP", "1,2,3", "9" * 30])


@pytest.fixture(scope="module")
def providers() -> dict[str, Provider]:
    """All three, as the environment makes them."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        setups.set_up(monkeypatch, setups.SMSAPI | setups.TWILIO | setups.GATEWAY)
        read: list[Callable[[], Provider | None]] = [
            smsapi.from_environment,
            twilio.from_environment,
            gateway.from_environment,
        ]
        made = [one() for one in read]
    return {provider.name: provider for provider in made if provider is not None}


def result(read: Callable[[], Result]) -> Result | None:
    try:
        return read()
    except ProviderUnavailable:
        return None


@given(STATUSES, BODIES)
def test_an_answer_of_any_shape_is_a_result_and_a_yes_needs_an_id(status: int, body: bytes):
    response = Response(status, {"retry-after": "٣"}, body)
    for found in (
        result(lambda: read_smsapi(response, "0" * 32)),
        result(lambda: read_twilio(response)),
    ):
        if isinstance(found, Accepted) and found.reference:
            assert status in {200, 201}
            assert json.dumps(found.reference).encode() in body


@given(status=STATUSES, body=BODIES)
def test_an_answer_of_any_shape_is_read_by_a_gateway(
    providers: dict[str, Provider], status: int, body: bytes
):
    found = sms_gateway.read(providers["sms_gateway"].config, Response(status, {}, body))  # type: ignore[attr-defined]
    assert not isinstance(found, Accepted) or 200 <= status < 300


def sound(receipts: Any) -> None:
    for receipt in receipts:
        assert isinstance(receipt, Receipt)
        assert isinstance(receipt.kind, ReceiptKind)
        assert receipt.occurred_at.tzinfo is not None
        assert all(
            isinstance(text, str)
            for text in (
                receipt.id,
                receipt.message_key,
                receipt.reference,
                receipt.recipient,
                receipt.detail,
            )
        )


@given(fields=st.dictionaries(NAMES, FIELDS, max_size=8), method=st.sampled_from(["GET", "POST"]))
def test_a_proven_report_of_any_shape_is_read(
    providers: dict[str, Provider], fields: dict[str, str], method: str
):
    query = urlencode({"secret": SECRET} | (fields if method == "GET" else {}))
    body = b"" if method == "GET" else urlencode(fields).encode()
    sound(providers["smsapi"].parse_receipts(Request(method, f"{PUBLIC}/hooks/smsapi/?{query}", {}, body)))


@given(fields=st.dictionaries(TWILIO_NAMES, FIELDS, max_size=7))
def test_a_signed_report_of_any_shape_is_read(providers: dict[str, Provider], fields: dict[str, str]):
    sound(providers["twilio"].parse_receipts(setups.twilio_request(fields, "key=%00")))


@given(said=st.fixed_dictionaries({"events": VALUES}) | VALUES)
def test_a_signed_report_of_a_gateway_of_any_shape_is_read(providers: dict[str, Provider], said: Any):
    sound(providers["sms_gateway"].parse_receipts(setups.gateway_report(said)))


@given(
    name=st.sampled_from(["smsapi", "twilio", "sms_gateway"]),
    query=st.text(max_size=40),
    headers=st.dictionaries(st.sampled_from(["x-twilio-signature", "x-signature"]), st.text(max_size=50)),
    body=st.binary(max_size=80),
    method=st.sampled_from(["GET", "POST"]),
)
def test_an_unproven_report_of_any_shape_is_refused(
    providers: dict[str, Provider],
    name: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
    method: str,
):
    with pytest.raises(SignatureInvalid):
        providers[name].parse_receipts(Request(method, f"{PUBLIC}/hooks/{name}/?{query}", headers, body))
