"""The small language in which a gateway's answers are described."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from orchestrator.sdk import Accepted, Deferred, Rejected, RejectReason, Response, Result, Unknown
from orchestrator_sms.gateway.conditions import Condition, first_met, parse
from orchestrator_sms.gateway.config import Config
from orchestrator_sms.gateway.provider import read


def test_conditions_are_read():
    assert parse("200 status=queued|sent; 2xx ;202 messages.0.id;400 code = 7 -> spam; 5xx->blocked;") == (
        Condition("200", "status", ("queued", "sent")),
        Condition("2xx"),
        Condition("202", "messages.0.id"),
        Condition("400", "code", ("7",), RejectReason.SPAM),
        Condition("5xx", reason=RejectReason.BLOCKED),
    )
    assert parse(" ; ") == ()


@pytest.mark.parametrize(
    "written", ["ok", "600", "2x", "20x", "200 =a", "200 a b", "200 a=", "-> spam", "200 -> sp am"]
)
def test_what_is_no_condition_is_quoted(written: str):
    with pytest.raises(ValueError, match="is not"):
        parse(f"200; {written}")


@pytest.mark.parametrize(
    ("written", "status", "said"),
    [
        ("200", 200, b""),
        ("2xx", 204, b""),
        ("200 status=queued", 200, b'{"status": "queued"}'),
        ("200 a.b.1.c=7", 200, b'{"a": {"b": [0, {"c": 7}]}}'),
        ("200 ok=true", 200, b'{"ok": true}'),
        ("200 error=null", 200, b'{"error": null}'),
        ("200 0=yes", 200, b'["yes"]'),
        ("200 id", 200, b'{"id": 0}'),
        ("200 body=OK*", 200, b" OK: 12345\r\n"),
        ("200 body", 200, b"anything"),
        ("200 words=two words|three", 200, b'{"words": "two words"}'),
    ],
)
def test_an_answer_meets_a_condition(written: str, status: int, said: bytes):
    conditions = parse(written)
    assert first_met(conditions, Response(status, {}, said)) == conditions[0]


@pytest.mark.parametrize(
    ("written", "status", "said"),
    [
        ("200", 201, b""),
        ("2xx", 302, b""),
        ("200 status=queued", 202, b'{"status": "queued"}'),
        ("200 status=queued", 200, b'{"status": "queued for nobody"}'),
        ("200 status=queued", 200, b"queued"),
        ("200 status=queued", 200, b'{"status": ["queued"]}'),
        ("200 status=queued", 200, b'"status=queued"'),
        ("200 error=null", 200, b"{}"),
        ("200 id", 200, b'{"id": ""}'),
        ("200 id", 200, b'{"id": null}'),
        ("200 id", 200, b'{"id": false}'),
        ("200 id", 200, b'{"id": {}}'),
        ("200 a.9", 200, b'{"a": [1]}'),
        ("200 a.-1", 200, b'{"a": [1]}'),
        ("200 body=OK*", 200, b"NOT OK"),
        ("200 body", 200, b" \r\n"),
    ],
)
def test_an_answer_does_not_meet_a_condition(written: str, status: int, said: bytes):
    assert first_met(parse(written), Response(status, {}, said)) is None


CONFIG = Config(
    url="https://gateway.example/send",
    accepted=parse("2xx"),
    rejected=parse("200 error=number -> invalid_address; 200 error; 4xx -> not_allowed"),
    deferred=parse("200 busy=true; 429; 503"),
    reference="id",
)


@pytest.mark.parametrize(
    ("status", "said", "result"),
    [
        (200, {"id": "m1"}, Accepted("m1")),
        (200, {"id": {"part": 1}}, Accepted()),
        (201, None, Accepted()),
        (
            200,
            {"id": "m1", "error": "number"},
            Rejected(RejectReason.INVALID_ADDRESS, "the SMS gateway answered 200"),
        ),
        (200, {"error": "other"}, Rejected(RejectReason.OTHER, "the SMS gateway answered 200")),
        (404, {}, Rejected(RejectReason.NOT_ALLOWED, "the SMS gateway answered 404")),
        (200, {"busy": True}, Deferred(timedelta(minutes=1), "the SMS gateway answered 200")),
        (503, {}, Deferred(timedelta(minutes=1), "the SMS gateway answered 503")),
        (500, {"id": "m1"}, Unknown("the SMS gateway answered 500, which no setting explains")),
        (302, {"id": "m1"}, Unknown("the SMS gateway answered 302, which no setting explains")),
    ],
)
def test_a_refusal_counts_before_a_status_that_says_yes(status: int, said: object, result: Result):
    assert read(CONFIG, Response(status, {}, json.dumps(said).encode())) == result
